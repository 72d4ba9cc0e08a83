#include "roles/worker/worker.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/log.hpp"
#include "rules/topology/as_path.hpp"

namespace cw::roles {
namespace {

constexpr std::string_view kArea = "worker";
// More than may run at once (the upper bound of worker.max_concurrent_traceroutes), so it is never full.
constexpr std::size_t kMostFinished = 2000;
// How long a stopping worker waits for the prober to hand over what it cancelled: 20 turns of 50 ms.
constexpr int kStopTurns = 20;
constexpr Duration kStopTurn = std::chrono::milliseconds(50);
constexpr Duration kQueuePause = std::chrono::seconds(1);

// What it says of its path is told by hops whose ages differ: only where the path is known already.
bool is_scheduled_repeat(const Job& job) { return job.source == kScheduleSource && job.reason == kRepeatReason; }

}  // namespace

Worker::Worker(WorkerPorts ports, WorkerOptions options, const Clock& clock)
    : ports_(ports),
      options_(std::move(options)),
      clock_(clock),
      settings_(worker_settings_of(options_.settings)),
      tokens_(settings_.rate_limit_per_minute, settings_.max_concurrent_traceroutes, clock.now()),
      finished_(std::make_shared<Mailbox<Finished>>(kMostFinished)) {
  ports_.admission.set_limits(admission_limits_of(settings_));
}

Instant Worker::step(Instant now) {
  refresh_settings(now);
  settle_finished(now);
  if (flush_is_due(now)) flush(now);
  if (!retry_at_) lease(now);
  publish_status();
  return next_step(now);
}

void Worker::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto next = step(clock_.now());
    finished_->await(std::max(Duration{}, next - clock_.now()), stop);
  }
  finish(clock_.now());
}

void Worker::finish(Instant now) {
  for (const auto& [id, job] : running_) ports_.prober.cancel(id);
  settle_finished(now);
  for (int turn = 0; turn < kStopTurns && !running_.empty(); ++turn) {
    finished_->await(kStopTurn, {});
    settle_finished(now);
  }
  for (const auto& [id, job] : running_) release(job);
  running_.clear();
  flush(now);
  // What the store does not take is measured again, under the same id.
  for (const auto& kept : kept_) release(kept.job);
  kept_.clear();
  publish_status();
}

WorkerStatus Worker::status() const {
  return status_.with([](const WorkerStatus& status) { return status; });
}

void Worker::refresh_settings(Instant now) {
  if (settings_read_at_ && now >= *settings_read_at_ && now < *settings_read_at_ + options_.settings_age) return;
  settings_read_at_ = now;
  const auto json = ports_.settings.get(kWorkerSettingsKey);
  if (!json && json.error().kind != ErrorKind::not_found) return;  // the store's troubles are told elsewhere
  auto settings = options_.settings;
  if (json) {
    if (const auto applied = apply_worker_settings(settings, *json); !applied) {
      if (!std::exchange(settings_are_bad_, true))
        log_warning(kArea, "the stored settings are not used: {}", applied.error().message);
      return;
    }
  }
  settings_are_bad_ = false;
  const auto wanted = worker_settings_of(settings);
  if (wanted == settings_) return;
  settings_ = wanted;
  tokens_.change(settings_.rate_limit_per_minute, settings_.max_concurrent_traceroutes, now);
  ports_.admission.set_limits(admission_limits_of(settings_));
  log_info(kArea, "now {} measurements a minute, {} at once", settings_.rate_limit_per_minute,
           settings_.max_concurrent_traceroutes);
}

void Worker::settle_finished(Instant now) {
  for (auto& finished : finished_->take()) {
    const auto found = running_.find(finished.id);
    if (found == running_.end()) continue;
    const auto job = std::move(found->second);
    running_.erase(found);
    settle(job, std::move(finished.measurement), now);
  }
}

void Worker::settle(const Job& job, Result<Measurement> measurement, Instant now) {
  if (!measurement) {
    if (measurement.error().kind == ErrorKind::cancelled) return release(job);
    return fail_attempt(job, now, measurement.error());
  }
  measurement->vantage = options_.vantage;
  learn_from(*measurement, now);
  auto result = annotate(*std::move(measurement));
  result.origin = origin_of(job);
  kept_.push_back({.job = job, .result = std::move(result), .since = now});
}

// A loop on the way says nothing of the destination.
void Worker::learn_from(const Measurement& measurement, Instant now) {
  const auto destination = destination_of(measurement.address);
  switch (measurement.status) {
    case Status::reached:
      return ports_.admission.answered(destination);
    case Status::unreachable:
    case Status::silent:
    case Status::failed:
      return ports_.admission.kept_silent(destination, now);
    case Status::loop:
      return;
  }
}

