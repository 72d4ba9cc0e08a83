#include "formats/atlas_error.hpp"

#include <array>

namespace cw::formats {
namespace {

// RFC 792 and RFC 1812, 5.2.7.1; RFC 4443, 3.1. ICMPv6 has no "protocol unreachable".
struct Letter {
  char letter;
  std::optional<std::uint8_t> code_v4;
  std::optional<std::uint8_t> code_v6;
};
constexpr std::array letters{
    Letter{.letter = 'N', .code_v4 = 0, .code_v6 = 0},  Letter{.letter = 'H', .code_v4 = 1, .code_v6 = 3},
    Letter{.letter = 'A', .code_v4 = 13, .code_v6 = 1}, Letter{.letter = 'P', .code_v4 = 2, .code_v6 = std::nullopt},
    Letter{.letter = 'p', .code_v4 = 3, .code_v6 = 4},
};

constexpr std::string_view flag_letters = "FSRPAU";

}  // namespace

std::optional<char> atlas_error_letter(Family family, IcmpTypeAndCode icmp) {
  for (const Letter& row : letters) {
    const auto& code = family == Family::v4 ? row.code_v4 : row.code_v6;
    if (code && icmp == unreachable(family, *code)) return row.letter;
  }
  return std::nullopt;
}

std::optional<IcmpTypeAndCode> atlas_error_of_letter(Family family, std::string_view letter) {
  for (const Letter& row : letters) {
    const auto& code = family == Family::v4 ? row.code_v4 : row.code_v6;
    if (code && letter == std::string_view(&row.letter, 1)) return unreachable(family, *code);
  }
  return std::nullopt;
}

std::string atlas_tcp_flags(std::uint8_t flags) {
  std::string text;
  for (std::size_t bit = 0; bit < flag_letters.size(); ++bit)
    if ((flags >> bit & 1) != 0) text += flag_letters[bit];
  return text;
}

std::uint8_t parse_atlas_tcp_flags(std::string_view text) {
  unsigned flags = 0;
  for (const char letter : text) {
    const auto bit = flag_letters.find(letter);
    if (bit != std::string_view::npos) flags |= 1U << bit;
  }
  return static_cast<std::uint8_t>(flags);
}

}  // namespace cw::formats
