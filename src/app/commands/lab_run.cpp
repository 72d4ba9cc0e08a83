#include "app/commands/lab_run.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "lab/private_network.hpp"
#include "lab/scenario.hpp"
#include "lab/simulated_internet.hpp"
#include "lab/tun_front.hpp"

namespace cw::app {
namespace {

constexpr int exit_wrong_usage = 2;
constexpr int exit_missing_privilege = 3;
constexpr int exit_cannot_run = 126;
constexpr int exit_no_such_command = 127;
constexpr std::size_t most_hints = 12;

int complain(const Error& error) {
  fmt::print(stderr, "cyberwatch lab run: {}\n", error.message);
  return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::internal ? exit_missing_privilege
                                                                                   : exit_wrong_usage;
}

void print_hints(const lab::Scenario& scenario) {
  fmt::print(stderr, "In the simulated Internet \"{}\". Nothing outside can be reached. Leave with exit.\n",
             scenario.name);
  if (!scenario.description.empty()) fmt::print(stderr, "{}\n", scenario.description);
  const auto shown = std::min(scenario.destinations.size(), most_hints);
  for (const auto& destination : std::span(scenario.destinations).first(shown))
    fmt::print(stderr, "  {:<28} {}\n", destination.address.to_string(), destination.name);
  if (shown < scenario.destinations.size())
    fmt::print(stderr, "  and {} more, up to {}\n", scenario.destinations.size() - shown,
               scenario.destinations.back().address.to_string());
}

std::vector<std::string> command_or_shell(const std::vector<std::string>& command) {
  if (!command.empty()) return command;
  const char* shell = std::getenv("SHELL");
  return {shell != nullptr && *shell != '\0' ? shell : "/bin/sh"};
}

[[noreturn]] void become(std::vector<std::string> command) {
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execvp(arguments.front(), arguments.data());
  const int error = errno;
  fmt::print(stderr, "cyberwatch lab run: cannot run {}: {}\n", command.front(),
             std::generic_category().message(error));
  std::_Exit(error == ENOENT ? exit_no_such_command : exit_cannot_run);
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : 1;
}

// The command is forked before the Internet's thread is started, and goes on only when that thread runs: a fork of
// a process with threads may do next to nothing.
Result<int> run_inside(lab::Scenario scenario, std::vector<std::string> command) {
  TRY(lab::enter_private_network());
  auto device = TRY(lab::open_tun(scenario.vantage));
  int gate[2];
  if (::pipe(gate) != 0) return fail(ErrorKind::internal, "cannot make a pipe");
  const auto parent = ::getpid();
  const auto child = ::fork();
  if (child < 0) return fail(ErrorKind::internal, "cannot fork");
  if (child == 0) {
    // Nothing is left in the namespace when the Internet is gone.
    ::prctl(PR_SET_PDEATHSIG, SIGHUP);
    ::close(gate[1]);
    char go = 0;
    if (::getppid() != parent || ::read(gate[0], &go, 1) != 1) std::_Exit(exit_cannot_run);
    ::close(gate[0]);
    become(std::move(command));
  }
  ::close(gate[0]);
  // Ctrl-C is for the command; we end when it does.
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGQUIT, SIG_IGN);
  const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  auto internet = std::make_unique<lab::SimulatedInternet>(std::move(scenario), now);
  const auto front = TRY(lab::TunFront::start(std::move(device), std::move(internet)));
  if (::write(gate[1], "g", 1) != 1) return fail(ErrorKind::internal, "cannot start the command");
  ::close(gate[1]);
  return wait_for(child);
}

}  // namespace

int lab_run(const std::string& scenario_path, const std::vector<std::string>& command) {
  auto scenario = lab::load_scenario(scenario_path);
  if (!scenario) return complain(scenario.error());
  ::setenv("CYBERWATCH_LAB", scenario->name.c_str(), 1);
  if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1) print_hints(*scenario);
  const auto code = run_inside(*std::move(scenario), command_or_shell(command));
  return code ? *code : complain(code.error());
}

}  // namespace cw::app
