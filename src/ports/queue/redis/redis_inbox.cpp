// The part of the Redis queue that makes jobs of the tasks that others push. A task leaves the inbox in the same script
// that makes a job of it, or that puts it aside: neither a crash nor another reader loses or doubles one.

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "ports/queue/redis/inbox_task.hpp"
#include "ports/queue/redis/redis_job_queue.hpp"
#include "ports/queue/redis/script_arguments.hpp"

namespace cw::queue {
namespace {

using platform::RedisReply;

constexpr std::size_t kTasksAtOnce = 100;
constexpr std::size_t kLongestReason = 300;

}  // namespace

// 1. Tasks become jobs in the order they were pushed, until the inbox is empty or the queue is full.
// 2. While the queue is full they wait where they are, up to as many as jobs may wait; what is pushed after that is
//    refused.
// Returns how many left the inbox.
Result<std::size_t> RedisJobQueue::read_inbox(State& state, Instant now) {
  const auto at = format_rfc3339(now);
  const auto most_rejected = to_argument(limits_.most_dead);
  const QueueScript::Call read{"read_inbox",
                               to_argument(kTasksAtOnce),
                               to_argument(kLongestTask),
                               fmt::format("a task has {} bytes at most", kLongestTask),
                               at,
                               most_rejected};
  std::size_t left = 0;
  // Bounded, so that who leases is not kept by those who push without end.
  for (int round = 0; round < 10; ++round) {
    const auto tasks = TRY(state.script.call(read));
    const auto taken = TRY(take_tasks(state, tasks.items, now));
    left += taken;
    if (taken < kTasksAtOnce) break;
  }
  TRY(state.script.call({"trim_inbox", to_argument(limits_.most_waiting), to_argument(std::size_t{1000}),
                         fmt::format("the queue is full with {} jobs: push it again later", limits_.most_waiting), at,
                         most_rejected}));
  return left;
}

// A script that finds that its task is not the first one any more does nothing, nor do those after it.
Result<std::size_t> RedisJobQueue::take_tasks(State& state, std::span<const RedisReply> tasks, Instant now) {
  std::vector<QueueScript::Call> calls;
  for (const auto& task : tasks) {
    auto job = read_inbox_task(task.text, now);
    if (!job) {
      calls.push_back({"reject", task.text, printable(job.error().message, kLongestReason), format_rfc3339(now),
                       to_argument(limits_.most_dead)});
      continue;
    }
    job->id = Uuid::make_v7(now, state.random);
    calls.push_back({"accept", task.text});
    for (auto& argument : enqueue_arguments(*job, limits_)) calls.back().push_back(std::move(argument));
  }
  if (calls.empty()) return 0;
  const auto replies = TRY(state.script.call_all(calls, Growth::grows));
  return static_cast<std::size_t>(std::ranges::count_if(replies, [](const RedisReply& reply) {
    return reply.text == "added" || reply.text == "repeated" || reply.text == "rejected";
  }));
}

}  // namespace cw::queue
