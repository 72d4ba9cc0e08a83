#pragma once

// Measuring with external programs: one prober that runs a tool per measurement, some at a time, from one thread.
// What makes a tool special is three pure functions and a name; scamper, which is one long-lived process, has a
// prober of its own.

#include <cstddef>
#include <functional>
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
  std::string name;     // of the prober: "mtr"
  std::string program;  // what is started, and what `doctor` looks for
  // `unsupported`, with the reason, for what the tool cannot measure.
  Result<> (*check)(const MeasurementRequest& request);
  // Without the program itself. The target is always the address, never the name.
  std::vector<std::string> (*arguments)(const MeasurementRequest& request);
  // From what the tool printed to what was measured; `invalid` for nonsense. Never throws, allocates in proportion.
  Result<Measurement> (*read)(const ToolReport& report);
  // How long the tool may take for that request.
  Duration (*time_limit)(const MeasurementRequest& request);
};

struct ToolProberOptions {
  std::size_t most_processes = 16;   // at the same time
  std::size_t most_running = 1'000;  // processes and those that wait for one; more are `exhausted`
};

class ToolProber final : public Prober {
 public:
  // `not_found` when the program is not installed; the message names the Debian package.
  static Result<std::unique_ptr<ToolProber>> open(const Tool& tool, const ToolProberOptions& options,
                                                  const Clock& clock);
  ~ToolProber() override;

  [[nodiscard]] std::string_view name() const override;
  Result<> start(const MeasurementRequest& request, Observer observer) override;
  void cancel(const Uuid& id) override;
  [[nodiscard]] Counters counters() const override;

 private:
  class Supervisor;
  explicit ToolProber(std::unique_ptr<Supervisor> supervisor);
  std::unique_ptr<Supervisor> supervisor_;
};

// Every tool that is run this way, in the order in which one takes over from the other: mtr, traceroute for
// traces; ping, nping for latency.
const std::vector<Tool>& known_tools();

}  // namespace cw::probe
