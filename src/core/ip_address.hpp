#pragma once

// An IPv4 or IPv6 address. IPv4 is kept in its v4-mapped form (RFC 4291, section 2.5.5.2) inside sixteen
// bytes, so ::ffff:192.0.2.1 and 192.0.2.1 are one value, and both families share every container.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cw {

enum class Family : std::uint8_t { v4 = 4, v6 = 6 };

class IpAddress {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  // The unspecified IPv6 address, "::".
  constexpr IpAddress() = default;

  static constexpr IpAddress v4(std::uint32_t host_order) {
    return IpAddress(Bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, static_cast<std::uint8_t>(host_order >> 24),
                           static_cast<std::uint8_t>(host_order >> 16), static_cast<std::uint8_t>(host_order >> 8),
                           static_cast<std::uint8_t>(host_order)});
  }
  // Network order. A v4-mapped address becomes the IPv4 address.
  static constexpr IpAddress v6(const Bytes& bytes) { return IpAddress(bytes); }

  // "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1". No zone, no port, no leading zeros in IPv4.
  static Result<IpAddress> parse(std::string_view text);

  [[nodiscard]] constexpr bool is_v4() const {
    for (std::size_t i = 0; i < 10; ++i)
      if (bytes_[i] != 0) return false;
    return bytes_[10] == 0xff && bytes_[11] == 0xff;
  }
  [[nodiscard]] constexpr Family family() const { return is_v4() ? Family::v4 : Family::v6; }
  [[nodiscard]] constexpr int bit_width() const { return is_v4() ? 32 : 128; }

  // Sixteen bytes in network order, IPv4 v4-mapped.
  [[nodiscard]] constexpr const Bytes& bytes() const { return bytes_; }
  // Host order; only for IPv4 addresses.
  [[nodiscard]] constexpr std::uint32_t v4_value() const {
    return (std::uint32_t{bytes_[12]} << 24) | (std::uint32_t{bytes_[13]} << 16) | (std::uint32_t{bytes_[14]} << 8) |
           std::uint32_t{bytes_[15]};
  }
  [[nodiscard]] bool is_unspecified() const;

  // RFC 5952 for IPv6, dotted quad for IPv4.
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  explicit constexpr IpAddress(const Bytes& bytes) : bytes_(bytes) {}

  Bytes bytes_{};
};

}  // namespace cw

template <>
struct std::hash<cw::IpAddress> {
  std::size_t operator()(const cw::IpAddress& address) const noexcept;
};
