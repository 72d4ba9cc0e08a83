// Any text as what traceroute prints.

#include "ports/probe/traceroute/traceroute_report.hpp"

#include "ports/probe/tool_report_property.hpp"
#include "ports/probe/traceroute/traceroute_tool.hpp"

using namespace cw::probe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto tool = traceroute_tool();
  const auto text = as_text(data, size);
  require_sound_reading(tool, {.address = fuzz_address("203.0.113.1"), .kind = cw::Kind::trace, .count = 8}, text);
  require_sound_reading(tool, {.address = fuzz_address("2001:db8:100::1"), .kind = cw::Kind::trace, .count = 8}, text);
  return 0;
}
