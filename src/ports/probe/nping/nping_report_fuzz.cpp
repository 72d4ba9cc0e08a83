// Any text as what nping prints.

#include "ports/probe/nping/nping_report.hpp"

#include "ports/probe/nping/nping_tool.hpp"
#include "ports/probe/tool_report_property.hpp"

using namespace cw::probe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto tool = nping_tool();
  const auto text = as_text(data, size);
  require_sound_reading(tool, {.address = fuzz_address("203.0.113.1"), .kind = cw::Kind::ping, .count = 8}, text);
  return 0;
}
