// What the queue on Redis does beyond its contract: the inbox, keys that others have touched, several processes. On the
// server that CW_TEST_REDIS names.

#include "ports/queue/redis/redis_job_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "ports/queue/redis/inbox_task.hpp"
#include "ports/queue/redis/redis_for_tests.hpp"

namespace cw::queue {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Instant kNow{seconds(1'767'225'600)};

Job job_for(Random& random, std::uint32_t number) {
  return {.id = Uuid::make_v7(kNow, random),
          .target_ip = IpAddress::v4(0xcb007100u + number),
          .source = "schedule",
          .created_at = kNow,
          .not_before = kNow};
}

class RedisJobQueueTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!redis_for_tests()) GTEST_SKIP() << "CW_TEST_REDIS names no server";
    keys_.emplace(*redis_for_tests());
  }

  // As one more process would open it.
  std::unique_ptr<RedisJobQueue> open(const QueueLimits& limits = {}) {
    return std::make_unique<RedisJobQueue>(
        RedisQueueOptions{.server = *redis_for_tests(), .limits = limits, .prefix = keys().prefix(), .seed = ++seed_});
  }
  RedisKeys& keys() { return *keys_; }
  void push(const std::string& task) { keys().run("RPUSH", "targets", {task}); }
  void push_address(int number) { push(fmt::format(R"({{"target_ip": "203.0.113.{}"}})", number)); }
  std::int64_t length(std::string_view list) { return keys().run("LLEN", list).integer; }
  std::string last_rejected() { return keys().run("LINDEX", "rejected", {"-1"}).text; }
  Random& random() { return random_; }

 private:
  std::optional<RedisKeys> keys_;
  std::uint64_t seed_ = 0;
  Random random_{1};
};

TEST_F(RedisJobQueueTest, a_task_that_is_pushed_to_the_inbox_is_leased) {
  push(R"({"target_ip": "203.0.113.9", "target_type": "dns", "priority": 7, "source": "other",
           "created_at": "2025-12-31T23:59:59Z"})");
  auto queue = open();
  const auto leased = queue->lease(kNow, minutes(1), 5);
  ASSERT_TRUE(leased) << leased.error().message;
  ASSERT_EQ(leased->size(), 1u);
  EXPECT_EQ(leased->front().target_ip.to_string(), "203.0.113.9");
  EXPECT_EQ(leased->front().priority, 7);
  EXPECT_EQ(leased->front().source, "other");
  EXPECT_FALSE(leased->front().measurement_id.is_nil());
  EXPECT_EQ(length("targets"), 0);
  EXPECT_EQ(length("rejected"), 0);
}

TEST_F(RedisJobQueueTest, who_reaps_reads_the_inbox_too) {
  push_address(1);
  push_address(1);
  push_address(2);
  auto queue = open();
  EXPECT_EQ(queue->status()->inbox, 3u);
  ASSERT_TRUE(queue->reap(kNow));
  EXPECT_EQ(queue->status()->inbox, 0u);
  EXPECT_EQ(queue->status()->waiting, 2u) << "the same target and kind is queued once";
}

TEST_F(RedisJobQueueTest, what_is_no_task_is_put_aside_with_the_reason_and_stops_nobody) {
  push("\x01\xff no JSON");
  push(R"({"target_ip": "www.example.net"})");
  push_address(1);
  auto queue = open();
  EXPECT_EQ(queue->lease(kNow, minutes(1), 5)->size(), 1u);
  EXPECT_EQ(queue->status()->rejected, 2u);
  EXPECT_EQ(last_rejected(), R"({"rejected_at":"2026-01-01T00:00:00.000000Z","task":"{\"target_ip\": )"
                             R"(\"www.example.net\"}","reason":"target_ip must be an address, not )"
                             R"(\"www.example.net\""})");
}

