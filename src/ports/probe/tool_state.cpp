#include "ports/probe/tool_state.hpp"

#include <fmt/format.h>

#include "platform/subprocess.hpp"
#include "ports/probe/tool_run.hpp"

namespace cw::probe {
namespace {

ToolState state_of(const Tool& tool, const Clock& clock) {
  ToolState state{.name = std::string(tool.name), .program = std::string(tool.program)};
  const auto path = platform::find_program(tool.program);
  if (!path) {
    state.problem = fmt::format("{} is not installed: `apt install {}`", tool.program, tool.package);
    return state;
  }
  state.path = *path;
  if (auto version = version_of(tool, clock))
    state.version = *std::move(version);
  else
    state.problem = version.error().message;
  return state;
}

}  // namespace

std::vector<ToolState> tool_states(const Clock& clock) {
  std::vector<ToolState> states;
  for (const auto& tool : known_tools()) states.push_back(state_of(tool, clock));
  return states;
}

}  // namespace cw::probe
