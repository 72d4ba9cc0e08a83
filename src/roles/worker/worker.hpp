#pragma once

// The worker leases jobs within its rate and concurrency, has them measured, stores what came back with what
// the path means, and only then acknowledges the job: a crash at any moment loses no acknowledged measurement,
// and the measurement id that a job keeps over its leases stores none twice.
//
// One thread calls `step` (or `run`); the prober's thread only drops results into a bounded mailbox.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/clock.hpp"
#include "core/guarded.hpp"
#include "core/mailbox.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/job.hpp"
#include "model/measurement.hpp"
#include "model/settings.hpp"
#include "ports/probe/prober.hpp"
#include "ports/queue/job_queue.hpp"
#include "ports/routing/route_table.hpp"
#include "ports/store/measurement_store.hpp"
#include "ports/store/refusal_store.hpp"
#include "ports/store/settings_store.hpp"
#include "roles/worker/token_bucket.hpp"
#include "roles/worker/worker_settings.hpp"
#include "rules/schedule/probe_admission.hpp"

namespace cw::roles {

struct WorkerPorts {
  queue::JobQueue& queue;
  probe::Prober& prober;
  store::MeasurementStore& measurements;
  store::RefusalStore& refusals;
  store::SettingsStore& settings;
  routing::RouteTables& routes;
  schedule::ProbeAdmission& admission;  // of all workers
};

struct WorkerOptions {
  std::string vantage = "home";
  Settings settings;                        // in force until the store says otherwise
  std::uint8_t dscp = 0;                    // of jobs that name none
  KnownHops known_hops = KnownHops::probe;  // of scheduled repeats
  Duration lease = std::chrono::minutes(2);
  Duration settings_age = std::chrono::seconds(1);  // how old the settings in use may be
  Duration poll = std::chrono::milliseconds(250);   // how long a new job may wait to be seen
  std::size_t batch_size = 1000;
  Duration batch_age = std::chrono::milliseconds(200);
  Duration first_retry = std::chrono::seconds(1);  // of a store that refuses; doubles
  Duration longest_retry = std::chrono::seconds(30);
  std::function<void(const store::NewMeasurement&)> on_stored;  // may be empty; called from the worker's thread
};

struct WorkerStatus {
  std::size_t running = 0;     // being measured
  std::size_t kept = 0;        // measured, not stored yet
  bool store_refuses = false;  // then nothing new is leased
  std::uint64_t stored = 0;
  std::uint64_t failed = 0;     // attempts that brought no measurement
  std::uint64_t forbidden = 0;  // jobs that the target policy refused
  std::uint64_t postponed = 0;  // jobs that came too early
};

class Worker {
 public:
  Worker(WorkerPorts ports, WorkerOptions options, const Clock& clock);

  // Does what there is to do now; returns when to be called again at the latest.
  Instant step(Instant now);
  // Steps until the stop, then gives back what it holds.
  void run(const std::stop_token& stop);
  // Cancels what runs, stores what has come back, releases the other leases.
  void finish(Instant now);

  // From any thread.
  [[nodiscard]] WorkerStatus status() const;

 private:
  struct Finished {
    Uuid id;
    Result<Measurement> measurement;
  };
  struct Kept {
    Job job;
    store::NewMeasurement result;
    Instant since;
  };

  void refresh_settings(Instant now);
  void settle_finished(Instant now);
  void settle(const Job& job, Result<Measurement> measurement, Instant now);
  store::NewMeasurement annotate(Measurement measurement) const;

  [[nodiscard]] bool flush_is_due(Instant now) const;
  void flush(Instant now);
  void flush_batch(std::vector<Kept> batch, Instant now);
  void store_refused(std::vector<Kept> batch, const Error& error, Instant now);
  void store_took(const std::vector<Kept>& batch);

  void lease(Instant now);
  [[nodiscard]] std::size_t room() const;
  // False when the prober has no room: the rest of the leased jobs is to be given back.
  bool start(const Job& job, Instant now);
  [[nodiscard]] bool is_stored_already(const Job& job);
  [[nodiscard]] MeasurementRequest request_for(const Job& job) const;
  [[nodiscard]] JobOrigin origin_of(const Job& job) const;
  [[nodiscard]] schedule::Destination destination_of(const IpAddress& address) const;
  void learn_from(const Measurement& measurement, Instant now);

  void acknowledge(const Job& job);
  void release(const Job& job);
  void postpone(const Job& job, Instant not_before);
  void refuse(const Job& job, const schedule::PolicyVerdict& verdict, Instant now);
  void fail_attempt(const Job& job, Instant now, const Error& error);
  void publish_status();
  [[nodiscard]] Instant next_step(Instant now);

  WorkerPorts ports_;
  WorkerOptions options_;
  const Clock& clock_;

  WorkerSettings settings_;
  std::optional<Instant> settings_read_at_;
  bool settings_are_bad_ = false;  // said once
  TokenBucket tokens_;

  std::unordered_map<Uuid, Job> running_;  // by measurement id
  // Shared with the observers, so that one who is called late finds it.
  std::shared_ptr<Mailbox<Finished>> finished_;

  std::deque<Kept> kept_;
  std::optional<Instant> retry_at_;  // set while the store refuses
  Duration retry_after_{};
  bool queue_refuses_ = false;  // said once
  bool attempts_fail_ = false;  // said once
  Instant next_lease_{};

  WorkerStatus counts_;
  Guarded<WorkerStatus> status_;
};

}  // namespace cw::roles
