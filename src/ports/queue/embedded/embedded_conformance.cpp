// The embedded queue, in memory and in a file, against the contract of the queue.

#include <gtest/gtest.h>

#include "platform/sqlite_database.hpp"
#include "platform/temporary_folder.hpp"
#include "ports/queue/embedded/embedded_job_queue.hpp"
#include "ports/queue/job_queue_conformance.hpp"

namespace cw::queue {
namespace {

struct Opened {
  platform::TemporaryFolder folder;
  platform::OwnedSqlite sqlite;
  std::unique_ptr<EmbeddedJobQueue> queue;
};

JobQueueUnderTest open_at(std::shared_ptr<Opened> opened, std::string_view url, const QueueLimits& limits) {
  opened->sqlite = *platform::open_sqlite(url);
  opened->queue = *EmbeddedJobQueue::open(opened->sqlite.database, {.limits = limits, .seed = 1, .now = Instant{}});
  auto* const queue = opened->queue.get();
  return {.backend = std::move(opened), .queue = queue};
}

JobQueueUnderTest in_memory(const QueueLimits& limits) {
  return open_at(std::make_shared<Opened>(), "sqlite::memory:", limits);
}

JobQueueUnderTest in_file(const QueueLimits& limits) {
  auto opened = std::make_shared<Opened>();
  const auto url = "sqlite://" + (opened->folder / "node.db").string();
  return open_at(std::move(opened), url, limits);
}

INSTANTIATE_TEST_SUITE_P(EmbeddedMemory, JobQueueConformance, testing::Values(in_memory));
INSTANTIATE_TEST_SUITE_P(Embedded, JobQueueConformance, testing::Values(in_file));

}  // namespace
}  // namespace cw::queue
