#include "ports/probe/tool_run.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "ports/probe/tool_text.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;
using platform::ProcessEnd;

constexpr std::size_t least_output_bytes = std::size_t{64} << 10;
constexpr std::size_t most_output_bytes = std::size_t{32} << 20;
constexpr std::size_t bytes_per_probe = 512;
constexpr std::size_t most_kept_bytes = std::size_t{1} << 20;
constexpr platform::ProcessLimits version_limits{.time = 5s, .output_bytes = 64 << 10};

std::size_t most_probes(const MeasurementRequest& request) {
  if (request.kind == Kind::ping) return static_cast<std::size_t>(request.count);
  const auto rounds = static_cast<std::size_t>(request.kind == Kind::mtr ? request.count : request.attempts);
  return rounds * static_cast<std::size_t>(request.max_ttl.value - request.first_ttl.value + 1);
}

std::string first_complaint(const platform::ProcessOutcome& outcome) {
  for (const auto line : lines_of(outcome.errors))
    if (!trim(line).empty()) return printable(trim(line));
  for (const auto line : lines_of(outcome.output))
    if (!trim(line).empty()) return printable(trim(line));
  return "it says nothing about why";
}

RunResult failed(RunEnd end, ErrorKind kind, std::string message) {
  return {.end = end, .measurement = fail(kind, std::move(message))};
}

}  // namespace

platform::Command command_of(const Tool& tool, const MeasurementRequest& request) {
  platform::Command command{.arguments = {std::string(tool.program)}};
  for (auto& argument : tool.arguments(request)) command.arguments.push_back(std::move(argument));
  return command;
}

platform::ProcessLimits limits_of(const Tool& tool, const MeasurementRequest& request) {
  return {.time = tool.time_limit(request),
          .output_bytes = std::min(least_output_bytes + most_probes(request) * bytes_per_probe, most_output_bytes)};
}

RunResult read_run(const Tool& tool, const ToolReport& report) {
  const auto& outcome = report.outcome;
  switch (outcome.end) {
    case ProcessEnd::out_of_time:
      return failed(RunEnd::out_of_time, ErrorKind::internal,
                    fmt::format("{} did not end in {} s and was killed", tool.name,
                                std::chrono::ceil<std::chrono::seconds>(tool.time_limit(report.request)).count()));
    case ProcessEnd::too_much_output:
      return failed(RunEnd::too_much_output, ErrorKind::internal,
                    fmt::format("{} printed more than it can have to say and was killed", tool.name));
    case ProcessEnd::signalled:
      return failed(RunEnd::failed, ErrorKind::internal,
                    fmt::format("{} was killed by signal {}: {}", tool.name, outcome.code, first_complaint(outcome)));
    case ProcessEnd::exited:
      break;
  }
  if (outcome.code > tool.most_exit_code)
    return failed(RunEnd::failed, ErrorKind::unavailable,
                  fmt::format("{} failed: {}", tool.name, first_complaint(outcome)));
  auto measurement = tool.read(report);
  if (!measurement)
    return failed(RunEnd::nonsense, ErrorKind::internal,
                  fmt::format("what {} printed cannot be read: {}", tool.name, measurement.error().message));
  measurement->prober = tool.name;
  if (report.request.raw_output == RawOutput::keep) measurement->raw_output = outcome.output.substr(0, most_kept_bytes);
  return {.end = RunEnd::finished, .measurement = std::move(measurement)};
}

Result<std::string> version_of(const Tool& tool, const Clock& clock) {
  platform::Command command{.arguments = {std::string(tool.program)}};
  command.arguments.insert(command.arguments.end(), tool.version_arguments.begin(), tool.version_arguments.end());
  auto process = TRY(platform::Subprocess::start(command, version_limits, clock.now()));
  const auto outcome = platform::run_to_end(std::move(process), clock);
  return tool.version(outcome.output + outcome.errors);
}

}  // namespace cw::probe
