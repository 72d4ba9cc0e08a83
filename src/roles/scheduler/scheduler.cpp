#include "roles/scheduler/scheduler.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "core/log.hpp"
#include "rules/schedule/due_spread.hpp"

namespace cw::roles {
namespace {

constexpr std::string_view kArea = "scheduler";
// The part of its interval over which a target's repeats are spread.
constexpr int kSpreadPart = 10;
// A target that stays due although it was queued (its job died) is queued again after this, or its interval.
constexpr Duration kLeastRepeat = std::chrono::minutes(1);
constexpr Duration kErrorPause = std::chrono::seconds(5);

void sleep_for(Duration duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, duration, [] { return false; });
}

// 1. Never measured: at once.
// 2. Else an interval after the last time, later by a spread that is another one each time, so that targets added
//    together do not stay in step.
Instant begins_at(const Target& target, Instant now) {
  if (!target.last_measurement_at) return now;
  const Duration interval = target.interval;
  const auto due = *target.last_measurement_at + interval;
  const auto round = static_cast<std::uint64_t>(target.last_measurement_at->time_since_epoch().count());
  return std::max(now, due + schedule::due_spread(target.address, interval / kSpreadPart, round));
}

}  // namespace

Scheduler::Scheduler(SchedulerPorts ports, SchedulerOptions options)
    : ports_(ports), options_(std::move(options)), random_(options_.seed) {}

Result<Instant> Scheduler::run_once(Instant now) {
  TRY(ports_.queue.reap(now));
  const auto due = TRY(ports_.targets.due(now, options_.most_due));
  std::unordered_map<std::int64_t, Handled> handled;
  bool is_full = false;
  std::vector<store::NewRefusal> refused;
  for (const auto& target : due) {
    if (is_handled(target, now)) {
      handled.emplace(target.id, handled_.at(target.id));
      continue;
    }
    if (is_full) continue;
    if (auto verdict = judge(target.address); !verdict.may_probe()) {
      refused.push_back({.address = target.address,
                         .reason = std::string(to_string(verdict.rule)),
                         .detail = std::move(verdict.detail),
                         .source = std::string(kScheduleSource)});
    } else if (const auto queued = ports_.queue.enqueue(job_for(target, now)); !queued) {
      if (queued.error().kind != ErrorKind::exhausted) return std::unexpected(queued.error());
      // The queue's bound, or the disk's: the message says which.
      if (!is_full && !was_full_) log_warning(kArea, "due targets wait: {}", queued.error().message);
      is_full = true;
      continue;
    }
    handled.emplace(target.id, Handled{.last_measurement_at = target.last_measurement_at, .at = now});
  }
  handled_ = std::move(handled);
  if (!refused.empty())
    log_warning(kArea, "the target policy forbids {} due targets: they are not measured", refused.size());
  TRY(ports_.refusals.note(refused, now));
  was_full_ = is_full;
  return now + (is_full ? options_.pause_when_full : options_.poll);
}

void Scheduler::run(const Clock& clock, const std::stop_token& stop) {
  bool has_failed = false;
  while (!stop.stop_requested()) {
    const auto now = clock.now();
    const auto next = run_once(now);
    if (!next && !std::exchange(has_failed, true))
      log_error(kArea, "nothing is scheduled until this is mended: {}", next.error().message);
    if (next && std::exchange(has_failed, false)) log_info(kArea, "scheduling again");
    sleep_for(next ? std::max(Duration{}, *next - clock.now()) : kErrorPause, stop);
  }
}

bool Scheduler::is_handled(const Target& target, Instant now) const {
  const auto found = handled_.find(target.id);
  if (found == handled_.end()) return false;
  const Duration repeat = std::max<Duration>(kLeastRepeat, target.interval);
  return found->second.last_measurement_at == target.last_measurement_at && now < found->second.at + repeat;
}

schedule::PolicyVerdict Scheduler::judge(const IpAddress& address) const {
  return ports_.admission.judge({.address = address, .asn = routing::facts_of(*ports_.routes.current(), address).asn});
}

Job Scheduler::job_for(const Target& target, Instant now) {
  return {.id = Uuid::make_v7(now, random_),
          .target_ip = target.address,
          .target_name = target.name,
          .target_type = target.source,
          .kind = target.kind,
          .options = target.options,
          .prober = target.prober.empty() ? std::string(options_.prober_by_label.find(target.labels)) : target.prober,
          .priority = target.priority,
          .source = std::string(kScheduleSource),
          .reason = std::string(target.last_measurement_at ? kRepeatReason : kFirstReason),
          .created_at = now,
          .not_before = begins_at(target, now)};
}

}  // namespace cw::roles
