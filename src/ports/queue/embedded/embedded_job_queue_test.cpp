#include "ports/queue/embedded/embedded_job_queue.hpp"

#include <gtest/gtest.h>

#include "platform/database_reading.hpp"
#include "platform/sqlite_database.hpp"
#include "platform/temporary_folder.hpp"

namespace cw::queue {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Instant start() { return Instant(seconds(1'767'225'600)); }

Job job_for(Random& random, std::uint32_t number) {
  return {.id = Uuid::make_v7(start(), random),
          .target_ip = IpAddress::v4(0xcb007100u + number),
          .source = "schedule",
          .created_at = start(),
          .not_before = start()};
}

class EmbeddedJobQueueTest : public testing::Test {
 protected:
  // As a new process would find it.
  EmbeddedJobQueue& reopen(const QueueLimits& limits = {}) {
    queue_.reset();
    sqlite_ = {};
    sqlite_ = *platform::open_sqlite((folder_ / "node.db").string());
    queue_ = *EmbeddedJobQueue::open(sqlite_.database, {.limits = limits, .seed = 1, .now = start() + minutes(1)});
    return *queue_;
  }
  platform::SharedDatabase& database() { return *sqlite_.database; }
  Random& random() { return random_; }

 private:
  platform::TemporaryFolder folder_;
  platform::OwnedSqlite sqlite_;
  std::unique_ptr<EmbeddedJobQueue> queue_;
  Random random_{1};
};

TEST_F(EmbeddedJobQueueTest, waiting_jobs_outlive_the_process) {
  const auto job = job_for(random(), 1);
  ASSERT_TRUE(reopen().enqueue(job));
  auto& queue = reopen();
  EXPECT_EQ(queue.status()->waiting, 1u);
  EXPECT_EQ(queue.lease(start(), minutes(1), 1)->front().id, job.id);
}

TEST_F(EmbeddedJobQueueTest, the_leases_of_a_dead_process_are_offered_again_at_once) {
  auto& before = reopen();
  ASSERT_TRUE(before.enqueue(job_for(random(), 1)));
  const auto first = before.lease(start(), minutes(60), 1);
  ASSERT_EQ(first->size(), 1u);

  auto& after = reopen();
  const auto again = after.lease(start() + minutes(1), minutes(60), 1);
  ASSERT_EQ(again->size(), 1u);
  EXPECT_EQ(again->front().measurement_id, first->front().measurement_id);
  EXPECT_EQ(again->front().attempt, 2);
  EXPECT_EQ(after.acknowledge(first->front()).error().kind, ErrorKind::not_found);
}

TEST_F(EmbeddedJobQueueTest, a_job_that_kills_its_process_every_time_ends_as_dead) {
  const QueueLimits limits{.most_attempts = 2};
  ASSERT_TRUE(reopen(limits).enqueue(job_for(random(), 1)));
  for (int i = 0; i < 2; ++i) ASSERT_EQ(reopen(limits).lease(start() + minutes(1), minutes(60), 1)->size(), 1u);
  auto& queue = reopen(limits);
  EXPECT_EQ(queue.lease(start() + minutes(1), minutes(60), 1)->size(), 0u);
  ASSERT_EQ(queue.dead(1)->size(), 1u);
  EXPECT_EQ(queue.dead(1)->front().error, "the process ended during its last attempt");
}

TEST_F(EmbeddedJobQueueTest, the_bound_holds_over_a_restart) {
  const QueueLimits limits{.most_waiting = 2};
  ASSERT_TRUE(reopen(limits).enqueue(job_for(random(), 1)));
  auto& queue = reopen(limits);
  ASSERT_TRUE(queue.enqueue(job_for(random(), 2)));
  EXPECT_EQ(queue.enqueue(job_for(random(), 3)).error().kind, ErrorKind::exhausted);
}

TEST_F(EmbeddedJobQueueTest, a_job_that_cannot_be_read_is_put_aside_and_stops_nobody) {
  auto& queue = reopen();
  for (std::uint32_t i = 1; i <= 3; ++i) ASSERT_TRUE(queue.enqueue(job_for(random(), i)));
  ASSERT_TRUE(database().write([](platform::Database& writer) {
    return writer.execute("UPDATE jobs SET kind = 'dance' WHERE target_ip = '203.0.113.1'");
  }));
  EXPECT_EQ(queue.lease(start(), minutes(1), 10)->size(), 2u);
  const auto dead = queue.dead(10);
  ASSERT_TRUE(dead) << dead.error().message;
  ASSERT_EQ(dead->size(), 1u);
  EXPECT_NE(dead->front().error.find("dance"), std::string::npos);
  EXPECT_EQ(queue.status()->waiting, 0u);
}

TEST_F(EmbeddedJobQueueTest, an_error_text_is_kept_on_one_line) {
  auto& queue = reopen({.most_attempts = 1});
  ASSERT_TRUE(queue.enqueue(job_for(random(), 1)));
  const auto leased = queue.lease(start(), minutes(1), 1);
  ASSERT_TRUE(queue.fail_attempt(leased->front(), start(), "no\nroute"));
  EXPECT_EQ(queue.dead(1)->front().error.find('\n'), std::string::npos);
}

TEST_F(EmbeddedJobQueueTest, a_full_disk_is_exhausted_and_passes) {
  auto& queue = reopen();
  const auto set_most_pages = [&](std::string_view sql) {
    return database().write([&](platform::Database& writer) -> Result<int> {
      TRY(writer.script(sql));
      return 1;
    });
  };
  ASSERT_TRUE(set_most_pages("PRAGMA max_page_count = 1"));
  std::size_t accepted = 0;
  Result<Enqueued> enqueued = Enqueued::added;
  for (std::uint32_t i = 0; i < 5'000 && enqueued; ++i) {
    enqueued = queue.enqueue(job_for(random(), i));
    if (enqueued) ++accepted;
  }
  ASSERT_FALSE(enqueued);
  EXPECT_EQ(enqueued.error().kind, ErrorKind::exhausted);
  EXPECT_EQ(queue.status()->waiting, accepted);
  ASSERT_TRUE(set_most_pages("PRAGMA max_page_count = 100000"));
  EXPECT_TRUE(queue.enqueue(job_for(random(), 9'999)));
}

TEST_F(EmbeddedJobQueueTest, no_operation_reads_the_whole_table) {
  auto& queue = reopen({.most_dead = 1, .most_attempts = 1});
  for (std::uint32_t i = 1; i <= 30; ++i) ASSERT_TRUE(queue.enqueue(job_for(random(), i)));
  const auto leased = queue.lease(start(), minutes(1), 25);
  ASSERT_TRUE(queue.acknowledge(leased->at(0)));
  ASSERT_TRUE(queue.fail_attempt(leased->at(1), start(), "x"));
  ASSERT_TRUE(queue.release(leased->at(2)));
  ASSERT_TRUE(queue.reap(start() + minutes(2)));
  ASSERT_TRUE(queue.next_due());
  ASSERT_TRUE(queue.dead(5));
  const auto check = [](platform::Database& connection) -> Result<int> {
    for (const auto& sql : connection.statements()) {
      if (sql.find("jobs") == std::string::npos || sql.find("count(*)") != std::string::npos) continue;
      std::vector<platform::SqlValue> values;
      while (sql.find("$" + std::to_string(values.size() + 1)) != std::string::npos) values.emplace_back();
      TRY(connection.query("EXPLAIN QUERY PLAN " + sql, values, [&](const platform::SqlRow& row) -> Result<> {
        const std::string step(row.text(3));
        const bool whole = step.starts_with("SCAN") && step.find("USING") == std::string::npos;
        EXPECT_FALSE(whole) << step << " in " << sql;
        EXPECT_EQ(step.find("TEMP B-TREE"), std::string::npos) << step << " in " << sql;
        return {};
      }));
    }
    return 1;
  };
  ASSERT_TRUE(database().write(check));
  ASSERT_TRUE(database().read(check));
}

}  // namespace
}  // namespace cw::queue