schedule::Destination Worker::destination_of(const IpAddress& address) const {
  return {.address = address, .asn = routing::facts_of(*ports_.routes.current(), address).asn};
}

JobOrigin Worker::origin_of(const Job& job) const {
  return {.source = job.source,
          .reason = job.reason,
          .rate_limit_per_minute = settings_.rate_limit_per_minute,
          .max_concurrent_traceroutes = settings_.max_concurrent_traceroutes};
}

MeasurementRequest Worker::request_for(const Job& job) const {
  auto request = request_of(job);
  if (request.dscp == 0) request.dscp = options_.dscp;
  if (request.kind == Kind::trace && request.multipath == Multipath::off && is_scheduled_repeat(job))
    request.known_hops = options_.known_hops;
  return request;
}

store::NewMeasurement Worker::annotate(Measurement measurement) const {
  auto facts = routing::facts_on_path(*ports_.routes.current(), measurement);
  auto as_path =
      measurement.kind == Kind::ping ? std::nullopt : std::optional(topology::find_as_path(measurement, facts));
  return {.measurement = std::move(measurement), .as_path = std::move(as_path), .facts = std::move(facts)};
}

bool Worker::flush_is_due(Instant now) const {
  if (kept_.empty()) return false;
  if (retry_at_) return now >= *retry_at_;
  return kept_.size() >= options_.batch_size || now >= kept_.front().since + options_.batch_age;
}

void Worker::flush(Instant now) {
  retry_at_.reset();
  while (!kept_.empty() && !retry_at_) {
    const auto size = static_cast<std::ptrdiff_t>(std::min(options_.batch_size, kept_.size()));
    std::vector<Kept> batch(std::make_move_iterator(kept_.begin()), std::make_move_iterator(kept_.begin() + size));
    kept_.erase(kept_.begin(), kept_.begin() + size);
    flush_batch(std::move(batch), now);
  }
}

// 1. The store takes the batch: every job in it is acknowledged.
// 2. It says that something in the batch is invalid: one by one, so that the rest is not held up; the one that
//    is invalid by itself has failed.
// 3. It refuses (disk full, locked): everything is kept, in order, and nothing new is leased until it takes it.
void Worker::flush_batch(std::vector<Kept> batch, Instant now) {
  std::vector<store::NewMeasurement> results;
  results.reserve(batch.size());
  for (auto& kept : batch) results.push_back(std::move(kept.result));
  const auto stored = ports_.measurements.put(results);
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].result = std::move(results[i]);
  if (stored) return store_took(batch);
  if (stored.error().kind != ErrorKind::invalid) return store_refused(std::move(batch), stored.error(), now);
  if (batch.size() == 1) return fail_attempt(batch.front().job, now, stored.error());
  for (auto& kept : batch) {
    std::vector<Kept> alone;
    alone.push_back(std::move(kept));
    if (retry_at_)
      kept_.push_back(std::move(alone.front()));
    else
      flush_batch(std::move(alone), now);
  }
}

void Worker::store_refused(std::vector<Kept> batch, const Error& error, Instant now) {
  kept_.insert(kept_.begin(), std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()));
  if (!std::exchange(counts_.store_refuses, true)) {
    retry_after_ = options_.first_retry;
    log_error(kArea, "the store takes no measurements ({}); {} are kept and nothing new is measured until it does",
              error.message, kept_.size());
  } else {
    retry_after_ = std::min(options_.longest_retry, retry_after_ * 2);
  }
  retry_at_ = now + retry_after_;
}

void Worker::store_took(const std::vector<Kept>& batch) {
  if (std::exchange(counts_.store_refuses, false)) log_info(kArea, "the store takes measurements again");
  counts_.stored += batch.size();
  attempts_fail_ = false;
  for (const auto& kept : batch) {
    acknowledge(kept.job);
    if (options_.on_stored) options_.on_stored(kept.result);
  }
}

std::size_t Worker::room() const {
  const auto limit = static_cast<std::size_t>(settings_.max_concurrent_traceroutes);
  return limit > running_.size() ? limit - running_.size() : 0;
}

