#include "app/text/paint.hpp"

#include <fmt/format.h>

namespace cw::app {
namespace {

std::string_view code_of(Ink ink) {
  switch (ink) {
    case Ink::strong:
      return "1";
    case Ink::faint:
      return "2";
    case Ink::network:
      return "36";
    case Ink::good:
      return "32";
    case Ink::warn:
      return "33";
    case Ink::bad:
      return "31";
  }
  return "0";
}

// An escape sequence of `paint`, or one UTF-8 character.
std::size_t unit_size(std::string_view text) {
  if (text.front() == '\x1b') {
    const auto end = text.find('m');
    return end == std::string_view::npos ? text.size() : end + 1;
  }
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0u) == 0x80u) ++size;
  return size;
}

bool takes_column(std::string_view unit) { return unit.front() != '\x1b'; }

}  // namespace

std::string paint(Colour colour, Ink ink, std::string_view text) {
  if (colour == Colour::none || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code_of(ink), text);
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); i += unit_size(text.substr(i)))
    columns += takes_column(text.substr(i)) ? 1 : 0;
  return columns;
}

std::string cut(std::string_view line, std::size_t columns) {
  std::string kept;
  bool is_cut = false;
  for (std::size_t i = 0, taken = 0; i < line.size();) {
    const auto unit = line.substr(i, unit_size(line.substr(i)));
    i += unit.size();
    const bool is_visible = takes_column(unit);
    // Escapes are kept to the end, so that a colour that was begun is ended.
    if (is_visible && taken == columns) is_cut = true;
    if (is_visible && is_cut) continue;
    taken += is_visible ? 1 : 0;
    kept += unit;
  }
  return kept;
}

std::string pad_right(std::string_view text, std::size_t columns) {
  const auto taken = columns_of(text);
  return std::string(text) + std::string(taken < columns ? columns - taken : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t columns) {
  const auto taken = columns_of(text);
  return std::string(taken < columns ? columns - taken : 0, ' ') + std::string(text);
}

}  // namespace cw::app
