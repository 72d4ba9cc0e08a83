// What a job becomes: asked for as it says, annotated, refused, tried again.

#include <gtest/gtest.h>

#include "roles/worker/worker_test_fixture.hpp"

namespace cw::roles {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_F(WorkerTest, a_job_is_measured_annotated_stored_and_only_then_acknowledged) {
  enqueue("1.1.1.1");
  auto role = worker({.vantage = "attic"});
  role.step(clock_.now());
  ASSERT_EQ(prober_.running.size(), 1u);
  EXPECT_EQ(queue_->status()->leased, 1u);
  prober_.finish_all();
  role.step(clock_.now());
  EXPECT_EQ(queue_->status()->leased, 1u) << "not stored yet, so not acknowledged";
  run_for(role, milliseconds(200));
  EXPECT_EQ(queue_->status()->leased, 0u);
  const auto stored = store_->measurements().by_id(prober_.started[0].id);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->measurement.vantage, "attic");
  ASSERT_TRUE(stored->as_path);
  ASSERT_EQ(stored->as_path->networks.size(), 1u);
  EXPECT_EQ(stored->as_path->networks[0].asn, Asn{13335});
  EXPECT_EQ(store_->measurements().facts({address("192.168.1.1")})->at(0).special, "Private-Use");
}

TEST_F(WorkerTest, a_stored_measurement_says_who_asked_and_under_which_budget) {
  auto job = job_for("1.1.1.1");
  job.source = "api";
  job.reason = "asked for";
  ASSERT_TRUE(queue_->enqueue(job));
  auto role = worker();
  role.step(clock_.now());
  prober_.finish_all();
  run_for(role, seconds(1));
  EXPECT_EQ(store_->measurements().by_id(prober_.started.at(0).id)->origin,
            (JobOrigin{
                .source = "api", .reason = "asked for", .rate_limit_per_minute = 30, .max_concurrent_traceroutes = 5}));
}

TEST_F(WorkerTest, the_prober_is_asked_for_what_the_job_says) {
  auto job = job_for("1.1.1.1");
  job.kind = Kind::trace;
  job.prober = "scamper";
  job.options = {.method = Method::tcp, .port = 443, .mtu_search = MtuSearch::on};
  ASSERT_TRUE(queue_->enqueue(job));
  auto role = worker({.dscp = 8});
  role.step(clock_.now());
  ASSERT_EQ(prober_.started.size(), 1u);
  const auto& request = prober_.started[0];
  EXPECT_EQ(request.prober, "scamper");
  EXPECT_EQ(request.method, Method::tcp);
  EXPECT_EQ(request.port, 443);
  EXPECT_EQ(request.mtu_search, MtuSearch::on);
  EXPECT_EQ(request.dscp, 8) << "the node's, as the job names none";
}

TEST_F(WorkerTest, only_a_scheduled_repeat_joins_known_hops) {
  auto repeat = job_for("1.1.1.1");
  repeat.source = kScheduleSource;
  repeat.reason = kRepeatReason;
  auto first = job_for("1.1.2.1");
  first.source = kScheduleSource;
  first.reason = kFirstReason;
  ASSERT_TRUE(queue_->enqueue(repeat));
  ASSERT_TRUE(queue_->enqueue(first));
  auto role = worker({.known_hops = KnownHops::join});
  role.step(clock_.now());
  ASSERT_EQ(prober_.started.size(), 2u);
  for (const auto& request : prober_.started)
    EXPECT_EQ(request.known_hops == KnownHops::join, request.address == repeat.target_ip);
}

TEST_F(WorkerTest, a_forbidden_target_is_refused_although_it_is_on_the_queue) {
  enqueue("192.168.1.1");
  auto role = worker();
  run_for(role, minutes(20));
  EXPECT_TRUE(prober_.started.empty());
  const auto dead = queue_->dead(10);
  ASSERT_TRUE(dead);
  ASSERT_EQ(dead->size(), 1u);
  EXPECT_NE(dead->at(0).error.find("Private-Use"), std::string::npos) << dead->at(0).error;
  EXPECT_EQ(role.status().forbidden, 5u);
  const auto refusals = store_->refusals().list({});
  ASSERT_EQ(refusals->size(), 1u);
  EXPECT_EQ(refusals->at(0).reason, "special_use");
  EXPECT_EQ(refusals->at(0).source, "test");
  EXPECT_EQ(refusals->at(0).count, 5);
}

TEST_F(WorkerTest, a_failed_attempt_is_tried_again_under_the_same_id) {
  enqueue("1.1.1.1");
  auto role = worker();
  role.step(clock_.now());
  prober_.fail_all(ErrorKind::unavailable);
  run_for(role, minutes(2));
  ASSERT_EQ(prober_.started.size(), 2u);
  EXPECT_EQ(prober_.started[0].id, prober_.started[1].id);
  EXPECT_EQ(store_->measurements().count().value(), 0);
}

TEST_F(WorkerTest, a_prober_without_room_gets_the_job_later) {
  enqueue_many(3);
  prober_.room = 1;
  auto role = worker();
  run_for(role, seconds(1));
  EXPECT_EQ(prober_.running.size(), 1u);
  EXPECT_EQ(queue_->status()->waiting, 2u);
  prober_.room = 10;
  run_for(role, seconds(1));
  EXPECT_EQ(prober_.running.size(), 3u);
}

}  // namespace
}  // namespace cw::roles
