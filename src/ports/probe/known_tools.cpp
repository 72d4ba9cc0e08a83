#include <algorithm>

#include "ports/probe/mtr/mtr_tool.hpp"
#include "ports/probe/nping/nping_tool.hpp"
#include "ports/probe/ping/ping_tool.hpp"
#include "ports/probe/tool_prober.hpp"
#include "ports/probe/traceroute/traceroute_tool.hpp"

namespace cw::probe {

const std::vector<Tool>& known_tools() {
  static const std::vector<Tool> tools{mtr_tool(), traceroute_tool(), ping_tool(), nping_tool()};
  return tools;
}

const Tool* find_tool(std::string_view name) {
  const auto found = std::ranges::find(known_tools(), name, &Tool::name);
  return found == known_tools().end() ? nullptr : &*found;
}

}  // namespace cw::probe
