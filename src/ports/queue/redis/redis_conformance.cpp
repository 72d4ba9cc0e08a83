// The queue on a real Redis server against the contract of the queue.

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "ports/queue/job_queue_conformance.hpp"
#include "ports/queue/redis/redis_for_tests.hpp"
#include "ports/queue/redis/redis_job_queue.hpp"

namespace cw::queue {
namespace {

struct Opened {
  explicit Opened(const platform::RedisOptions& options) : keys(options) {}
  RedisKeys keys;
  std::unique_ptr<RedisJobQueue> queue;
};

JobQueueUnderTest on_redis(const QueueLimits& limits) {
  const auto server = *redis_for_tests();
  auto opened = std::make_shared<Opened>(server);
  opened->queue = std::make_unique<RedisJobQueue>(
      RedisQueueOptions{.server = server, .limits = limits, .prefix = opened->keys.prefix(), .seed = 1});
  auto* const queue = opened->queue.get();
  return {.backend = std::move(opened), .queue = queue};
}

std::vector<OpenJobQueue> servers() {
  if (!redis_for_tests()) return {};
  return {on_redis};
}

INSTANTIATE_TEST_SUITE_P(Redis, JobQueueConformance, testing::ValuesIn(servers()));

TEST(RedisServer, is_there_to_be_tested) {
  if (redis_for_tests()) return;
  if (environment("CI") == "true") FAIL() << "CW_TEST_REDIS names no server: the queue on Redis is not tested";
  GTEST_SKIP() << "CW_TEST_REDIS names no server: the queue on Redis is not tested";
}

}  // namespace
}  // namespace cw::queue
