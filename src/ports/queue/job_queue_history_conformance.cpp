// Random histories: what must be true of a queue whatever happens.

#include <map>
#include <set>
#include <vector>

#include "ports/queue/job_queue_conformance.hpp"
#include "ports/queue/sample_jobs.hpp"

namespace cw::queue {
namespace {

using std::chrono::seconds;

// Kept beside the queue.
class Ledger {
 public:
  std::vector<Job> held;    // leased to us and not ended by us
  std::set<Uuid> accepted;  // added and not acknowledged
  std::map<Uuid, Uuid> measurement_ids;

  void check_lease(const Job& job) {
    EXPECT_TRUE(accepted.contains(job.id)) << "leased what nobody enqueued";
    const auto [known, first] = measurement_ids.try_emplace(job.id, job.measurement_id);
    EXPECT_EQ(known->second, job.measurement_id) << "a job changed its measurement id";
    for (const auto& other : held) EXPECT_NE(other.id, job.id) << "leased twice at a time";
    held.push_back(job);
  }

  Job take_one(Random& random) {
    const auto place = static_cast<std::ptrdiff_t>(random.below(held.size()));
    const auto job = held[static_cast<std::size_t>(place)];
    held.erase(held.begin() + place);
    return job;
  }
};

TEST_P(JobQueueConformance, whatever_happens_no_job_is_lost_or_leased_twice_at_a_time) {
  limits.most_dead = 100'000;
  limits.most_waiting = 20;
  Ledger ledger;
  auto now = start();
  for (int step = 0; step < 400; ++step) {
    now += seconds(random().below(20));
    switch (random().below(7)) {
      case 0:
      case 1: {
        const auto job = job_for(random(), static_cast<int>(random().below(30)), static_cast<int>(random().below(10)));
        const auto enqueued = queue().enqueue(job);
        if (enqueued == Enqueued::added) ledger.accepted.insert(job.id);
        EXPECT_TRUE(enqueued || enqueued.error().kind == ErrorKind::exhausted);
        break;
      }
      case 2: {
        const auto leased = queue().lease(now, seconds(1 + random().below(120)), random().below(5));
        ASSERT_TRUE(leased) << leased.error().message;
        for (const auto& job : *leased) ledger.check_lease(job);
        break;
      }
      case 3:
        if (!ledger.held.empty()) {
          const auto job = ledger.take_one(random());
          ASSERT_TRUE(queue().acknowledge(job));
          ledger.accepted.erase(job.id);
        }
        break;
      case 4:
        if (!ledger.held.empty()) {
          ASSERT_TRUE(queue().fail_attempt(ledger.take_one(random()), now, "no route"));
        }
        break;
      case 5:
        if (!ledger.held.empty()) {
          ASSERT_TRUE(queue().release(ledger.take_one(random())));
        }
        break;
      case 6: {
        const auto reaped = queue().reap(now);
        ASSERT_TRUE(reaped);
        std::size_t lost = 0;
        for (const auto& job : ledger.held)
          if (!queue().release(job)) ++lost;
        EXPECT_EQ(lost, *reaped) << "a lease expired without its holder losing it, or the other way round";
        ledger.held.clear();
        break;
      }
    }
    const auto status = queue().status();
    ASSERT_TRUE(status);
    EXPECT_EQ(status->waiting + status->leased + status->dead, ledger.accepted.size());
    EXPECT_EQ(status->leased, ledger.held.size());
  }
  EXPECT_GT(queue().status()->dead, 0u) << "the walk never came to a last attempt";
}

TEST_P(JobQueueConformance, whatever_happens_one_job_at_most_is_queued_for_a_target_and_kind) {
  auto now = start();
  for (int step = 0; step < 100; ++step) {
    now += seconds(random().below(30));
    ASSERT_TRUE(queue().enqueue(job_for(random(), static_cast<int>(random().below(3)))));
    const auto leased = queue().lease(now, seconds(20), random().below(3));
    ASSERT_TRUE(leased);
    for (const auto& job : *leased)
      if (random().below(2) == 0) {
        ASSERT_TRUE(queue().fail_attempt(job, now, "no route"));
      }
    ASSERT_TRUE(queue().reap(now));
    const auto status = queue().status();
    ASSERT_LE(status->waiting + status->leased, 3u);
  }
}

}  // namespace
}  // namespace cw::queue
