// What only a store on a server has: honest types, weeks as partitions, and many that write at once.

#include <gtest/gtest.h>

#include <thread>

#include "platform/database_reading.hpp"
#include "platform/postgres_for_tests.hpp"
#include "ports/store/sample_measurements.hpp"
#include "ports/store/sql/sql_store.hpp"

namespace cw::store {
namespace {

using platform::Database;
using platform::SqlRow;
using std::chrono::days;
using std::chrono::seconds;

class PostgresStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    CW_NEEDS_POSTGRES();
    server_.emplace();
    store_ = open();
  }

  std::unique_ptr<SqlStore> open() { return *SqlStore::open(server_->url()); }
  SqlStore& store() { return *store_; }
  const platform::TemporaryPostgres& server() const { return *server_; }
  Random& random() { return random_; }

  NewMeasurement annotated_trace(Duration after_start) {
    auto added = samples::plain_trace(random_, samples::start() + after_start);
    added.as_path = samples::plain_as_path();
    added.facts = {samples::facts_of(samples::router(1), Asn{64500}, "Near Net"),
                   samples::facts_of(samples::host(1), Asn{64502}, "Far Net")};
    return added;
  }

  // The answer of psql: rows of columns with bars between.
  std::vector<std::string> rows(std::string_view sql, int columns) {
    const auto read = [&](const SqlRow& row) -> Result<std::string> {
      std::string line;
      for (int i = 0; i < columns; ++i) line += (i > 0 ? "|" : "") + std::string(row.text(i));
      return line;
    };
    auto all = store_->database()->read([&](Database& reader) { return platform::select_all(reader, sql, {}, read); });
    EXPECT_TRUE(all) << all.error().message;
    return all.value_or(std::vector<std::string>{});
  }

 private:
  std::optional<platform::TemporaryPostgres> server_;
  std::unique_ptr<SqlStore> store_;
  Random random_{1};
};

TEST_F(PostgresStoreTest, hops_are_a_flat_view_for_people) {
  const auto added = annotated_trace(seconds(0));
  ASSERT_TRUE(store().measurements().put({added}));
  const auto id = added.measurement.id.to_string();
  EXPECT_EQ(
      rows("SELECT measurement_id, ttl, address, rtt_ms, asn, prefix, org_name, country_code, rule FROM hops ORDER "
           "BY ttl",
           9),
      (std::vector<std::string>{id + "|1|198.51.100.1|0.412|64500|198.51.100.0/24|Near Net|CH|origin",
                                id + "|2|||||||silent", id + "|3|198.51.100.2|9.1|64501||||origin",
                                id + "|4|203.0.113.1|12.345|64502|203.0.113.0/24|Far Net|CH|destination"}));
}

TEST_F(PostgresStoreTest, dashboards_find_the_types_that_values_have) {
  const auto type = [&](std::string_view table, std::string_view column) {
    return rows(fmt::format("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '{}'::regclass "
                            "AND attname = '{}'",
                            table, column),
                1);
  };
  using One = std::vector<std::string>;
  EXPECT_EQ(type("measurements", "id"), One{"uuid"});
  EXPECT_EQ(type("measurements", "started_at"), One{"timestamp with time zone"});
  EXPECT_EQ(type("hops", "address"), One{"inet"});
  EXPECT_EQ(type("hops", "prefix"), One{"cidr"});
  EXPECT_EQ(type("paths", "addresses"), One{"inet[]"});
  EXPECT_EQ(type("targets", "labels"), One{"jsonb"});
}

TEST_F(PostgresStoreTest, measurements_lie_in_the_week_of_their_id) {
  ASSERT_TRUE(
      store().measurements().put({annotated_trace(days(0)), annotated_trace(days(3)), annotated_trace(days(4))}));
  // The tests begin on Thursday, 2026-01-01.
  EXPECT_EQ(rows("SELECT tableoid::regclass, count(*) FROM measurements GROUP BY 1 ORDER BY 1", 2),
            (std::vector<std::string>{"measurements_2025_12_29|2", "measurements_2026_01_05|1"}));
}

