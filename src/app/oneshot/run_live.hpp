#pragma once

// Measures one target and hands over its events as they come; can be interrupted by a signal or a key.

#include <functional>

#include "core/result.hpp"
#include "model/measurement.hpp"
#include "model/measurement_request.hpp"
#include "platform/signals.hpp"
#include "ports/probe/prober.hpp"

namespace cw::app {

struct LiveRun {
  probe::Prober& prober;
  const platform::Signals* signals = nullptr;  // none: the signals end the process
  std::function<void(const probe::ProbeEvent&)> on_event;
  // Called about twenty times a second; false ends the run. May be empty.
  std::function<bool()> on_tick;
};

// `cancelled` when it was interrupted.
Result<Measurement> run_live(const MeasurementRequest& request, const LiveRun& run);

}  // namespace cw::app
