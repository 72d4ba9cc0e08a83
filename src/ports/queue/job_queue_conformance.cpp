#include "ports/queue/job_queue_conformance.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "ports/queue/sample_jobs.hpp"

namespace cw::queue {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST_P(JobQueueConformance, an_empty_queue_leases_nothing) {
  EXPECT_EQ(queue().lease(start(), lease_time, 10)->size(), 0u);
  EXPECT_EQ(*queue().next_due(), std::nullopt);
  const auto status = queue().status();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->waiting + status->leased + status->dead, 0u);
  EXPECT_EQ(status->oldest_waiting, std::nullopt);
}

TEST_P(JobQueueConformance, a_job_is_leased_as_it_was_enqueued) {
  auto job = job_for(random(), 1);
  job.prober = "scamper";
  job.options = {
      .method = Method::tcp, .port = 443, .multipath = Multipath::on, .mtu_search = MtuSearch::on, .dscp = 46};
  ASSERT_EQ(queue().enqueue(job), Enqueued::added);
  const auto leased = queue().lease(start(), lease_time, 10);
  ASSERT_TRUE(leased) << leased.error().message;
  ASSERT_EQ(leased->size(), 1u);
  EXPECT_FALSE(leased->front().measurement_id.is_nil());
  job.attempt = 1;
  job.measurement_id = leased->front().measurement_id;
  EXPECT_EQ(leased->front(), job);
}

TEST_P(JobQueueConformance, a_job_is_leased_to_one_at_a_time) {
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  EXPECT_EQ(queue().lease(start(), lease_time, 10)->size(), 1u);
  EXPECT_EQ(queue().lease(start(), lease_time, 10)->size(), 0u);
}

TEST_P(JobQueueConformance, a_job_is_not_leased_before_it_is_due) {
  auto later = job_for(random(), 1, 9);
  later.not_before = start() + seconds(10);
  ASSERT_TRUE(queue().enqueue(later));
  ASSERT_TRUE(queue().enqueue(job_for(random(), 2, 0)));
  EXPECT_EQ(numbers_of(queue().lease(start() + seconds(9), lease_time, 10)), std::vector{2});
  EXPECT_EQ(*queue().next_due(), later.not_before);
  EXPECT_EQ(numbers_of(queue().lease(start() + seconds(10), lease_time, 10)), std::vector{1});
}

TEST_P(JobQueueConformance, the_highest_priority_is_leased_first_and_the_longest_due_among_equals) {
  for (const auto& [number, priority, due] : {std::tuple{1, 2, 0}, {2, 7, 3}, {3, 7, 1}, {4, 9, 4}, {5, 0, 0}}) {
    auto job = job_for(random(), number, priority);
    job.not_before = start() + seconds(due);
    ASSERT_TRUE(queue().enqueue(job));
  }
  const auto now = start() + seconds(10);
  EXPECT_EQ(numbers_of(queue().lease(now, lease_time, 3)), (std::vector{4, 3, 2}));
  EXPECT_EQ(numbers_of(queue().lease(now, lease_time, 3)), (std::vector{1, 5}));
}

TEST_P(JobQueueConformance, the_lowest_priority_does_not_starve) {
  ASSERT_TRUE(queue().enqueue(job_for(random(), 0, 0)));
  int leases = 0;
  for (bool served = false; !served; ++leases) {
    ASSERT_LT(leases, 10) << "ten leases and the oldest was not among them";
    auto urgent = job_for(random(), 1 + leases, 9);
    urgent.not_before = start() + seconds(1);
    ASSERT_TRUE(queue().enqueue(urgent));
    served = numbers_of(queue().lease(start() + seconds(2), lease_time, 1)) == std::vector{0};
  }
}

TEST_P(JobQueueConformance, one_in_ten_of_a_large_lease_is_from_the_oldest) {
  for (int i = 0; i < 40; ++i) {
    auto job = job_for(random(), i, i < 10 ? 0 : 9);
    job.not_before = start() + seconds(i);
    ASSERT_TRUE(queue().enqueue(job));
  }
  const auto leased = numbers_of(queue().lease(start() + minutes(1), lease_time, 20));
  EXPECT_EQ(leased.size(), 20u);
  EXPECT_EQ(std::ranges::count_if(leased, [](int number) { return number < 10; }), 2);
}

