#include "app/oneshot/run_live.hpp"

#include <memory>
#include <variant>

#include "core/mailbox.hpp"

namespace cw::app {
namespace {

using Message = std::variant<probe::ProbeEvent, Result<Measurement>>;

constexpr Duration kTick = std::chrono::milliseconds(50);
// More events than a run of 10,000 rounds tells in a tick; a view may miss some, the result never does.
constexpr std::size_t kMostWaiting = 100'000;

bool is_interrupted(const LiveRun& run) {
  if (run.signals != nullptr && run.signals->wait(Duration{})) return true;
  return run.on_tick && !run.on_tick();
}

}  // namespace

Result<Measurement> run_live(const MeasurementRequest& request, const LiveRun& run) {
  const auto events = std::make_shared<Mailbox<Message>>(kMostWaiting);
  // The result has a mailbox of its own, so that it is never refused.
  const auto result = std::make_shared<Mailbox<Message>>(1);
  auto on_event = [events](const probe::ProbeEvent& event) { events->send(event); };
  auto on_finished = [events, result](Result<Measurement> measurement) {
    result->send(std::move(measurement));
    events->send(probe::ProbeEvent{probe::RoundEvent{.round = 0}});  // wakes the reader
  };
  TRY(run.prober.start(request, {.on_event = std::move(on_event), .on_finished = std::move(on_finished)}));
  while (true) {
    auto ended = result->take();
    for (const auto& message : ended.empty() ? events->wait(kTick, {}) : events->take())
      if (const auto* event = std::get_if<probe::ProbeEvent>(&message)) run.on_event(*event);
    if (!ended.empty()) return std::get<Result<Measurement>>(std::move(ended.front()));
    if (is_interrupted(run)) {
      run.prober.cancel(request.id);
      return fail(ErrorKind::cancelled, "interrupted");
    }
  }
}

}  // namespace cw::app
