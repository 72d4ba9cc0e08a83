// How results come into the store, also where it refuses some or all of them.

#include <gtest/gtest.h>

#include "roles/worker/worker_test_fixture.hpp"

namespace cw::roles {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_F(WorkerTest, results_are_stored_in_batches) {
  enqueue_many(500);
  set_worker_settings(R"({"rate_limit_per_minute":60000,"max_concurrent_traceroutes":500})");
  auto role = worker({.batch_size = 100});
  run_for(role, seconds(2));
  ASSERT_EQ(prober_.running.size(), 500u);
  measurements_->puts = 0;
  prober_.finish_all();
  run_for(role, seconds(1));
  EXPECT_EQ(measurements_->puts, 5);
  EXPECT_EQ(measurements_->largest, 100u);
  EXPECT_EQ(store_->measurements().count().value(), 500);
}

TEST_F(WorkerTest, while_the_store_refuses_results_are_kept_and_nothing_new_begins) {
  enqueue_many(20);
  auto role = worker({.lease = hours(24)});
  run_for(role, seconds(1));
  measurements_->refusal = ErrorKind::exhausted;
  prober_.finish_all();
  run_for(role, minutes(10));
  EXPECT_EQ(prober_.started.size(), 5u);
  EXPECT_EQ(role.status().kept, 5u);
  EXPECT_TRUE(role.status().store_refuses);
  EXPECT_LT(measurements_->puts, 40) << "it backs off";
  measurements_->refusal.reset();
  run_for(role, seconds(31));
  EXPECT_FALSE(role.status().store_refuses);
  EXPECT_EQ(store_->measurements().count().value(), 5);
  EXPECT_GT(prober_.started.size(), 5u) << "and goes on";
}

TEST_F(WorkerTest, one_result_that_cannot_be_stored_does_not_hold_up_the_others) {
  enqueue_many(3);
  measurements_->poison = "1.0.2.1";
  auto role = worker();
  role.step(clock_.now());
  prober_.finish_all();
  run_for(role, seconds(1));
  EXPECT_EQ(store_->measurements().count().value(), 2);
  EXPECT_EQ(queue_->status()->waiting, 1u) << "failed, to be tried again";
}

// The moment between storing and acknowledging: the process died there.
TEST_F(WorkerTest, a_job_that_was_stored_but_not_acknowledged_is_not_measured_again) {
  enqueue("1.1.1.1");
  const auto lost = queue_->lease(clock_.now(), seconds(10), 1).value();
  ASSERT_EQ(lost.size(), 1u);
  ASSERT_TRUE(store_->measurements().put(
      {{.measurement = ScriptedProber::answer_to(
            {.id = lost[0].measurement_id, .target = "1.1.1.1", .address = address("1.1.1.1")})}}));
  clock_.advance(seconds(11));
  ASSERT_EQ(queue_->reap(clock_.now()).value(), 1u);
  auto role = worker();
  run_for(role, minutes(10));
  EXPECT_TRUE(prober_.started.empty());
  EXPECT_EQ(store_->measurements().count().value(), 1);
  EXPECT_EQ(queue_->status()->waiting + queue_->status()->leased, 0u);
}

TEST_F(WorkerTest, whoever_wants_to_know_is_told_what_was_stored) {
  std::vector<Uuid> told;
  enqueue("1.1.1.1");
  auto role =
      worker({.on_stored = [&](const store::NewMeasurement& stored) { told.push_back(stored.measurement.id); }});
  role.step(clock_.now());
  prober_.finish_all();
  EXPECT_TRUE(told.empty());
  run_for(role, seconds(1));
  EXPECT_EQ(told, std::vector<Uuid>{prober_.started[0].id});
}

}  // namespace
}  // namespace cw::roles
