#pragma once

// Measuring with external programs: one prober that runs a tool per measurement, some at a time, from one thread.
// What makes a tool special is a few pure functions and a name; scamper, which is one long-lived process, has a
// prober of its own.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "model/measurement.hpp"
#include "model/measurement_request.hpp"
#include "platform/subprocess.hpp"
#include "ports/probe/prober.hpp"

namespace cw::probe {

struct ToolReport {
  const MeasurementRequest& request;
  const platform::ProcessOutcome& outcome;
  Instant started_at;
  Instant finished_at;
};

struct Tool {
  std::string_view name;     // of the prober: "mtr"
  std::string_view program;  // what is started, and what `doctor` looks for
  std::string_view package;  // Debian's that has it
  std::vector<std::string> version_arguments;
  // The version from what those print; `unsupported` for another program of the same name.
  Result<std::string> (*version)(std::string_view output) = nullptr;
  // `unsupported`, with the reason, for what the tool cannot measure.
  Result<> (*check)(const MeasurementRequest& request) = nullptr;
  // Without the program itself. The target is always the address, never the name.
  std::vector<std::string> (*arguments)(const MeasurementRequest& request) = nullptr;
  // From what the tool printed to what was measured; `invalid` for nonsense. Never throws, allocates in proportion.
  Result<Measurement> (*read)(const ToolReport& report) = nullptr;
  // How long the tool may take for that request; longer, and it hangs.
  Duration (*time_limit)(const MeasurementRequest& request) = nullptr;
  int most_exit_code = 0;  // a larger one is a failure, told on stderr
};

struct ToolProberOptions {
  std::size_t most_processes = 16;   // at the same time
  std::size_t most_running = 1'000;  // processes and those that wait for one; more are `exhausted`
};

// Tells its observers all replies at the end: the programs say most of them no earlier. A run that fails is told
// as `unavailable` where the program says that it cannot measure (no privilege, no route) or is not there any
// more, and as `internal` where it hangs, floods its output, dies or prints nonsense.
class ToolProber final : public Prober {
 public:
  // `not_found` when the program is not installed; the message names the Debian package. `unsupported` when it is
  // another program of the same name.
  static Result<std::unique_ptr<ToolProber>> open(const Tool& tool, const ToolProberOptions& options,
                                                  const Clock& clock);
  // Kills what runs; its observers get `cancelled`.
  ~ToolProber() override;

  [[nodiscard]] std::string_view name() const override;
  Result<> start(const MeasurementRequest& request, Observer observer) override;
  void cancel(const Uuid& id) override;
  // "runs_started", and how they ended: "runs_finished", "runs_cancelled", "runs_failed", "runs_out_of_time",
  // "runs_too_much_output", "runs_nonsense", "runs_missing".
  [[nodiscard]] Counters counters() const override;

 private:
  class Supervisor;
  explicit ToolProber(std::unique_ptr<Supervisor> supervisor);
  std::unique_ptr<Supervisor> supervisor_;
};

// Every tool that is run this way, in the order in which one takes over from the other: mtr, traceroute for
// traces; ping, nping for latency.
const std::vector<Tool>& known_tools();
// Nothing for a name that is none of theirs.
const Tool* find_tool(std::string_view name);

}  // namespace cw::probe
