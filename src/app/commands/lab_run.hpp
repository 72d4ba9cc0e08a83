#pragma once

// `cyberwatch lab run SCENARIO [-- COMMAND...]`: runs a command, by default the user's shell, in a private network
// that holds the simulated Internet of a scenario and nothing else.

#include <string>
#include <vector>

namespace cw::app {

// The exit code: the command's own (128 + N where signal N ended it), 2 for a faulty scenario, 3 where the kernel
// refuses. To be called before any thread is started.
int lab_run(const std::string& scenario_path, const std::vector<std::string>& command);

}  // namespace cw::app
