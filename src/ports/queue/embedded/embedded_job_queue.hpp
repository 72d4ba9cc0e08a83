#pragma once

// The queue as a table in the node's own database, for one process. Every operation is one transaction, so what
// was enqueued survives the process. A lease dies with the process that took it: opening the queue offers what a
// dead process had leased again at once, each such lease counted as an attempt.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/guarded.hpp"
#include "core/random.hpp"
#include "platform/database.hpp"
#include "ports/queue/job_queue.hpp"

namespace cw::queue {

// Whether the leases of a process that is gone are ended at opening, or left, as by one that only looks at the jobs of
// another.
enum class EarlierLeases : std::uint8_t { end, leave };

struct EmbeddedQueueOptions {
  QueueLimits limits;
  std::uint64_t seed = 0;  // of the measurement ids
  Instant now;             // when leases of a dead process are offered again
  EarlierLeases earlier_leases = EarlierLeases::end;
};

class EmbeddedJobQueue final : public JobQueue {
 public:
  // Migrates its tables and recovers. One queue at a time on a database. Errors as migrate() and the database
  // have them.
  static Result<std::unique_ptr<EmbeddedJobQueue>> open(std::shared_ptr<platform::SharedDatabase> database,
                                                        const EmbeddedQueueOptions& options);

  Result<Enqueued> enqueue(const Job& job) override;
  Result<std::vector<Job>> lease(Instant now, Duration lease, std::size_t most) override;
  Result<> acknowledge(const Job& job) override;
  Result<> fail_attempt(const Job& job, Instant now, std::string_view error) override;
  Result<> release(const Job& job) override;
  Result<> postpone(const Job& job, Instant not_before) override;
  Result<std::size_t> reap(Instant now) override;
  Result<std::optional<Instant>> next_due() override;
  Result<QueueStatus> status() override;
  Result<std::vector<DeadJob>> dead(std::size_t most) override;
  Result<std::vector<Job>> peek(std::size_t most) override;
  Result<Enqueued> retry(const Uuid& id, Instant now) override;
  Result<> drop(const Uuid& id) override;

 private:
  // What is kept beside the table: how many jobs wait, so that the bound costs no count, and how many leases
  // were given, for the one in ten that goes to the oldest.
  struct State {
    std::size_t waiting = 0;
    std::uint64_t leases_given = 0;
    Random random{0};
  };

  EmbeddedJobQueue(std::shared_ptr<platform::SharedDatabase> database, const EmbeddedQueueOptions& options);

  Result<> recover(const EmbeddedQueueOptions& options);
  Result<> give_back(const Job& job, Instant not_before);
  Result<std::size_t> end_leases(std::optional<Instant> expired_by, Instant now, std::string_view error);

  std::shared_ptr<platform::SharedDatabase> database_;
  QueueLimits limits_;
  Guarded<State> state_;
};

}  // namespace cw::queue
