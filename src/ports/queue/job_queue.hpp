#pragma once

// The queue of jobs: at least once, with leases. job_queue_conformance.cpp is the contract as tests.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/job.hpp"

namespace cw::queue {

// The same target and kind is queued once, waiting or leased: a repeat is `repeated` and raises the priority if it is
// higher.
enum class Enqueued : std::uint8_t { added, repeated };

struct QueueStatus {
  std::size_t waiting = 0;
  std::size_t leased = 0;
  std::size_t dead = 0;
  std::optional<Instant> oldest_waiting;
  // Where others may push tasks to an inbox: those that are no jobs yet, and those kept that were refused.
  std::size_t inbox = 0;
  std::size_t rejected = 0;
};

struct DeadJob {
  Job job;
  std::string error;
  Instant died_at;
};

struct QueueLimits {
  std::size_t most_waiting = 100'000;
  std::size_t most_dead = 10'000;  // the oldest are forgotten first
  int most_attempts = 5;
  Duration first_backoff = std::chrono::seconds(30);
  Duration longest_backoff = std::chrono::hours(1);
};

// `invalid` without an id or with a priority that is not from 0 to 9.
Result<> check_job(const Job& job);
// How long a job waits after that attempt has failed: doubles with every attempt.
Duration backoff_after(const QueueLimits& limits, int attempt);

class JobQueue {
 public:
  virtual ~JobQueue() = default;

  // `exhausted` when the stated bound is reached, `invalid` without an id or with a priority that is not from 0 to 9.
  virtual Result<Enqueued> enqueue(const Job& job) = 0;

  // The due jobs of the highest priorities, at most `most`; one lease in ten is served from the oldest, so that
  // the lowest priority does not starve. Each is the caller's until `now + lease`, and has its measurement id:
  // made at its first lease, kept over later ones.
  virtual Result<std::vector<Job>> lease(Instant now, Duration lease, std::size_t most) = 0;

  // Done. `not_found` when the lease is no longer the caller's (it expired and was given away, or it is unknown).
  virtual Result<> acknowledge(const Job& job) = 0;

  // Failed: offered again after a backoff that doubles, or dead with its error after the last attempt.
  virtual Result<> fail_attempt(const Job& job, Instant now, std::string_view error) = 0;

  // Gives a lease back as if it had not been taken (a stopping worker).
  virtual Result<> release(const Job& job) = 0;

  // Gives a lease back as if it had not been taken, to be offered again at that instant and not before (it came too
  // early for its destination).
  virtual Result<> postpone(const Job& job, Instant not_before) = 0;

  // Offers expired leases again; those with no attempts left become dead. Returns how many.
  virtual Result<std::size_t> reap(Instant now) = 0;

  // When the next waiting job is due.
  virtual Result<std::optional<Instant>> next_due() = 0;

  virtual Result<QueueStatus> status() = 0;
  virtual Result<std::vector<DeadJob>> dead(std::size_t most) = 0;

  // Waiting jobs, due or not: the highest priority first, the longest due first among equals.
  virtual Result<std::vector<Job>> peek(std::size_t most) = 0;

  // Offers a dead job again, all attempts before it, with the measurement id it has. `repeated` when the same target
  // and kind is queued meanwhile: then that job stands for both. `not_found` for what is not dead, `exhausted` as for
  // enqueue.
  virtual Result<Enqueued> retry(const Uuid& id, Instant now) = 0;

  // Removes a waiting or dead job. `conflict` while it is leased, `not_found` for any other.
  virtual Result<> drop(const Uuid& id) = 0;
};

}  // namespace cw::queue
