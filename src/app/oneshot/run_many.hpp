#pragma once

// Measures the targets of a feed, many at a time, and hands over each result as it ends.

#include <functional>

#include "app/oneshot/target_feed.hpp"
#include "core/result.hpp"
#include "model/measurement.hpp"
#include "model/measurement_request.hpp"
#include "ports/probe/prober.hpp"

namespace cw::app {

struct ManyRuns {
  probe::Prober& prober;
  std::size_t window = 1;  // at once
  // From a target, with an id of its own. Called from the feeding thread.
  std::function<MeasurementRequest(const NamedTarget&)> request_for;
  // What ended, or an entry of the feed that could not be begun. False: nobody wants the rest. Called from the
  // thread that calls `run_many`.
  std::function<bool(Result<Measurement>)> on_result;
  // Nothing more has ended for now: a good moment to let go of what was gathered. False as above.
  std::function<bool()> on_pause;
};

// Reading the feed may wait, for stdin or the resolver, so it has a thread of its own; what is read ahead and
// what waits to be handed over is bounded by the window.
void run_many(TargetFeed& feed, const ManyRuns& runs);

}  // namespace cw::app
