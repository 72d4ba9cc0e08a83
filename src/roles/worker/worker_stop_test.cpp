// How a worker ends: nothing that it holds is lost.

#include <gtest/gtest.h>

#include <thread>

#include "roles/worker/worker_test_fixture.hpp"

namespace cw::roles {
namespace {

TEST_F(WorkerTest, a_stop_gives_leases_back_and_stores_what_has_come) {
  enqueue_many(5);
  auto role = worker();
  role.step(clock_.now());
  ASSERT_EQ(prober_.running.size(), 5u);
  auto& [request, observer] = prober_.running.back();
  observer.on_finished(ScriptedProber::answer_to(request));
  prober_.running.pop_back();
  role.finish(clock_.now());
  EXPECT_EQ(store_->measurements().count().value(), 1);
  EXPECT_EQ(queue_->status()->leased, 0u);
  EXPECT_EQ(queue_->status()->waiting, 4u);
  EXPECT_TRUE(prober_.running.empty());
}

TEST_F(WorkerTest, what_a_full_store_does_not_take_at_the_stop_is_offered_again) {
  enqueue("1.1.1.1");
  auto role = worker();
  role.step(clock_.now());
  measurements_->refusal = ErrorKind::exhausted;
  prober_.finish_all();
  role.finish(clock_.now());
  EXPECT_EQ(queue_->status()->waiting, 1u);
}

TEST_F(WorkerTest, the_loop_ends_with_the_stop_and_gives_back_what_it_holds) {
  enqueue("1.1.1.1");
  auto role = worker();
  role.step(clock_.now());
  std::jthread thread([&](const std::stop_token& stop) { role.run(stop); });
  thread.request_stop();
  thread.join();
  EXPECT_EQ(queue_->status()->waiting, 1u);
}

}  // namespace
}  // namespace cw::roles
