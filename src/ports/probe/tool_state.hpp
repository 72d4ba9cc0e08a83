#pragma once

// What of the measuring programs is here: for `cyberwatch doctor`.

#include <string>
#include <vector>

#include "core/clock.hpp"

namespace cw::probe {

struct ToolState {
  std::string name;
  std::string program;
  std::string path;     // empty: it is not installed
  std::string version;  // empty: it is another program, or cannot be run
  std::string problem;  // a sentence that says what to do; empty: none
};

// One for each of known_tools, in their order. Runs the programs.
std::vector<ToolState> tool_states(const Clock& clock);

}  // namespace cw::probe
