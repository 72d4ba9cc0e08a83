#pragma once

// An autonomous system number (RFC 6793, four octets).

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cw {

struct Asn {
  std::uint32_t value = 0;

  // "AS13335", "as13335", "13335" and asdot "1.10" (RFC 5396).
  static Result<Asn> parse(std::string_view text);
  // "AS13335"
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const Asn&, const Asn&) = default;
};

}  // namespace cw

template <>
struct std::hash<cw::Asn> {
  std::size_t operator()(const cw::Asn& asn) const noexcept { return std::hash<std::uint32_t>{}(asn.value); }
};
