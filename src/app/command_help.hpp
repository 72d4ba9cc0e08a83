#pragma once

// The words of --help that are no option's: what each command is for, examples, and the overview.

#include <span>
#include <string>
#include <string_view>

#include "app/command_line.hpp"
#include "core/result.hpp"

namespace cw::app {

struct CommandHelp {
  std::string_view name;         // "target add"
  std::string_view description;  // one sentence
  std::string_view examples;     // and what the exit code means where that needs words
};

std::span<const CommandHelp> command_helps();
const CommandHelp* find_command_help(std::string_view name);

// `cyberwatch --help`
std::string overview();

// For arguments that begin with no command: the nearest name, or, for the first word of several commands
// ("target"), their help.
Result<Command> explain_unknown_command(std::span<const std::string> arguments);

}  // namespace cw::app
