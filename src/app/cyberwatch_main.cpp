// `main`: reads the command line, runs the command, and is the one place where an error becomes a line on stderr
// and an exit code.

#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/lab_run.hpp"
#include "app/exit_code.hpp"
#include "app/terminal.hpp"

namespace {

using cw::Result;
using cw::app::ExitCode;

int end_with(const Result<ExitCode>& result) {
  if (result) return static_cast<int>(*result);
  cw::app::say_error(result.error().message);
  return static_cast<int>(cw::app::exit_code_of(result.error().kind));
}

struct Dispatch {
  template <class Record>
  int operator()(const Record& command) const {
    return end_with(cw::app::run(command));
  }
  // Its exit code is that of the command it runs.
  int operator()(const cw::app::LabRunCommand& command) const {
    return cw::app::lab_run(command.scenario, command.command);
  }
  int operator()(const cw::app::HelpCommand& command) const { return cw::app::write_out(command.text) ? 0 : 1; }
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const auto command = cw::app::parse_command_line(arguments);
  if (!command) return end_with(std::unexpected(command.error()));
  return std::visit(Dispatch{}, *command);
}
