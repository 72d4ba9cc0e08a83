#include "ports/queue/redis/redis_job_queue.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "ports/queue/redis/script_arguments.hpp"

namespace cw::queue {
namespace {

using platform::RedisReply;

// Of one call: Redis serves nobody else meanwhile.
constexpr std::size_t kMostAtOnce = 1000;
constexpr std::size_t kLongestReason = 500;

std::unexpected<Error> lost_lease(const Job& job) {
  return fail(ErrorKind::not_found, fmt::format("the lease of job {} has ended", job.id.to_string()));
}

Result<> check_held(const RedisReply& reply, const Job& job) {
  if (reply.integer == 1) return {};
  return lost_lease(job);
}

std::string attempt_of(const Job& job) { return fmt::format("{}", job.attempt); }

}  // namespace

RedisJobQueue::State::State(RedisQueueOptions options)
    : script(std::move(options.server), std::move(options.prefix)), random(options.seed) {}

RedisJobQueue::RedisJobQueue(RedisQueueOptions options) : limits_(options.limits), state_(State(std::move(options))) {}

Result<Enqueued> RedisJobQueue::enqueue(const Job& job) {
  TRY(check_job(job));
  QueueScript::Call call{"enqueue"};
  for (auto& argument : enqueue_arguments(job, limits_)) call.push_back(std::move(argument));
  const auto reply = TRY(state_.with([&](State& state) { return state.script.call(call, Growth::grows); }));
  return read_enqueued(reply, limits_);
}

// 1. Jobs are leased; those that cannot be read are dead, and others are leased in their place.
// 2. Tasks that wait in the inbox become jobs, which may be what was still wanted.
Result<std::vector<Job>> RedisJobQueue::lease(Instant now, Duration lease, std::size_t most) {
  most = std::min(most, kMostAtOnce);
  return state_.with([&](State& state) -> Result<std::vector<Job>> {
    std::vector<Job> jobs;
    for (bool again = most > 0; again && jobs.size() < most;) {
      auto leased = lease_once(state, now, now + lease, most - jobs.size());
      // What is leased already is not given up for what comes after it.
      if (!leased && !jobs.empty()) break;
      if (!leased) return std::unexpected(std::move(leased).error());
      std::ranges::move(leased->jobs, std::back_inserter(jobs));
      again = leased->unreadable > 0;
      if (leased->inbox > 0) again |= read_inbox(state, now).value_or(0) > 0;
    }
    return jobs;
  });
}

Result<RedisJobQueue::Leased> RedisJobQueue::lease_once(State& state, Instant now, Instant until, std::size_t most) {
  QueueScript::Call call{"lease", to_argument(now), to_argument(until), to_argument(most)};
  for (std::size_t i = 0; i < most; ++i) call.push_back(Uuid::make_v7(now, state.random).to_string());
  const auto reply = TRY(state.script.call(call));
  Leased leased{.jobs = {}, .inbox = reply.items.empty() ? 0 : reply.items.front().integer};
  std::vector<QueueScript::Call> unreadable;
  for (const auto& fields : reply.items.size() < 2 ? std::vector<RedisReply>{} : reply.items[1].items) {
    auto job = read_job_fields(fields);
    if (job)
      leased.jobs.push_back(*std::move(job));
    else if (fields.items.size() > 4)
      unreadable.push_back({"bury", fields.items[0].text, fields.items[4].text, to_argument(now),
                            printable(job.error().message, kLongestReason), to_argument(limits_.most_dead)});
  }
  if (unreadable.empty()) return leased;
  leased.unreadable = unreadable.size();
  // Where this fails their leases end by themselves.
  if (!state.script.call_all(unreadable)) leased.unreadable = 0;
  return leased;
}

Result<> RedisJobQueue::acknowledge(const Job& job) {
  const QueueScript::Call call{"acknowledge", job.id.to_string(), attempt_of(job)};
  return check_held(TRY(state_.with([&](State& state) { return state.script.call(call); })), job);
}

Result<> RedisJobQueue::fail_attempt(const Job& job, Instant now, std::string_view error) {
  const bool last = job.attempt >= limits_.most_attempts;
  QueueScript::Call call{last ? "bury" : "back_off", job.id.to_string(), attempt_of(job)};
  if (last)
    call.insert(call.end(), {to_argument(now), printable(error, kLongestReason), to_argument(limits_.most_dead)});
  else
    call.push_back(to_argument(now + backoff_after(limits_, job.attempt)));
  return check_held(TRY(state_.with([&](State& state) { return state.script.call(call); })), job);
}

Result<> RedisJobQueue::release(const Job& job) { return give_back(job, job.not_before); }

Result<> RedisJobQueue::postpone(const Job& job, Instant not_before) { return give_back(job, not_before); }

Result<> RedisJobQueue::give_back(const Job& job, Instant not_before) {
  const QueueScript::Call call{"give_back", job.id.to_string(), attempt_of(job), to_argument(not_before)};
  return check_held(TRY(state_.with([&](State& state) { return state.script.call(call); })), job);
}

Result<std::size_t> RedisJobQueue::reap(Instant now) {
  const QueueScript::Call call{"reap",
                               to_argument(now),
                               fmt::format("{}", limits_.most_attempts),
                               "the lease of its last attempt expired",
                               to_argument(limits_.most_dead),
                               to_argument(kMostAtOnce)};
  return state_.with([&](State& state) -> Result<std::size_t> {
    std::size_t reaped = 0;
    for (auto round = kMostAtOnce; round == kMostAtOnce; reaped += round)
      round = static_cast<std::size_t>(TRY(state.script.call(call)).integer);
    TRY(read_inbox(state, now));
    return reaped;
  });
}

Result<std::optional<Instant>> RedisJobQueue::next_due() {
  const auto reply = TRY(state_.with([](State& state) { return state.script.call({"next_due"}); }));
  if (reply.type == RedisReply::Type::nothing) return std::nullopt;
  return TRY(read_instant(reply.text));
}

Result<QueueStatus> RedisJobQueue::status() {
  const auto reply = TRY(state_.with([](State& state) { return state.script.call({"status"}); }));
  if (reply.items.size() != 6) return fail(ErrorKind::internal, "the queue does not say how much is in it");
  const auto count = [&](std::size_t item) { return static_cast<std::size_t>(reply.items[item].integer); };
  QueueStatus status{.waiting = count(0),
                     .leased = count(1),
                     .dead = count(2),
                     .oldest_waiting = {},
                     .inbox = count(4),
                     .rejected = count(5)};
  if (reply.items[3].type == RedisReply::Type::text) status.oldest_waiting = TRY(read_instant(reply.items[3].text));
  return status;
}

Result<std::vector<DeadJob>> RedisJobQueue::dead(std::size_t most) {
  const QueueScript::Call call{"dead", to_argument(std::min(most, limits_.most_dead))};
  const auto reply = TRY(state_.with([&](State& state) { return state.script.call(call); }));
  std::vector<DeadJob> jobs;
  for (const auto& fields : reply.items) jobs.push_back(TRY(read_dead_fields(fields)));
  return jobs;
}

Result<std::vector<Job>> RedisJobQueue::peek(std::size_t most) {
  const QueueScript::Call call{"peek", to_argument(std::min(most, limits_.most_waiting))};
  const auto reply = TRY(state_.with([&](State& state) { return state.script.call(call); }));
  std::vector<Job> jobs;
  for (const auto& fields : reply.items)
    if (auto job = read_job_fields(fields)) jobs.push_back(*std::move(job));
  return jobs;
}

Result<Enqueued> RedisJobQueue::retry(const Uuid& id, Instant now) {
  const QueueScript::Call call{"retry", id.to_string(), to_argument(now), to_argument(limits_.most_waiting)};
  return read_enqueued(TRY(state_.with([&](State& state) { return state.script.call(call); })), limits_);
}

Result<> RedisJobQueue::drop(const Uuid& id) {
  const QueueScript::Call call{"drop", id.to_string()};
  const auto reply = TRY(state_.with([&](State& state) { return state.script.call(call); }));
  if (reply.text == "dropped") return {};
  if (reply.text == "leased")
    return fail(ErrorKind::conflict, fmt::format("job {} is being measured: wait for its end", id.to_string()));
  return fail(ErrorKind::not_found, fmt::format("there is no job {}", id.to_string()));
}

}  // namespace cw::queue
