#include "ports/probe/tool_text.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace cw::probe {
namespace {

constexpr std::size_t most_whole_digits = 9;

std::unexpected<Error> no_time(std::string_view text) {
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is no time", printable(text, 20)));
}

// The first `digits` digits behind the point, as if there were as many.
std::int64_t fraction_of(std::string_view text, std::size_t digits) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < digits; ++i) value = value * 10 + (i < text.size() ? text[i] - '0' : 0);
  return value;
}

// In units of 10^-digits.
Result<std::int64_t> parse_decimal(std::string_view text, std::size_t digits) {
  const auto point = std::min(text.find_first_of(".,"), text.size());
  const auto whole = text.substr(0, point);
  const auto fraction = text.substr(std::min(point + 1, text.size()));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (whole.empty() || whole.size() > most_whole_digits || !std::ranges::all_of(whole, is_digit) ||
      !std::ranges::all_of(fraction, is_digit) || (fraction.empty() && point < text.size()))
    return no_time(text);
  std::int64_t unit = 1;
  for (std::size_t i = 0; i < digits; ++i) unit *= 10;
  return parse_number<std::int64_t>(whole).value_or(0) * unit + fraction_of(fraction, digits);
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  auto lines = split(text, '\n');
  for (auto& line : lines)
    if (line.ends_with('\r')) line.remove_suffix(1);
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view blanks = " \t";
  std::vector<std::string_view> words;
  for (auto begin = line.find_first_not_of(blanks); begin != std::string_view::npos;) {
    const auto end = std::min(line.find_first_of(blanks, begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(blanks, end);
  }
  return words;
}

Result<Duration> parse_milliseconds(std::string_view text) { return Duration(TRY(parse_decimal(text, 6))); }

Result<Duration> parse_seconds(std::string_view text) {
  if (text.substr(0, text.find_first_of(".,")).size() > 6) return no_time(text);
  return Duration(TRY(parse_decimal(text, 9)));
}

std::optional<IpAddress> parse_printed_address(std::string_view text) {
  const auto address = IpAddress::parse(text.substr(0, text.find('%')));
  return address ? std::optional(*address) : std::nullopt;
}

std::optional<std::string_view> text_after(std::string_view line, std::string_view before, std::string_view ends) {
  const auto found = line.find(before);
  if (found == std::string_view::npos) return std::nullopt;
  const auto begin = found + before.size();
  return line.substr(begin, std::min(line.find_first_of(ends, begin), line.size()) - begin);
}

std::string seconds_argument(Duration duration) {
  using std::chrono::milliseconds;
  const auto whole = std::max(std::chrono::ceil<milliseconds>(duration), milliseconds(1)).count();
  return whole % 1000 == 0 ? fmt::format("{}", whole / 1000) : fmt::format("{}.{:03}", whole / 1000, whole % 1000);
}

}  // namespace cw::probe
