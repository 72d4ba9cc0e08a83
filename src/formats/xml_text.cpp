#include "formats/xml_text.hpp"

#include <fmt/format.h>

#include <iterator>

#include "core/utf8.hpp"

namespace cw::formats {

std::string xml_text(std::string_view text) {
  std::string escaped;
  for (const char c : repair_utf8(text)) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else if (c == '"')
      escaped += "&quot;";
    else if (c == '\t' || c == '\n' || c == '\r')
      fmt::format_to(std::back_inserter(escaped), "&#{};", static_cast<int>(c));
    else if (static_cast<unsigned char>(c) < 0x20)
      escaped += "\xEF\xBF\xBD";
    else
      escaped += c;
  }
  return escaped;
}

}  // namespace cw::formats
