#include "ports/queue/embedded/embedded_job_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "core/text.hpp"
#include "platform/migrations.hpp"
#include "ports/queue/embedded/job_rows.hpp"

namespace cw::queue {

// Made at build time from ports/queue/embedded/migrations.
std::span<const platform::Migration> queue_migrations();
std::span<const platform::Migration> queue_migrations_postgresql();

namespace {

using platform::Database;

constexpr int highest_priority = 9;
constexpr std::uint64_t leases_per_oldest = 10;

std::unexpected<Error> lost_lease(const Job& job) {
  return fail(ErrorKind::not_found, fmt::format("the lease of job {} has ended", job.id.to_string()));
}

std::unexpected<Error> full(std::size_t waiting) {
  return fail(ErrorKind::exhausted, fmt::format("the queue is full with {} jobs: try later", waiting));
}

// 1. Every tenth job leased is the one that has been due the longest, whatever its priority.
// 2. The others are those of the highest priority, the longest due first among equals.
// 3. A job that cannot be read is put aside as dead, so that it stops nobody else.
class LeaseRound {
 public:
  LeaseRound(Database& database, Instant now, Instant until) : database_(database), now_(now), until_(until) {}

  Result<> take(std::size_t most, std::uint64_t leases_given, Random& random) {
    while (taken.size() < most) {
      const bool from_oldest = (leases_given + taken.size() + 1) % leases_per_oldest == 0;
      const auto before_oldest = leases_per_oldest - 1 - (leases_given + taken.size()) % leases_per_oldest;
      const auto wanted = from_oldest ? 1 : std::min<std::size_t>(most - taken.size(), before_oldest);
      const auto found = TRY(from_oldest ? take_due(std::nullopt, 1, random) : take_highest(wanted, random));
      if (found == 0) return {};
    }
    return {};
  }

  std::vector<Job> taken;
  std::size_t put_aside = 0;

 private:
  // How many were found, readable or not.
  Result<std::size_t> take_highest(std::size_t most, Random& random) {
    std::size_t found = 0;
    for (int priority = highest_priority; priority >= 0 && found < most; --priority)
      found += TRY(take_due(priority, most - found, random));
    return found;
  }

  Result<std::size_t> take_due(std::optional<int> priority, std::size_t most, Random& random) {
    auto due = TRY(find_due(database_, now_, priority, most));
    for (auto& [id, job] : due) {
      if (!job) {
        TRY(mark_dead(database_, id, now_, job.error().message));
        ++put_aside;
        continue;
      }
      ++job->attempt;
      if (job->measurement_id.is_nil()) job->measurement_id = Uuid::make_v7(now_, random);
      TRY(mark_leased(database_, id, *job, until_));
      taken.push_back(*std::move(job));
    }
    return due.size();
  }

