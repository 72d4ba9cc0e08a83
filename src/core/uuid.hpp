#pragma once

// UUID version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits, so that ids sort
// by time and a range of ids is a range of time.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/random.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace cw {

class Uuid {
 public:
  constexpr Uuid() = default;

  static Uuid make_v7(Instant now, Random& random);
  // The smallest version 7 id of that millisecond: the bound of a time range.
  static Uuid first_at(Instant instant);
  static Result<Uuid> parse(std::string_view text);

  [[nodiscard]] bool is_nil() const { return bytes_ == std::array<std::uint8_t, 16>{}; }
  // The millisecond the id was made in.
  [[nodiscard]] Instant time() const;
  // "0198c0de-7a3c-7bbb-8ccc-0123456789ab"
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

}  // namespace cw

template <>
struct std::hash<cw::Uuid> {
  std::size_t operator()(const cw::Uuid& uuid) const noexcept;
};