TEST_F(PostgresStoreTest, a_time_that_nobody_expected_is_stored_all_the_same) {
  auto ancient = samples::plain_trace(random(), Instant(seconds(5)));
  ASSERT_TRUE(store().measurements().put({ancient}));
  EXPECT_TRUE(store().measurements().by_id(ancient.measurement.id));
}

TEST_F(PostgresStoreTest, weeks_are_dropped_whole_and_the_rest_stays) {
  std::vector<NewMeasurement> batch;
  for (int day = 0; day < 21; ++day) batch.push_back(annotated_trace(days(day)));
  ASSERT_EQ(store().measurements().put(batch), 21);
  EXPECT_EQ(store().drop_measurements_before(samples::start() + days(10)), 4) << "to Sunday, 2026-01-04";
  EXPECT_EQ(store().measurements().count(), 17);
  EXPECT_EQ(rows("SELECT count(*) FROM measurements", 1), std::vector<std::string>{"17"});
  EXPECT_EQ(store().measurements().by_id(batch[3].measurement.id).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(store().measurements().by_id(batch[4].measurement.id));
  // One that comes late for a week that is gone.
  ASSERT_EQ(store().measurements().put({batch[0]}), 1);
  EXPECT_TRUE(store().measurements().by_id(batch[0].measurement.id));
}

TEST_F(PostgresStoreTest, stores_that_write_the_same_at_once_store_it_once) {
  constexpr int writers = 4;
  std::vector<NewMeasurement> all;
  for (int i = 0; i < 60; ++i) {
    all.push_back(annotated_trace(seconds(i)));
    all.back().measurement.hops[0].replies[0].from = samples::router(10 + i % 3);
    all.back().measurement.address = samples::host(1 + i % 5);
  }
  std::atomic<int> stored = 0;
  {
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < writers; ++writer)
      threads.emplace_back([&, writer] {
        const auto own = writer % 2 == 0 ? open() : nullptr;
        auto& measurements = own ? own->measurements() : store().measurements();
        Random order(static_cast<std::uint64_t>(writer));
        auto mine = all;
        for (std::size_t left = mine.size(); left > 1; --left) std::swap(mine[order.below(left)], mine[left - 1]);
        for (std::size_t i = 0; i < mine.size(); i += 6) {
          const auto first = mine.begin() + static_cast<std::ptrdiff_t>(i);
          const auto put = measurements.put({first, first + 6});
          ASSERT_TRUE(put) << put.error().message;
          stored += *put;
        }
      });
  }
  EXPECT_EQ(stored, 60);
  EXPECT_EQ(store().measurements().count(), 60);
  EXPECT_EQ(rows("SELECT count(*) FROM measurements", 1), std::vector<std::string>{"60"});
  EXPECT_EQ(rows("SELECT sum(measurement_count) FROM path_epochs", 1), std::vector<std::string>{"60"});
  EXPECT_EQ(rows("SELECT sum(observed_count) FROM as_links", 1), std::vector<std::string>{"60"});
}

TEST_F(PostgresStoreTest, a_name_that_is_no_utf_8_is_stored_and_annotates_its_path_once) {
  auto added = annotated_trace(seconds(0));
  added.as_path->networks[0].name = std::string("caf\xe9\0", 5);
  auto again = annotated_trace(seconds(1));
  again.as_path = added.as_path;
  ASSERT_TRUE(store().measurements().put({added}));
  ASSERT_TRUE(store().measurements().put({again}));
  EXPECT_EQ(rows("SELECT count(*) FROM path_annotations", 1), std::vector<std::string>{"1"});
}

TEST_F(PostgresStoreTest, a_database_of_a_newer_version_is_refused_and_left_alone) {
  ASSERT_TRUE(store().database()->write([](Database& writer) {
    return writer.execute("INSERT INTO schema_migrations VALUES ('store', 99, 'tomorrow')");
  }));
  const auto refused = SqlStore::open(server().url());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace cw::store