TEST_P(JobQueueConformance, the_same_target_and_kind_is_queued_once) {
  const auto job = job_for(random(), 1);
  ASSERT_EQ(queue().enqueue(job), Enqueued::added);
  EXPECT_EQ(queue().enqueue(job_for(random(), 1)), Enqueued::repeated);
  auto ping = job_for(random(), 1);
  ping.kind = Kind::ping;
  EXPECT_EQ(queue().enqueue(ping), Enqueued::added);
  EXPECT_EQ(queue().status()->waiting, 2u);
}

TEST_P(JobQueueConformance, a_job_that_is_leased_is_queued_still) {
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  const auto leased = queue().lease(start(), lease_time, 1);
  ASSERT_EQ(leased->size(), 1u);
  EXPECT_EQ(queue().enqueue(job_for(random(), 1)), Enqueued::repeated);
  ASSERT_TRUE(queue().acknowledge(leased->front()));
  EXPECT_EQ(queue().enqueue(job_for(random(), 1)), Enqueued::added);
}

TEST_P(JobQueueConformance, a_repeat_raises_the_priority_and_never_lowers_it) {
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1, 3)));
  ASSERT_TRUE(queue().enqueue(job_for(random(), 2, 5)));
  ASSERT_EQ(queue().enqueue(job_for(random(), 1, 8)), Enqueued::repeated);
  ASSERT_EQ(queue().enqueue(job_for(random(), 1, 1)), Enqueued::repeated);
  const auto leased = queue().lease(start(), lease_time, 1);
  EXPECT_EQ(numbers_of(leased), std::vector{1});
  EXPECT_EQ(leased->front().priority, 8);
}

TEST_P(JobQueueConformance, what_is_no_job_is_invalid) {
  auto nameless = job_for(random(), 1);
  nameless.id = Uuid();
  EXPECT_EQ(queue().enqueue(nameless).error().kind, ErrorKind::invalid);
  EXPECT_EQ(queue().enqueue(job_for(random(), 1, 10)).error().kind, ErrorKind::invalid);
  EXPECT_EQ(queue().enqueue(job_for(random(), 1, -1)).error().kind, ErrorKind::invalid);
}

TEST_P(JobQueueConformance, a_full_queue_refuses_until_there_is_room) {
  limits.most_waiting = 2;
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  ASSERT_TRUE(queue().enqueue(job_for(random(), 2)));
  const auto refused = queue().enqueue(job_for(random(), 3));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::exhausted);
  EXPECT_EQ(queue().enqueue(job_for(random(), 2)), Enqueued::repeated);
  ASSERT_EQ(queue().lease(start(), lease_time, 1)->size(), 1u);
  EXPECT_EQ(queue().enqueue(job_for(random(), 3)), Enqueued::added);
}

TEST_P(JobQueueConformance, an_acknowledged_job_is_gone) {
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  const auto leased = queue().lease(start(), lease_time, 1);
  ASSERT_EQ(leased->size(), 1u);
  EXPECT_TRUE(queue().acknowledge(leased->front()));
  EXPECT_EQ(queue().acknowledge(leased->front()).error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue().status()->leased, 0u);
  EXPECT_EQ(queue().reap(start() + lease_time), 0u);
}

TEST_P(JobQueueConformance, an_unknown_lease_is_not_found) {
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  const auto never_leased = job_for(random(), 1);
  EXPECT_EQ(queue().acknowledge(never_leased).error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue().fail_attempt(never_leased, start(), "x").error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue().release(never_leased).error().kind, ErrorKind::not_found);
}