void Worker::lease(Instant now) {
  if (now < next_lease_) return;
  const auto most = std::min(room(), static_cast<std::size_t>(tokens_.available(now)));
  if (most == 0) return;
  auto jobs = ports_.queue.lease(now, options_.lease, most);
  if (!jobs) {
    if (!std::exchange(queue_refuses_, true)) log_error(kArea, "the queue gives no jobs: {}", jobs.error().message);
    next_lease_ = now + kQueuePause;
    return;
  }
  if (std::exchange(queue_refuses_, false)) log_info(kArea, "the queue gives jobs again");
  // As many as were asked for: there may be more at once. Fewer: the queue is empty for now.
  next_lease_ = jobs->size() < most ? now + options_.poll : now;
  bool has_room = true;
  for (const auto& job : *jobs) {
    if (has_room) has_room = start(job, now);
    if (!has_room) release(job);
  }
  if (!has_room) next_lease_ = now + options_.poll;
}

// 1. What was stored already is done.
// 2. What the policy forbids is refused, what comes too early is put off.
// 3. A prober without room gets it later; any other error is a failed attempt.
bool Worker::start(const Job& job, Instant now) {
  if (is_stored_already(job)) {
    acknowledge(job);
    return true;
  }
  const auto destination = destination_of(job.target_ip);
  const auto admission = ports_.admission.admit(destination, now);
  if (!admission.may_begin()) {
    if (admission.verdict.may_probe())
      postpone(job, admission.not_before);
    else
      refuse(job, admission.verdict, now);
    return true;
  }
  auto on_finished = [mailbox = finished_, id = job.measurement_id](Result<Measurement> measurement) {
    mailbox->send({.id = id, .measurement = std::move(measurement)});
  };
  // Before the start: a prober may finish before `start` returns.
  running_.emplace(job.measurement_id, job);
  const auto started = ports_.prober.start(request_for(job), {.on_event = {}, .on_finished = std::move(on_finished)});
  if (started) {
    tokens_.take(1, now);
    return true;
  }
  ports_.admission.withdraw(destination, admission);
  running_.erase(job.measurement_id);
  if (started.error().kind == ErrorKind::exhausted) return false;
  fail_attempt(job, now, started.error());
  return true;
}

// A job offered again may have been measured and stored by a worker that died before it could say so.
bool Worker::is_stored_already(const Job& job) {
  return job.attempt > 1 && ports_.measurements.by_id(job.measurement_id).has_value();
}

void Worker::acknowledge(const Job& job) {
  const auto done = ports_.queue.acknowledge(job);
  // A lease that ran out meanwhile: whoever has the job now finds its measurement stored.
  if (!done && done.error().kind != ErrorKind::not_found)
    log_warning(kArea, "a stored job could not be acknowledged: {}", done.error().message);
}

void Worker::release(const Job& job) {
  const auto done = ports_.queue.release(job);
  if (!done && done.error().kind != ErrorKind::not_found)
    log_warning(kArea, "a lease could not be given back: {}", done.error().message);
}

void Worker::postpone(const Job& job, Instant not_before) {
  ++counts_.postponed;
  const auto done = ports_.queue.postpone(job, not_before);
  if (!done && done.error().kind != ErrorKind::not_found)
    log_warning(kArea, "a job that came too early could not be given back: {}", done.error().message);
}

void Worker::refuse(const Job& job, const schedule::PolicyVerdict& verdict, Instant now) {
  ++counts_.forbidden;
  const auto noted = ports_.refusals.note({{.address = job.target_ip,
                                            .reason = std::string(to_string(verdict.rule)),
                                            .detail = verdict.detail,
                                            .source = job.source}},
                                          now);
  if (!noted) log_warning(kArea, "a refusal could not be noted: {}", noted.error().message);
  fail_attempt(job, now, {ErrorKind::forbidden, verdict.detail});
}

void Worker::fail_attempt(const Job& job, Instant now, const Error& error) {
  ++counts_.failed;
  // The message may name the target, which may have come from DNS: it goes to the queue and not to the log.
  if (!std::exchange(attempts_fail_, true))
    log_warning(kArea, "attempts fail ({}); the queue keeps the reason of each", to_string(error.kind));
  const auto done = ports_.queue.fail_attempt(job, now, error.message);
  if (!done && done.error().kind != ErrorKind::not_found)
    log_warning(kArea, "a failed attempt could not be noted: {}", done.error().message);
}

void Worker::publish_status() {
  counts_.running = running_.size();
  counts_.kept = kept_.size();
  status_.with([&](WorkerStatus& status) { status = counts_; });
}

Instant Worker::next_step(Instant now) {
  auto next = now + options_.settings_age;
  if (retry_at_) return std::min(next, *retry_at_);
  if (!kept_.empty()) next = std::min(next, kept_.front().since + options_.batch_age);
  if (room() > 0) next = std::min(next, std::max(next_lease_, tokens_.next_at(now)));
  return std::max(next, now);
}

}  // namespace cw::roles
