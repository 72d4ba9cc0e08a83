// The embedded queue in a PostgreSQL database against the contract of the queue, on a real server.

#include <gtest/gtest.h>

#include "platform/postgres_database.hpp"
#include "platform/postgres_for_tests.hpp"
#include "ports/queue/embedded/embedded_job_queue.hpp"
#include "ports/queue/job_queue_conformance.hpp"

namespace cw::queue {
namespace {

struct Opened {
  platform::TemporaryPostgres server;
  std::shared_ptr<platform::SharedDatabase> database =
      *platform::open_postgres({.url = server.url(), .password = {}}, 4);
  std::unique_ptr<EmbeddedJobQueue> queue;
};

JobQueueUnderTest on_postgres(const QueueLimits& limits) {
  auto opened = std::make_shared<Opened>();
  opened->queue = *EmbeddedJobQueue::open(opened->database, {.limits = limits, .seed = 1, .now = Instant{}});
  auto* const queue = opened->queue.get();
  return {.backend = std::move(opened), .queue = queue};
}

TEST(PostgresJobs, are_tested_on_a_real_server) { CW_NEEDS_POSTGRES(); }

INSTANTIATE_TEST_SUITE_P(EmbeddedPostgres, JobQueueConformance,
                         testing::ValuesIn(platform::where_postgres_is<OpenJobQueue>({on_postgres})));

}  // namespace
}  // namespace cw::queue