TEST_P(JobQueueConformance, a_lease_that_expires_is_offered_again_with_its_measurement_id) {
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  const auto first = queue().lease(start(), lease_time, 1);
  ASSERT_EQ(first->size(), 1u);
  EXPECT_EQ(queue().reap(start() + lease_time - seconds(1)), 0u);
  EXPECT_EQ(queue().reap(start() + lease_time), 1u);
  const auto second = queue().lease(start() + lease_time, lease_time, 1);
  ASSERT_EQ(second->size(), 1u);
  EXPECT_EQ(second->front().measurement_id, first->front().measurement_id);
  EXPECT_EQ(second->front().attempt, 2);
}

TEST_P(JobQueueConformance, a_lease_that_was_given_away_is_no_longer_its_first_holders) {
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  const auto first = queue().lease(start(), lease_time, 1);
  ASSERT_EQ(first->size(), 1u);
  ASSERT_EQ(queue().reap(start() + lease_time), 1u);
  EXPECT_EQ(queue().acknowledge(first->front()).error().kind, ErrorKind::not_found);
  const auto second = queue().lease(start() + lease_time, lease_time, 1);
  ASSERT_EQ(second->size(), 1u);
  EXPECT_EQ(queue().acknowledge(first->front()).error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue().fail_attempt(first->front(), start(), "x").error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue().release(first->front()).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(queue().acknowledge(second->front()));
}

TEST_P(JobQueueConformance, a_failed_job_waits_twice_as_long_each_time_up_to_a_bound) {
  limits.most_attempts = 4;
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  auto now = start();
  for (const auto wait : {seconds(30), seconds(50), seconds(50)}) {
    const auto leased = queue().lease(now, lease_time, 1);
    ASSERT_EQ(leased->size(), 1u);
    ASSERT_TRUE(queue().fail_attempt(leased->front(), now, "no route"));
    EXPECT_EQ(*queue().next_due(), now + wait);
    EXPECT_EQ(queue().lease(now + wait - seconds(1), lease_time, 1)->size(), 0u);
    now += wait;
  }
}

TEST_P(JobQueueConformance, a_job_is_dead_with_its_error_after_its_last_attempt) {
  auto job = job_for(random(), 1);
  ASSERT_TRUE(queue().enqueue(job));
  auto now = start();
  for (int attempt = 1; attempt <= limits.most_attempts; ++attempt) {
    const auto leased = queue().lease(now, lease_time, 1);
    ASSERT_EQ(leased->size(), 1u);
    job = leased->front();
    ASSERT_TRUE(queue().fail_attempt(job, now, "no route " + std::to_string(attempt)));
    now += minutes(1);
  }
  const auto dead = queue().dead(10);
  ASSERT_TRUE(dead);
  ASSERT_EQ(dead->size(), 1u);
  EXPECT_EQ(dead->front().error, "no route 3");
  EXPECT_EQ(dead->front().died_at, now - minutes(1));
  EXPECT_EQ(dead->front().job.id, job.id);
  EXPECT_EQ(dead->front().job.attempt, 3);
  EXPECT_EQ(queue().status()->waiting, 0u);
  EXPECT_EQ(queue().status()->dead, 1u);
  EXPECT_EQ(queue().lease(now + minutes(60), lease_time, 1)->size(), 0u);
  EXPECT_EQ(queue().enqueue(job_for(random(), 1)), Enqueued::added) << "a dead job does not stand in the way";
}

TEST_P(JobQueueConformance, a_lease_that_expires_at_its_last_attempt_is_dead) {
  limits.most_attempts = 1;
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  ASSERT_EQ(queue().lease(start(), lease_time, 1)->size(), 1u);
  EXPECT_EQ(queue().reap(start() + lease_time), 1u);
  EXPECT_EQ(queue().status()->waiting, 0u);
  ASSERT_EQ(queue().dead(10)->size(), 1u);
  EXPECT_FALSE(queue().dead(10)->front().error.empty());
}

TEST_P(JobQueueConformance, dead_jobs_are_kept_newest_first_up_to_a_bound) {
  limits.most_attempts = 1;
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(queue().enqueue(job_for(random(), i)));
    const auto leased = queue().lease(start(), lease_time, 1);
    ASSERT_TRUE(queue().fail_attempt(leased->front(), start() + seconds(i), "no route"));
  }
  std::vector<Job> jobs;
  const auto dead = queue().dead(100);
  ASSERT_TRUE(dead);
  for (const auto& entry : *dead) jobs.push_back(entry.job);
  EXPECT_EQ(numbers_of(jobs), (std::vector{7, 6, 5, 4, 3}));
  EXPECT_EQ(queue().dead(2)->size(), 2u);
}

