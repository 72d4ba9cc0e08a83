// `cyberwatch version`

#include <fmt/format.h>

#include "app/commands/commands.hpp"
#include "app/terminal.hpp"

namespace cw::app {

std::string_view version() { return CW_VERSION; }

Result<ExitCode> run(const VersionCommand& command) {
  const auto text = command.output == Output::json_lines
                        ? fmt::format(R"({{"name":"cyberwatch","version":"{}"}})", version())
                        : fmt::format("cyberwatch {}", version());
  return write_out(text + "\n") ? ExitCode::done : ExitCode::failed;
}

}  // namespace cw::app
