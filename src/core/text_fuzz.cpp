// Any bytes made fit for one line: nothing is left that moves a cursor, the bound holds, and what is printable
// already stays as it is. The same bytes as a time: what is accepted reads back the same.

#include "core/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "core/time.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto line = cw::printable(text, 80);
  require(line.size() <= 80);
  require(std::ranges::none_of(line, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }));
  require(cw::printable(line, 80) == line);
  if (const auto instant = cw::parse_rfc3339(text)) {
    const auto again = cw::parse_rfc3339(cw::format_rfc3339(*instant));
    require(again && *again == std::chrono::floor<std::chrono::microseconds>(*instant));
  }
  return 0;
}