TEST_P(JobQueueConformance, a_postponed_job_is_offered_at_its_new_instant_without_an_attempt_lost) {
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  const auto first = queue().lease(start(), lease_time, 1);
  ASSERT_EQ(first->size(), 1u);
  ASSERT_TRUE(queue().postpone(first->front(), start() + seconds(10)));
  EXPECT_EQ(queue().postpone(first->front(), start()).error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue().status()->waiting, 1u);
  EXPECT_EQ(queue().lease(start() + seconds(9), lease_time, 1)->size(), 0u);
  EXPECT_EQ(*queue().next_due(), start() + seconds(10));
  const auto again = queue().lease(start() + seconds(10), lease_time, 1);
  ASSERT_EQ(again->size(), 1u);
  EXPECT_EQ(again->front().attempt, 1);
  EXPECT_EQ(again->front().measurement_id, first->front().measurement_id);
}

TEST_P(JobQueueConformance, a_released_job_is_as_if_it_had_not_been_leased) {
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  const auto first = queue().lease(start(), lease_time, 1);
  ASSERT_TRUE(queue().release(first->front()));
  EXPECT_EQ(queue().release(first->front()).error().kind, ErrorKind::not_found);
  const auto second = queue().lease(start(), lease_time, 1);
  ASSERT_EQ(second->size(), 1u);
  EXPECT_EQ(second->front().attempt, 1);
}

TEST_P(JobQueueConformance, the_status_counts_what_is_there) {
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(queue().enqueue(job_for(random(), i, i)));
  ASSERT_EQ(queue().lease(start(), lease_time, 2)->size(), 2u);
  const auto status = queue().status();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->waiting, 3u);
  EXPECT_EQ(status->leased, 2u);
  EXPECT_EQ(status->dead, 0u);
  EXPECT_EQ(status->oldest_waiting, start() + seconds(1));
}

TEST_P(JobQueueConformance, waiting_jobs_can_be_looked_at_in_the_order_they_would_be_leased) {
  for (const auto& [number, priority, due] : {std::tuple{1, 2, 0}, {2, 7, 300}, {3, 7, 1}, {4, 9, 4}}) {
    auto job = job_for(random(), number, priority);
    job.not_before = start() + seconds(due);
    ASSERT_TRUE(queue().enqueue(job));
  }
  EXPECT_EQ(numbers_of(queue().peek(10)), (std::vector{4, 3, 2, 1}));
  EXPECT_EQ(numbers_of(queue().peek(2)), (std::vector{4, 3}));
  EXPECT_EQ(queue().status()->waiting, 4u);
  ASSERT_EQ(numbers_of(queue().lease(start() + seconds(10), lease_time, 1)), std::vector{4});
  EXPECT_EQ(numbers_of(queue().peek(10)), (std::vector{3, 2, 1})) << "what is leased does not wait";
}

// Leases and fails until the job is dead.
Job kill(JobQueue& queue, Instant now, int attempts) {
  Job job;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto leased = queue.lease(now + minutes(attempt), lease_time, 1);
    EXPECT_EQ(leased->size(), 1u);
    if (leased->empty()) return job;
    job = leased->front();
    EXPECT_TRUE(queue.fail_attempt(job, now + minutes(attempt), "no route"));
  }
  return job;
}