TEST_F(RedisJobQueueTest, a_task_that_is_too_long_is_put_aside_and_cut) {
  push_address(1);
  push(std::string(kLongestTask + 1, 'x'));
  push_address(2);
  auto queue = open();
  EXPECT_EQ(queue->lease(kNow, minutes(1), 5)->size(), 2u);
  EXPECT_LT(last_rejected().size(), 2'000u);
  EXPECT_NE(last_rejected().find("bytes at most"), std::string::npos);
}

TEST_F(RedisJobQueueTest, tasks_wait_in_the_inbox_while_the_queue_is_full_and_those_beyond_the_bound_are_refused) {
  auto queue = open({.most_waiting = 3});
  for (int i = 1; i <= 10; ++i) push_address(i);
  ASSERT_TRUE(queue->reap(kNow));
  auto status = queue->status();
  EXPECT_EQ(status->waiting, 3u);
  EXPECT_EQ(status->inbox, 3u);
  EXPECT_EQ(status->rejected, 4u);
  EXPECT_NE(last_rejected().find("the queue is full with 3 jobs"), std::string::npos);
  const auto leased = queue->lease(kNow, minutes(1), 3);
  ASSERT_EQ(leased->size(), 3u);
  ASSERT_TRUE(queue->reap(kNow));
  status = queue->status();
  EXPECT_EQ(status->waiting, 3u);
  EXPECT_EQ(status->inbox, 0u);
}

TEST_F(RedisJobQueueTest, those_put_aside_are_kept_up_to_a_bound) {
  auto queue = open({.most_dead = 5});
  for (int i = 0; i < 300; ++i) push(fmt::format("nonsense {}", i));
  ASSERT_TRUE(queue->reap(kNow));
  EXPECT_EQ(length("targets"), 0);
  EXPECT_EQ(length("rejected"), 5);
  EXPECT_NE(last_rejected().find("nonsense 299"), std::string::npos);
}

TEST_F(RedisJobQueueTest, several_processes_read_one_inbox_and_no_task_is_lost_or_doubled) {
  constexpr int kTasks = 2'000;
  constexpr std::size_t kProcesses = 4;
  for (int i = 0; i < kTasks; ++i) push(fmt::format(R"({{"target_ip": "198.18.{}.{}"}})", i / 250, i % 250));
  std::vector<std::vector<Job>> leased(kProcesses);
  std::vector<std::unique_ptr<RedisJobQueue>> queues;
  for (std::size_t i = 0; i < kProcesses; ++i) queues.push_back(open());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kProcesses; ++i)
      threads.emplace_back([&, i] {
        for (auto jobs = queues[i]->lease(kNow, minutes(1), 50); jobs && !jobs->empty();
             jobs = queues[i]->lease(kNow, minutes(1), 50))
          for (auto& job : *jobs)
            if (queues[i]->acknowledge(job)) leased[i].push_back(job);
      });
  }
  std::vector<IpAddress> addresses;
  for (const auto& jobs : leased)
    for (const auto& job : jobs) addresses.push_back(job.target_ip);
  // Whoever found nothing for a moment has stopped; the rest is still there.
  for (auto rest = queues[0]->lease(kNow, minutes(1), 500); rest && !rest->empty();
       rest = queues[0]->lease(kNow, minutes(1), 500))
    for (const auto& job : *rest) addresses.push_back(job.target_ip);
  std::ranges::sort(addresses);
  EXPECT_EQ(addresses.size(), static_cast<std::size_t>(kTasks));
  EXPECT_EQ(std::ranges::adjacent_find(addresses), addresses.end());
}

TEST_F(RedisJobQueueTest, what_one_process_leased_another_can_offer_again) {
  auto one = open();
  auto other = open();
  ASSERT_TRUE(one->enqueue(job_for(random(), 1)));
  const auto lost = one->lease(kNow, minutes(1), 1);
  ASSERT_EQ(lost->size(), 1u);
  EXPECT_TRUE(other->lease(kNow, minutes(1), 1)->empty());
  EXPECT_EQ(other->reap(kNow + minutes(1)), 1u);
  const auto again = other->lease(kNow + minutes(1), minutes(1), 1);
  ASSERT_EQ(again->size(), 1u);
  EXPECT_EQ(again->front().measurement_id, lost->front().measurement_id);
  EXPECT_EQ(one->acknowledge(lost->front()).error().kind, ErrorKind::not_found);
}

TEST_F(RedisJobQueueTest, a_job_that_cannot_be_read_is_dead_with_the_reason_and_stops_nobody) {
  auto queue = open();
  const auto poisoned = job_for(random(), 1);
  ASSERT_TRUE(queue->enqueue(poisoned));
  ASSERT_TRUE(queue->enqueue(job_for(random(), 2)));
  keys().run("HSET", "queue:job:" + poisoned.id.to_string(), {"body", "poison"});
  EXPECT_EQ(queue->lease(kNow, minutes(1), 1)->size(), 1u);
  const auto dead = queue->dead(5);
  ASSERT_TRUE(dead) << dead.error().message;
  ASSERT_EQ(dead->size(), 1u);
  EXPECT_EQ(dead->front().job.id, poisoned.id);
  EXPECT_NE(dead->front().error.find("no JSON"), std::string::npos);
  EXPECT_EQ(queue->status()->leased, 1u);
  EXPECT_EQ(queue->enqueue(job_for(random(), 1)), Enqueued::added) << "it does not stand in the way";
}

