// When a worker begins what: distance between measurements, limits, rates, and settings that change them.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "roles/worker/worker_test_fixture.hpp"

namespace cw::roles {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST_F(WorkerTest, measurements_towards_one_network_keep_their_distance_and_none_is_lost) {
  for (int i = 1; i <= 10; ++i) enqueue(fmt::format("1.0.0.{}", i));
  set_worker_settings(R"({"rate_limit_per_minute":60000,"max_concurrent_traceroutes":500,"network_spacing_ms":2000})");
  auto role = worker();
  run_for(role, seconds(1));
  EXPECT_EQ(prober_.started.size(), 1u);
  EXPECT_EQ(queue_->status()->waiting, 9u);
  run_for(role, seconds(5));
  EXPECT_LE(prober_.started.size(), 4u);
  EXPECT_GE(prober_.started.size(), 3u);
  run_for(role, seconds(20));
  EXPECT_EQ(prober_.started.size(), 10u);
  EXPECT_GE(role.status().postponed, 9u);
}

TEST_F(WorkerTest, two_workers_keep_one_distance) {
  enqueue("1.0.0.1");
  enqueue("1.0.0.2");
  auto one = worker();
  auto other = worker();
  one.step(clock_.now());
  other.step(clock_.now());
  EXPECT_EQ(prober_.started.size(), 1u);
}

TEST_F(WorkerTest, a_target_that_keeps_silent_is_measured_less_and_less_often) {
  auto role = worker();
  std::size_t silent_starts = 0;
  for (int minute = 0; minute < 120; ++minute) {
    ASSERT_TRUE(queue_->enqueue(job_for("1.1.1.1")));
    run_for(role, seconds(30));
    prober_.finish_all(Status::silent);
    run_for(role, seconds(30));
  }
  silent_starts = prober_.started.size();
  EXPECT_GE(silent_starts, 7u);
  EXPECT_LE(silent_starts, 12u);
  while (prober_.started.size() == silent_starts) run_for(role, minutes(1));
  prober_.finish_all();
  run_for(role, minutes(1));
  ASSERT_TRUE(queue_->enqueue(job_for("1.1.1.1")));
  run_for(role, seconds(1));
  EXPECT_EQ(prober_.running.size(), 1u) << "it has answered";
}

TEST_F(WorkerTest, no_more_run_at_once_than_the_limit) {
  enqueue_many(20);
  auto role = worker();
  run_for(role, minutes(5));
  EXPECT_EQ(prober_.running.size(), 5u);
}

TEST_F(WorkerTest, no_more_begin_in_an_hour_than_the_rate_allows) {
  enqueue_many(3000);
  auto role = worker();
  for (int second = 0; second < 3599; ++second) {
    run_for(role, seconds(1));
    prober_.finish_all();
  }
  EXPECT_LE(prober_.started.size(), 30u * 60);
  EXPECT_GE(prober_.started.size(), 30u * 60 - 30);
}

TEST_F(WorkerTest, new_settings_are_followed_within_seconds) {
  enqueue_many(100);
  auto role = worker();
  run_for(role, seconds(1));
  EXPECT_EQ(prober_.running.size(), 5u);
  set_worker_settings(R"({"rate_limit_per_minute":60000,"max_concurrent_traceroutes":50})");
  run_for(role, seconds(2));
  EXPECT_EQ(prober_.running.size(), 50u);
  set_worker_settings(R"({"rate_limit_per_minute":60000,"max_concurrent_traceroutes":1})");
  run_for(role, seconds(2));
  prober_.finish_all();
  run_for(role, seconds(2));
  EXPECT_EQ(prober_.running.size(), 1u);
}

TEST_F(WorkerTest, settings_that_are_out_of_bounds_leave_those_in_use) {
  enqueue_many(20);
  set_worker_settings(R"({"max_concurrent_traceroutes":2})");
  auto role = worker();
  run_for(role, seconds(1));
  EXPECT_EQ(prober_.running.size(), 2u);
  set_worker_settings(R"({"max_concurrent_traceroutes":"many"})");
  run_for(role, seconds(30));
  EXPECT_EQ(prober_.running.size(), 2u);
}

}  // namespace
}  // namespace cw::roles