TEST_P(JobQueueConformance, a_dead_job_that_is_tried_again_has_all_its_attempts_and_its_measurement_id) {
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  const auto dead = kill(queue(), start(), limits.most_attempts);
  const auto later = start() + minutes(60);
  ASSERT_EQ(queue().retry(dead.id, later), Enqueued::added);
  EXPECT_EQ(queue().status()->dead, 0u);
  EXPECT_EQ(*queue().next_due(), later);
  EXPECT_EQ(queue().enqueue(job_for(random(), 1)), Enqueued::repeated) << "it is queued again";
  const auto again = kill(queue(), later, limits.most_attempts);
  EXPECT_EQ(again.id, dead.id);
  EXPECT_EQ(again.attempt, limits.most_attempts);
  EXPECT_EQ(again.measurement_id, dead.measurement_id);
  EXPECT_EQ(queue().status()->dead, 1u);
}

TEST_P(JobQueueConformance, a_dead_job_gives_way_to_one_that_is_queued_for_the_same_meanwhile) {
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  const auto dead = kill(queue(), start(), limits.most_attempts);
  ASSERT_EQ(queue().enqueue(job_for(random(), 1)), Enqueued::added);
  EXPECT_EQ(queue().retry(dead.id, start()), Enqueued::repeated);
  EXPECT_EQ(queue().status()->dead, 0u);
  EXPECT_EQ(queue().status()->waiting, 1u);
}

TEST_P(JobQueueConformance, only_dead_jobs_are_tried_again_and_only_while_there_is_room) {
  limits.most_waiting = 1;
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  const auto dead = kill(queue(), start(), limits.most_attempts);
  const auto waiting = job_for(random(), 2);
  ASSERT_TRUE(queue().enqueue(waiting));
  EXPECT_EQ(queue().retry(waiting.id, start()).error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue().retry(job_for(random(), 3).id, start()).error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue().retry(dead.id, start()).error().kind, ErrorKind::exhausted);
  EXPECT_EQ(queue().status()->dead, 1u);
}

TEST_P(JobQueueConformance, waiting_and_dead_jobs_can_be_dropped_and_leased_ones_not) {
  ASSERT_TRUE(queue().enqueue(job_for(random(), 1)));
  const auto dead = kill(queue(), start(), limits.most_attempts);
  const auto waiting = job_for(random(), 2, 1);
  ASSERT_TRUE(queue().enqueue(job_for(random(), 3, 9)));
  ASSERT_TRUE(queue().enqueue(waiting));
  const auto leased = queue().lease(start(), lease_time, 1);
  ASSERT_EQ(numbers_of(leased), std::vector{3});
  EXPECT_EQ(queue().drop(leased->front().id).error().kind, ErrorKind::conflict);
  EXPECT_TRUE(queue().drop(dead.id));
  EXPECT_TRUE(queue().drop(waiting.id));
  EXPECT_EQ(queue().drop(waiting.id).error().kind, ErrorKind::not_found);
  const auto status = queue().status();
  EXPECT_EQ(status->waiting, 0u);
  EXPECT_EQ(status->dead, 0u);
  EXPECT_EQ(status->oldest_waiting, std::nullopt);
  EXPECT_TRUE(queue().acknowledge(leased->front()));
  EXPECT_EQ(queue().enqueue(job_for(random(), 2)), Enqueued::added) << "a dropped job does not stand in the way";
}

TEST_P(JobQueueConformance, more_jobs_than_one_lease_takes_are_leased_one_after_the_other) {
  limits.most_waiting = 3'000;
  for (int i = 0; i < 2'500; ++i) ASSERT_TRUE(queue().enqueue(job_for(random(), i)));
  std::set<Uuid> leased;
  while (true) {
    const auto jobs = queue().lease(start(), lease_time, 2'000);
    ASSERT_TRUE(jobs) << jobs.error().message;
    if (jobs->empty()) break;
    for (const auto& job : *jobs) EXPECT_TRUE(leased.insert(job.id).second);
  }
  EXPECT_EQ(leased.size(), 2'500u);
  EXPECT_EQ(queue().reap(start() + lease_time), 2'500u);
}

}  // namespace
}  // namespace cw::queue