TEST_F(RedisJobQueueTest, a_job_whose_keys_somebody_deleted_is_passed_over) {
  auto queue = open();
  const auto gone = job_for(random(), 1);
  ASSERT_TRUE(queue->enqueue(gone));
  ASSERT_TRUE(queue->enqueue(job_for(random(), 2)));
  keys().run("DEL", "queue:job:" + gone.id.to_string());
  EXPECT_EQ(queue->lease(kNow, minutes(1), 5)->size(), 1u);
  EXPECT_EQ(queue->status()->waiting, 0u);
  EXPECT_EQ(queue->enqueue(job_for(random(), 1)), Enqueued::added);
}

TEST_F(RedisJobQueueTest, nothing_is_left_behind_when_all_jobs_are_done) {
  auto queue = open();
  for (std::uint32_t i = 0; i < 50; ++i) ASSERT_TRUE(queue->enqueue(job_for(random(), i)));
  for (const auto& job : *queue->lease(kNow, minutes(1), 50)) ASSERT_TRUE(queue->acknowledge(job));
  EXPECT_EQ(keys().keys(), (std::vector{keys().prefix() + ":queue:given"}));
}

TEST_F(RedisJobQueueTest, the_scripts_are_loaded_again_when_the_server_has_forgotten_them) {
  auto queue = open();
  ASSERT_TRUE(queue->enqueue(job_for(random(), 1)));
  platform::RedisConnection other(*redis_for_tests());
  ASSERT_TRUE(other.command({"SCRIPT", "FLUSH"}));
  EXPECT_EQ(queue->lease(kNow, minutes(1), 1)->size(), 1u);
  EXPECT_EQ(queue->enqueue(job_for(random(), 2)), Enqueued::added);
}

TEST_F(RedisJobQueueTest, a_connection_that_the_server_has_closed_costs_no_error) {
  auto queue = open();
  ASSERT_TRUE(queue->enqueue(job_for(random(), 1)));
  platform::RedisConnection other(*redis_for_tests());
  ASSERT_TRUE(other.command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"}));
  EXPECT_EQ(queue->lease(kNow, minutes(1), 1)->size(), 1u);
}

// For as long as it lives the server has no memory to give.
class NoMemory {
 public:
  NoMemory() { set("1"); }
  NoMemory(const NoMemory&) = delete;
  NoMemory& operator=(const NoMemory&) = delete;
  ~NoMemory() { set("0"); }

 private:
  void set(const std::string& bytes) { EXPECT_TRUE(admin_.command({"CONFIG", "SET", "maxmemory", bytes})); }
  platform::RedisConnection admin_{*redis_for_tests()};
};

TEST_F(RedisJobQueueTest, a_server_without_memory_takes_no_jobs_and_lets_those_that_are_there_go_on) {
  auto queue = open({.most_attempts = 1});
  for (std::uint32_t i = 1; i <= 3; ++i) ASSERT_TRUE(queue->enqueue(job_for(random(), i)));
  push_address(200);
  {
    const NoMemory none;
    EXPECT_EQ(queue->enqueue(job_for(random(), 9)).error().kind, ErrorKind::exhausted);
    const auto leased = queue->lease(kNow, minutes(1), 3);
    ASSERT_TRUE(leased) << leased.error().message;
    ASSERT_EQ(leased->size(), 3u);
    EXPECT_TRUE(queue->acknowledge(leased->at(0)));
    EXPECT_TRUE(queue->fail_attempt(leased->at(1), kNow, "no route"));
    EXPECT_TRUE(queue->postpone(leased->at(2), kNow + minutes(5)));
  }
  const auto status = queue->status();
  EXPECT_EQ(status->waiting, 1u);
  EXPECT_EQ(status->dead, 1u);
  EXPECT_EQ(status->inbox, 1u) << "it waits until there is memory again";
  ASSERT_TRUE(queue->reap(kNow));
  EXPECT_EQ(queue->status()->waiting, 2u);
}

TEST(RedisJobQueue, a_server_that_is_away_is_unavailable_in_one_line) {
  // Port 1 of loopback: nobody listens there.
  RedisJobQueue queue({.server = {.server = {.host = "127.0.0.1", .port = 1}}, .limits = {}});
  const auto refused = queue.lease(kNow, minutes(1), 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(refused.error().message, "Redis at 127.0.0.1 port 1: Connection refused");
  EXPECT_EQ(queue.status().error().message, refused.error().message);
}

}  // namespace
}  // namespace cw::queue
