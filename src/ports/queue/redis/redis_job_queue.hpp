#pragma once

// The queue on a Redis 7 server, for any number of processes. Every operation is one script there (job_queue.lua), so
// that it happens whole or not at all. A lease ends by its time alone: what a dead process had leased is offered again
// when that is over and somebody reaps. Whoever leases or reaps also makes jobs of the tasks that others push to the
// inbox (inbox_task.hpp).
//
// What is acknowledged outlives the server where that keeps an append-only file. Its default user must then keep its
// permissions ("off ~* &* +@all"), even where it lets nobody in: Redis 7 replays scripts from that file as that user
// and silently drops what it may not do (redis/redis#14541).

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/guarded.hpp"
#include "core/random.hpp"
#include "platform/redis_connection.hpp"
#include "ports/queue/job_queue.hpp"
#include "ports/queue/redis/queue_script.hpp"

namespace cw::queue {

struct RedisQueueOptions {
  platform::RedisOptions server;
  QueueLimits limits;
  std::string prefix = "cyberwatch";  // of all keys
  std::uint64_t seed = 0;             // of the ids; another one in every process
};

class RedisJobQueue final : public JobQueue {
 public:
  // Asks nothing of the server yet: a node may start before its server. While that is away every operation is
  // `unavailable`, and says why.
  explicit RedisJobQueue(RedisQueueOptions options);

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
  struct State {
    State(RedisQueueOptions options);
    QueueScript script;
    Random random;
  };
  struct Leased {
    std::vector<Job> jobs;
    std::size_t unreadable = 0;
    std::int64_t inbox = 0;  // tasks that wait there
  };

  Result<Leased> lease_once(State& state, Instant now, Instant until, std::size_t most);
  Result<> give_back(const Job& job, Instant not_before);

  // The inbox: redis_inbox.cpp.
  Result<std::size_t> read_inbox(State& state, Instant now);
  Result<std::size_t> take_tasks(State& state, std::span<const platform::RedisReply> tasks, Instant now);

  QueueLimits limits_;
  Guarded<State> state_;
};

}  // namespace cw::queue
