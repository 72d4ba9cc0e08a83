#pragma once

// The scheduler turns targets that are due into jobs, each at its interval with a spread, and offers expired
// leases again. It keeps no state that matters: after a restart the store and the queue say what is to be done.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <unordered_map>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/target.hpp"
#include "ports/queue/job_queue.hpp"
#include "ports/routing/route_table.hpp"
#include "ports/store/refusal_store.hpp"
#include "ports/store/target_store.hpp"
#include "rules/schedule/probe_admission.hpp"
#include "rules/schedule/prober_by_label.hpp"

namespace cw::roles {

struct SchedulerPorts {
  store::TargetStore& targets;
  queue::JobQueue& queue;
  store::RefusalStore& refusals;
  routing::RouteTables& routes;
  const schedule::ProbeAdmission& admission;
};

struct SchedulerOptions {
  schedule::ProberByLabel prober_by_label{};
  std::uint64_t seed = 0;                   // of the job ids
  Duration poll = std::chrono::seconds(1);  // how long a new target may wait to be seen
  Duration pause_when_full = std::chrono::seconds(5);
  int most_due = 10'000;  // looked at in one turn
};

class Scheduler {
 public:
  Scheduler(SchedulerPorts ports, SchedulerOptions options);

  // Queues what is due; returns when to be called again. Errors are the store's and the queue's.
  Result<Instant> run_once(Instant now);
  // Runs until the stop; an error is logged when it begins and when it is over.
  void run(const Clock& clock, const std::stop_token& stop);

 private:
  // What was done about a target, for as long as it stays due.
  struct Handled {
    std::optional<Instant> last_measurement_at;  // as it was then
    Instant at;
  };

  [[nodiscard]] bool is_handled(const Target& target, Instant now) const;
  [[nodiscard]] schedule::PolicyVerdict judge(const IpAddress& address) const;
  [[nodiscard]] Job job_for(const Target& target, Instant now);

  SchedulerPorts ports_;
  SchedulerOptions options_;
  Random random_;
  std::unordered_map<std::int64_t, Handled> handled_;
  bool was_full_ = false;  // said once
};

}  // namespace cw::roles
