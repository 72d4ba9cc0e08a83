#include "core/asn.hpp"

#include <fmt/format.h>

#include <optional>

#include "core/text.hpp"

namespace cw {
namespace {

std::optional<std::uint32_t> parse_asdot(std::string_view high_text, std::string_view low_text) {
  const auto high = parse_number<std::uint16_t>(high_text);
  const auto low = parse_number<std::uint16_t>(low_text);
  if (!high || !low) return std::nullopt;
  return (std::uint32_t{*high} << 16) | *low;
}

std::string_view without_as(std::string_view text) {
  const bool has_it = text.size() > 2 && (text[0] == 'A' || text[0] == 'a') && (text[1] == 'S' || text[1] == 's');
  return has_it ? text.substr(2) : text;
}

}  // namespace

Result<Asn> Asn::parse(std::string_view text) {
  const auto number = without_as(text);
  const auto dot = number.find('.');
  const auto value = dot == std::string_view::npos ? parse_number<std::uint32_t>(number)
                                                   : parse_asdot(number.substr(0, dot), number.substr(dot + 1));
  if (!value)
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" is not an AS number: write it as AS64496 or 64496", printable(text, 40)));
  return Asn{*value};
}

std::string Asn::to_string() const { return fmt::format("AS{}", value); }

}  // namespace cw
