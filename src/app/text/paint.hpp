#pragma once

// Colour for terminals, sparingly: a few roles, and nothing at all where none is wanted.

#include <cstdint>
#include <string>
#include <string_view>

namespace cw::app {

enum class Colour : std::uint8_t { none, ansi };

enum class Ink : std::uint8_t {
  strong,   // what the line is about
  faint,    // silence, padding, what is expected
  network,  // AS numbers and names
  good,
  warn,
  bad,
};

std::string paint(Colour colour, Ink ink, std::string_view text);

// How many columns the text takes; escapes of `paint` take none.
std::size_t columns_of(std::string_view text);
// Filled with blanks to that many columns; longer text stays as it is.
std::string pad_right(std::string_view text, std::size_t columns);
std::string pad_left(std::string_view text, std::size_t columns);
// The first so many columns of one line, colours closed.
std::string cut(std::string_view line, std::size_t columns);

}  // namespace cw::app
