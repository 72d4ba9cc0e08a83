#pragma once

// The words that measuring programs print: lines, numbers and times, as untrusted as any packet.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/text.hpp"
#include "core/time.hpp"

namespace cw::probe {

// Without the end of line of any system.
std::vector<std::string_view> lines_of(std::string_view text);
// Apart by any number of spaces or tabs.
std::vector<std::string_view> words_of(std::string_view line);

// "52.8", "0.412" and, from a program in another language, "52,8": to the nanosecond, without passing through a
// floating-point number. `invalid` for a sign, an exponent, or more than eleven days.
Result<Duration> parse_milliseconds(std::string_view text);
Result<Duration> parse_seconds(std::string_view text);

// "192.0.2.1", "2001:db8::1%eth0" (the zone is ours, not the address's).
std::optional<IpAddress> parse_printed_address(std::string_view text);

// What stands between `before` and the next of `ends`, or the end; nothing where there is no `before`.
std::optional<std::string_view> text_after(std::string_view line, std::string_view before, std::string_view ends);
template <class Number>
std::optional<Number> number_after(std::string_view line, std::string_view before) {
  const auto text = text_after(line, before, " \t,;)/]>");
  return text ? parse_number<Number>(*text) : std::nullopt;
}

// For an argument: "1", "0.25". At least a millisecond.
std::string seconds_argument(Duration duration);

}  // namespace cw::probe
