#pragma once

// How Atlas names the ICMP errors and TCP flags of a reply, both ways.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/ip_address.hpp"

namespace cw::formats {

struct IcmpTypeAndCode {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  friend bool operator==(const IcmpTypeAndCode&, const IcmpTypeAndCode&) = default;
};

constexpr IcmpTypeAndCode time_exceeded(Family family) {
  return {.type = static_cast<std::uint8_t>(family == Family::v4 ? 11 : 3)};
}
constexpr IcmpTypeAndCode echo_reply(Family family) {
  return {.type = static_cast<std::uint8_t>(family == Family::v4 ? 0 : 129)};
}
constexpr IcmpTypeAndCode port_unreachable(Family family) {
  return family == Family::v4 ? IcmpTypeAndCode{.type = 3, .code = 3} : IcmpTypeAndCode{.type = 1, .code = 4};
}
// "Destination unreachable" with that code.
constexpr IcmpTypeAndCode unreachable(Family family, std::uint8_t code) {
  return {.type = static_cast<std::uint8_t>(family == Family::v4 ? 3 : 1), .code = code};
}
// RFC 792 with RFC 1191; RFC 4443, 3.2.
constexpr IcmpTypeAndCode packet_too_big(Family family) {
  return family == Family::v4 ? IcmpTypeAndCode{.type = 3, .code = 4} : IcmpTypeAndCode{.type = 2, .code = 0};
}

// "N", "H", "A", "P", "p"; nothing for an error without a letter.
std::optional<char> atlas_error_letter(Family family, IcmpTypeAndCode icmp);
std::optional<IcmpTypeAndCode> atlas_error_of_letter(Family family, std::string_view letter);

// In the order "FSRPAU": "SA" is SYN and ACK.
std::string atlas_tcp_flags(std::uint8_t flags);
std::uint8_t parse_atlas_tcp_flags(std::string_view text);

}  // namespace cw::formats
