#pragma once

// One run of a tool: what is started, how much it may take, and what its end means.

#include <cstdint>

#include "core/result.hpp"
#include "model/measurement.hpp"
#include "model/measurement_request.hpp"
#include "platform/subprocess.hpp"
#include "ports/probe/tool_prober.hpp"

namespace cw::probe {

enum class RunEnd : std::uint8_t { finished, failed, out_of_time, too_much_output, nonsense };

struct RunResult {
  RunEnd end = RunEnd::finished;
  Result<Measurement> measurement;
};

platform::Command command_of(const Tool& tool, const MeasurementRequest& request);
platform::ProcessLimits limits_of(const Tool& tool, const MeasurementRequest& request);

// The measurement in the tool's name, with its output where that is to be kept; or why there is none.
RunResult read_run(const Tool& tool, const ToolReport& report);

// Runs the program to learn whether it is the one we know.
Result<std::string> version_of(const Tool& tool, const Clock& clock);

}  // namespace cw::probe
