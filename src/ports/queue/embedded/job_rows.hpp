#pragma once

// Jobs as rows of the embedded queue: reading, and every change of one, inside somebody else's transaction.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/job.hpp"
#include "platform/database.hpp"
#include "ports/queue/job_queue.hpp"

namespace cw::queue {

// A due job that cannot be read is not a reason to stop: its error says why it is put aside.
struct DueJob {
  std::string id;
  Result<Job> job;
};

struct KnownJob {
  std::string id;
  int priority = 0;
};

// The job that is waiting or leased for that target and kind.
Result<std::optional<KnownJob>> find_queued(platform::Database& database, const Job& job);
Result<> insert_waiting(platform::Database& database, const Job& job);
Result<> raise_priority(platform::Database& database, const std::string& id, int priority);

// Waiting jobs due by `now`, the longest due first: of one priority, or of all.
Result<std::vector<DueJob>> find_due(platform::Database& database, Instant now, std::optional<int> priority,
                                     std::size_t most);

// The states a job goes through. Those that end a lease return false when it is no longer that job's attempt.
Result<> mark_leased(platform::Database& database, std::string_view id, const Job& job, Instant until);
Result<bool> remove_leased(platform::Database& database, const Job& job);
Result<bool> mark_waiting(platform::Database& database, const Job& job, Instant not_before);
Result<bool> mark_released(platform::Database& database, const Job& job, Instant not_before);
Result<> mark_dead(platform::Database& database, std::string_view id, Instant now, std::string_view error);

// Leases that ended by that instant; all of them without one.
struct EndedLease {
  std::string id;
  int attempt = 0;
};
Result<std::vector<EndedLease>> find_ended_leases(platform::Database& database, std::optional<Instant> by);
Result<> offer_again(platform::Database& database, std::string_view id, Instant not_before);

// Forgets all dead jobs but the last `most`.
Result<> trim_dead(platform::Database& database, std::size_t most);

Result<std::vector<DeadJob>> find_dead(platform::Database& database, std::size_t most);
// A job in that state, if it is; its state, if it is known at all.
Result<std::optional<Job>> find_job(platform::Database& database, const Uuid& id, std::string_view state);
Result<std::optional<std::string>> find_state(platform::Database& database, const Uuid& id);
// Makes a dead job wait as if it had never been tried.
Result<> raise_dead(platform::Database& database, const Uuid& id, Instant not_before);
Result<> remove_job(platform::Database& database, const Uuid& id);

Result<QueueStatus> find_status(platform::Database& database);
Result<std::optional<Instant>> find_next_due(platform::Database& database);

}  // namespace cw::queue
