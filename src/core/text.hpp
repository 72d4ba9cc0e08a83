#pragma once

// Reading numbers and names that people and other programs wrote, and writing numbers.

#include <array>
#include <charconv>
#include <concepts>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cw {

// The whole text as a number, or nothing: no sign where none fits, no spaces, no rest.
template <class Number>
  requires std::integral<Number> || std::floating_point<Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto* end = text.end();
  const auto [rest, error] = std::from_chars(text.begin(), end, value);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

// A whole number as people write it, behind what is there already.
template <std::integral Number>
void append_number(std::string& text, Number value) {
  std::array<char, std::numeric_limits<Number>::digits10 + 3> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  text.append(digits.data(), end);
}

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);

// The candidate that was probably meant, by edit distance; nothing where none is near.
std::optional<std::string_view> nearest_name(std::string_view wanted, std::span<const std::string_view> candidates);

// Text from outside made fit for one line of a terminal or a log: control characters become "\xNN", and it
// is cut after `most` bytes.
std::string printable(std::string_view text, std::size_t most = 120);

}  // namespace cw