  Database& database_;
  Instant now_;
  Instant until_;
};

}  // namespace

Result<std::unique_ptr<EmbeddedJobQueue>> EmbeddedJobQueue::open(std::shared_ptr<platform::SharedDatabase> database,
                                                                 const EmbeddedQueueOptions& options) {
  const bool on_postgres = database->dialect() == platform::SqlDialect::postgresql;
  TRY(platform::migrate(*database, "queue", on_postgres ? queue_migrations_postgresql() : queue_migrations()));
  std::unique_ptr<EmbeddedJobQueue> queue(new EmbeddedJobQueue(std::move(database), options));
  TRY(queue->recover(options));
  return queue;
}

EmbeddedJobQueue::EmbeddedJobQueue(std::shared_ptr<platform::SharedDatabase> database,
                                   const EmbeddedQueueOptions& options)
    : database_(std::move(database)), limits_(options.limits), state_(State{.random = Random(options.seed)}) {}

Result<> EmbeddedJobQueue::recover(const EmbeddedQueueOptions& options) {
  if (options.earlier_leases == EarlierLeases::end)
    TRY(end_leases(std::nullopt, options.now, "the process ended during its last attempt"));
  const auto status = TRY(database_->write([](Database& database) { return find_status(database); }));
  state_.with([&](State& state) { state.waiting = status.waiting; });
  return {};
}

Result<Enqueued> EmbeddedJobQueue::enqueue(const Job& job) {
  TRY(check_job(job));
  return state_.with([&](State& state) -> Result<Enqueued> {
    const auto add_or_raise = [&](Database& database) -> Result<Enqueued> {
      if (const auto known = TRY(find_queued(database, job))) {
        if (job.priority > known->priority) TRY(raise_priority(database, known->id, job.priority));
        return Enqueued::repeated;
      }
      if (state.waiting >= limits_.most_waiting) return full(state.waiting);
      TRY(insert_waiting(database, job));
      return Enqueued::added;
    };
    const auto enqueued = TRY(database_->write(add_or_raise));
    if (enqueued == Enqueued::added) ++state.waiting;
    return enqueued;
  });
}

Result<std::vector<Job>> EmbeddedJobQueue::lease(Instant now, Duration lease, std::size_t most) {
  return state_.with([&](State& state) -> Result<std::vector<Job>> {
    std::size_t put_aside = 0;
    const auto take = [&](Database& database) -> Result<std::vector<Job>> {
      LeaseRound round(database, now, now + lease);
      TRY(round.take(most, state.leases_given, state.random));
      put_aside = round.put_aside;
      return std::move(round.taken);
    };
    auto taken = TRY(database_->write(take));
    state.waiting -= taken.size() + put_aside;
    state.leases_given += taken.size();
    return taken;
  });
}

Result<> EmbeddedJobQueue::acknowledge(const Job& job) {
  return database_->write([&](Database& database) -> Result<> {
    if (!TRY(remove_leased(database, job))) return lost_lease(job);
    return {};
  });
}

Result<> EmbeddedJobQueue::fail_attempt(const Job& job, Instant now, std::string_view error) {
  const bool last = job.attempt >= limits_.most_attempts;
  const auto back_off_or_die = [&](Database& database) -> Result<> {
    if (!TRY(mark_waiting(database, job, now + backoff_after(limits_, job.attempt)))) return lost_lease(job);
    if (!last) return {};
    TRY(mark_dead(database, job.id.to_string(), now, printable(error, 500)));
    return trim_dead(database, limits_.most_dead);
  };
  return state_.with([&](State& state) -> Result<> {
    TRY(database_->write(back_off_or_die));
    if (!last) ++state.waiting;
    return {};
  });
}

Result<> EmbeddedJobQueue::release(const Job& job) { return give_back(job, job.not_before); }

Result<> EmbeddedJobQueue::postpone(const Job& job, Instant not_before) { return give_back(job, not_before); }

Result<> EmbeddedJobQueue::give_back(const Job& job, Instant not_before) {
  const auto put_back = [&](Database& database) -> Result<> {
    if (!TRY(mark_released(database, job, not_before))) return lost_lease(job);
    return {};
  };
  return state_.with([&](State& state) -> Result<> {
    TRY(database_->write(put_back));
    ++state.waiting;
    return {};
  });
}

Result<std::size_t> EmbeddedJobQueue::reap(Instant now) {
  return end_leases(now, now, "the lease of its last attempt expired");
}

Result<std::size_t> EmbeddedJobQueue::end_leases(std::optional<Instant> expired_by, Instant now,
                                                 std::string_view error) {
  std::size_t offered = 0;
  const auto end_all = [&](Database& database) -> Result<std::size_t> {
    offered = 0;
    const auto leases = TRY(find_ended_leases(database, expired_by));
    for (const auto& lease : leases) {
      const bool dead = lease.attempt >= limits_.most_attempts;
      TRY(dead ? mark_dead(database, lease.id, now, error) : offer_again(database, lease.id, now));
      if (!dead) ++offered;
    }
    TRY(trim_dead(database, limits_.most_dead));
    return leases.size();
  };
  return state_.with([&](State& state) -> Result<std::size_t> {
    const auto ended = TRY(database_->write(end_all));
    state.waiting += offered;
    return ended;
  });
}

Result<std::optional<Instant>> EmbeddedJobQueue::next_due() {
  return database_->read([](Database& database) { return find_next_due(database); });
}

Result<QueueStatus> EmbeddedJobQueue::status() {
  return database_->read([](Database& database) { return find_status(database); });
}

Result<std::vector<DeadJob>> EmbeddedJobQueue::dead(std::size_t most) {
  return database_->read([&](Database& database) { return find_dead(database, most); });
}

Result<std::vector<Job>> EmbeddedJobQueue::peek(std::size_t most) {
  return database_->read([&](Database& database) -> Result<std::vector<Job>> {
    std::vector<Job> jobs;
    for (int priority = highest_priority; priority >= 0 && jobs.size() < most; --priority)
      for (auto& waiting : TRY(find_due(database, Instant::max(), priority, most - jobs.size())))
        if (waiting.job) jobs.push_back(*std::move(waiting.job));
    return jobs;
  });
}

Result<Enqueued> EmbeddedJobQueue::retry(const Uuid& id, Instant now) {
  return state_.with([&](State& state) -> Result<Enqueued> {
    const auto raise = [&](Database& database) -> Result<Enqueued> {
      const auto job = TRY(find_job(database, id, "dead"));
      if (!job) return fail(ErrorKind::not_found, fmt::format("there is no dead job {}", id.to_string()));
      if (TRY(find_queued(database, *job))) {
        TRY(remove_job(database, id));
        return Enqueued::repeated;
      }
      if (state.waiting >= limits_.most_waiting) return full(state.waiting);
      TRY(raise_dead(database, id, now));
      return Enqueued::added;
    };
    const auto enqueued = TRY(database_->write(raise));
    if (enqueued == Enqueued::added) ++state.waiting;
    return enqueued;
  });
}

Result<> EmbeddedJobQueue::drop(const Uuid& id) {
  return state_.with([&](State& state) -> Result<> {
    const auto remove = [&](Database& database) -> Result<std::string> {
      const auto job_state = TRY(find_state(database, id));
      if (!job_state) return fail(ErrorKind::not_found, fmt::format("there is no job {}", id.to_string()));
      if (*job_state == "leased")
        return fail(ErrorKind::conflict, fmt::format("job {} is being measured: wait for its end", id.to_string()));
      TRY(remove_job(database, id));
      return *job_state;
    };
    if (TRY(database_->write(remove)) == "waiting") --state.waiting;
    return {};
  });
}

}  // namespace cw::queue
