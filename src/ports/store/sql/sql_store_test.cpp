#include "ports/store/sql/sql_store.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <stop_token>
#include <thread>

#include "platform/database_reading.hpp"
#include "platform/sqlite_connection.hpp"
#include "platform/temporary_folder.hpp"
#include "ports/store/sample_measurements.hpp"

namespace cw::store {
namespace {

using platform::Database;
using platform::SqlRow;
using std::chrono::seconds;

class SqlStoreTest : public testing::Test {
 protected:
  std::string url() const { return "sqlite://" + (folder_ / "node.db").string(); }
  const platform::TemporaryFolder& folder() const { return folder_; }
  Random& random() { return random_; }

  NewMeasurement annotated_trace(Duration after_start) {
    auto added = samples::plain_trace(random_, samples::start() + after_start);
    added.as_path = samples::plain_as_path();
    added.facts = {samples::facts_of(samples::router(1), Asn{64500}, "Near Net"),
                   samples::facts_of(samples::host(1), Asn{64502}, "Far Net")};
    return added;
  }

  // The answer of the sqlite3 shell: rows of columns with bars between.
  static std::vector<std::string> rows(SqlStore& store, std::string_view sql, int columns) {
    const auto read = [&](const SqlRow& row) -> Result<std::string> {
      std::string line;
      for (int i = 0; i < columns; ++i) line += (i > 0 ? "|" : "") + std::string(row.text(i));
      return line;
    };
    auto all = store.database()->read([&](Database& reader) { return platform::select_all(reader, sql, {}, read); });
    EXPECT_TRUE(all) << all.error().message;
    return all.value_or(std::vector<std::string>{});
  }

 private:
  platform::TemporaryFolder folder_;
  Random random_{1};
};

TEST_F(SqlStoreTest, everything_is_there_after_opening_again) {
  const auto added = annotated_trace(seconds(0));
  {
    const auto store = SqlStore::open(url());
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE((*store)->measurements().put({added}));
    ASSERT_TRUE((*store)->settings().set("a", "1", "owner", samples::start()));
    ASSERT_TRUE((*store)->targets().put({.address = samples::host(1), .name = "x"}));
  }
  const auto store = SqlStore::open(url());
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->measurements().by_id(added.measurement.id)->measurement, added.measurement);
  EXPECT_EQ((*store)->settings().get("a"), "1");
  EXPECT_EQ((*store)->targets().count(), 1);
}

TEST_F(SqlStoreTest, a_second_node_on_the_same_file_is_refused_and_finds_the_first_ones_url) {
  const auto first = SqlStore::open(url());
  ASSERT_TRUE(first);
  ASSERT_TRUE((*first)->publish_url("http://127.0.0.1:8080/"));
  const auto second = SqlStore::open(url());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
  EXPECT_EQ(platform::DatabaseLock::holder(folder() / "node.db")->url, "http://127.0.0.1:8080/");
}

TEST_F(SqlStoreTest, a_database_of_a_newer_version_is_refused_and_left_alone) {
  ASSERT_TRUE(SqlStore::open(url()));
  {
    const auto newer = platform::SqliteConnection::open((folder() / "node.db").string(), "newer");
    ASSERT_TRUE((*newer)->script("INSERT INTO schema_migrations VALUES ('store', 99, 'tomorrow')"));
  }
  const auto refused = SqlStore::open(url());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
  EXPECT_NE(refused.error().message.find("was written by a newer cyberwatch (store schema 99"), std::string::npos);
}

TEST_F(SqlStoreTest, a_file_that_is_no_database_is_invalid) {
  std::ofstream(folder() / "node.db") << "hello";
  EXPECT_EQ(SqlStore::open(url()).error().kind, ErrorKind::invalid);
}

TEST_F(SqlStoreTest, another_kind_of_store_is_unsupported) {
  EXPECT_EQ(SqlStore::open("mysql://localhost/x").error().kind, ErrorKind::unsupported);
}

TEST_F(SqlStoreTest, hops_are_a_flat_view_for_people) {
  const auto store = SqlStore::open(url());
  const auto added = annotated_trace(seconds(0));
  ASSERT_TRUE((*store)->measurements().put({added}));
  const auto id = added.measurement.id.to_string();
  EXPECT_EQ(
      rows(**store,
           "SELECT measurement_id, ttl, address, rtt_ms, asn, prefix, org_name, country_code, rule FROM hops ORDER "
           "BY ttl",
           9),
      (std::vector<std::string>{id + "|1|198.51.100.1|0.412|64500|198.51.100.0/24|Near Net|CH|origin",
                                id + "|2|||||||silent", id + "|3|198.51.100.2|9.1|64501||||origin",
                                id + "|4|203.0.113.1|12.345|64502|203.0.113.0/24|Far Net|CH|destination"}));
}

TEST_F(SqlStoreTest, pings_have_no_hops_and_no_path) {
  const auto store = SqlStore::open(url());
  auto ping = annotated_trace(seconds(0));
  ping.measurement.kind = Kind::ping;
  ping.measurement.hops = {ping.measurement.hops[3]};
  ASSERT_TRUE((*store)->measurements().put({ping}));
  EXPECT_EQ(rows(**store, "SELECT * FROM hops", 1).size(), 0u);
  EXPECT_EQ(rows(**store, "SELECT * FROM paths", 1).size(), 0u);
}

TEST_F(SqlStoreTest, networks_are_known_from_the_facts_with_when_they_were_seen) {
  const auto store = SqlStore::open(url());
  ASSERT_TRUE((*store)->measurements().put({annotated_trace(seconds(60))}));
  ASSERT_TRUE((*store)->measurements().put({annotated_trace(seconds(0)), annotated_trace(seconds(30))}));
  EXPECT_EQ(
      rows(**store, "SELECT asn, as_name, org_name, first_seen, last_seen FROM asns ORDER BY asn", 5),
      (std::vector<std::string>{"64500|Near Net-AS|Near Net|2026-01-01T00:00:00.000000Z|2026-01-01T00:01:00.000000Z",
                                "64502|Far Net-AS|Far Net|2026-01-01T00:00:00.000000Z|2026-01-01T00:01:00.000000Z"}));
}

TEST_F(SqlStoreTest, links_are_counted_once_for_a_measurement_stored_twice) {
  const auto store = SqlStore::open(url());
  const auto first = annotated_trace(seconds(0));
  auto second = annotated_trace(seconds(1));
  second.measurement.hops[3].replies[0].rtt = std::chrono::milliseconds(7);
  ASSERT_EQ((*store)->measurements().put({first, second, first}), 2);
  ASSERT_EQ((*store)->measurements().put({second}), 0);
  EXPECT_EQ(
      rows(**store,
           "SELECT from_asn, to_asn, observed_count, first_seen, last_seen, min_rtt_us, max_rtt_us FROM "
           "as_links",
           7),
      std::vector<std::string>{"64501|64502|2|2026-01-01T00:00:00.000000Z|2026-01-01T00:00:01.000000Z|7000|12345"});
}

TEST_F(SqlStoreTest, a_path_and_its_meaning_are_stored_once) {
  const auto store = SqlStore::open(url());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE((*store)->measurements().put({annotated_trace(seconds(i))}));
  EXPECT_EQ(rows(**store, "SELECT addresses, hop_count, first_ttl, reached FROM paths", 4),
            std::vector<std::string>{R"(["198.51.100.1",null,"198.51.100.2","203.0.113.1"]|4|1|1)"});
  EXPECT_EQ(rows(**store, "SELECT * FROM path_annotations", 1).size(), 1u);
}

TEST_F(SqlStoreTest, two_paths_of_one_hash_are_two_paths) {
  const auto store = SqlStore::open(url());
  const auto added = annotated_trace(seconds(0));
  ASSERT_TRUE((*store)->measurements().put({added}));
  // Another path in the place of this one: what a collision looks like to the next measurement.
  ASSERT_TRUE((*store)->database()->write([](Database& writer) {
    return writer.execute("UPDATE paths SET addresses = '[\"192.0.2.9\",null,\"192.0.2.8\",\"192.0.2.7\"]'");
  }));
  const auto second = annotated_trace(seconds(1));
  ASSERT_TRUE((*store)->measurements().put({second}));
  EXPECT_EQ((*store)->measurements().by_id(second.measurement.id)->measurement, second.measurement);
  EXPECT_NE((*store)->measurements().by_id(second.measurement.id)->path_hash,
            (*store)->measurements().by_id(added.measurement.id)->path_hash);
}

TEST_F(SqlStoreTest, epochs_are_the_runs_of_equal_paths_whatever_the_order_of_arrival) {
  for (int round = 0; round < 30; ++round) {
    const auto store = SqlStore::open("sqlite::memory:");
    std::vector<NewMeasurement> in_time;
    std::vector<std::string> expected;
    for (int i = 0, path = -1, count = 0; i < 25; ++i) {
      auto added = samples::plain_trace(random(), samples::start() + seconds(i));
      const auto next = static_cast<int>(random().below(3));
      added.measurement.hops[0].replies[0].from = samples::router(10 + next);
      const auto at = format_rfc3339(added.measurement.started_at);
      count = next == path ? count + 1 : 1;
      const auto first = next == path ? expected.back().substr(0, at.size()) : at;
      if (next == path) expected.pop_back();
      expected.push_back(fmt::format("{}|{}|{}", first, at, count));
      path = next;
      in_time.push_back(added);
    }
    for (std::size_t left = in_time.size(); left > 0; --left) {
      std::swap(in_time[random().below(left)], in_time[left - 1]);
      ASSERT_TRUE((*store)->measurements().put({in_time[left - 1]}));
    }
    ASSERT_EQ(rows(**store, "SELECT first_seen, last_seen, measurement_count FROM path_epochs ORDER BY first_seen", 3),
              expected);
  }
}

TEST_F(SqlStoreTest, epochs_of_measurements_begun_at_one_instant_count_each_once) {
  const auto store = SqlStore::open("sqlite::memory:");
  for (int i = 0; i < 200; ++i) {
    auto added = samples::plain_trace(random(), samples::start() + seconds(random().below(4)));
    added.measurement.hops[0].replies[0].from = samples::router(10 + static_cast<int>(random().below(3)));
    ASSERT_EQ((*store)->measurements().put({added}), 1);
    ASSERT_EQ(rows(**store, "SELECT sum(measurement_count) FROM path_epochs", 1), std::vector{std::to_string(i + 1)});
  }
}

TEST_F(SqlStoreTest, epochs_are_kept_apart_by_vantage_method_and_flow) {
  const auto store = SqlStore::open(url());
  auto elsewhere = annotated_trace(seconds(1));
  elsewhere.measurement.vantage = "cabin";
  auto by_udp = annotated_trace(seconds(2));
  by_udp.measurement.method = Method::udp;
  auto other_flow = annotated_trace(seconds(3));
  other_flow.measurement.flow = 1;
  ASSERT_TRUE((*store)->measurements().put({annotated_trace(seconds(0)), elsewhere, by_udp, other_flow}));
  EXPECT_EQ(rows(**store, "SELECT * FROM path_epochs", 1).size(), 4u);
}

TEST_F(SqlStoreTest, content_that_cannot_be_read_is_an_error_that_names_it) {
  const auto store = SqlStore::open(url());
  const auto added = annotated_trace(seconds(0));
  ASSERT_TRUE((*store)->measurements().put({added}));
  const auto target = (*store)->targets().put({.address = samples::host(1), .name = "x"});
  const auto write = [&](std::string_view sql) {
    ASSERT_TRUE((*store)->database()->write([&](Database& writer) { return writer.execute(sql); }));
  };
  write("UPDATE measurements SET detail = '{\"colour\":1}'");
  auto read = (*store)->measurements().by_id(added.measurement.id);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::internal);
  EXPECT_NE(read.error().message.find(added.measurement.id.to_string()), std::string::npos);
  write("UPDATE path_annotations SET annotation = 'none'");
  EXPECT_EQ((*store)->measurements().list({}).error().kind, ErrorKind::internal);
  write("UPDATE targets SET labels = '[1]'");
  EXPECT_EQ((*store)->targets().by_id(target->id).error().kind, ErrorKind::internal);
  write("UPDATE address_facts SET prefix = 'all'");
  EXPECT_EQ((*store)->measurements().facts({samples::router(1)}).error().kind, ErrorKind::internal);
}

TEST_F(SqlStoreTest, threads_may_store_and_read_at_once) {
  const auto store = SqlStore::open(url());
  ASSERT_TRUE(store);
  auto& measurements = (*store)->measurements();
  constexpr int writers = 3;
  constexpr int each = 20;
  {
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < writers; ++writer)
      threads.emplace_back([&measurements, writer] {
        Random own(100 + static_cast<std::uint64_t>(writer));
        for (int i = 0; i < each; ++i)
          EXPECT_EQ(measurements.put({samples::plain_trace(own, samples::start() + seconds(i))}), 1);
      });
    threads.emplace_back([&measurements](const std::stop_token& stop) {
      while (!stop.stop_requested()) EXPECT_TRUE(measurements.list({.limit = 5}));
    });
    for (std::size_t i = 0; i < writers; ++i) threads[i].join();
  }
  EXPECT_EQ(measurements.count(), writers * each);
}

TEST_F(SqlStoreTest, a_full_disk_stores_nothing_by_halves_and_passes) {
  const auto store = SqlStore::open(url());
  const auto set_most_pages = [&](std::string_view sql) {
    ASSERT_TRUE((*store)->database()->write([&](Database& writer) -> Result<int> {
      TRY(writer.script(sql));
      return 1;
    }));
  };
  set_most_pages("PRAGMA max_page_count = 1");  // no less than it has
  std::vector<NewMeasurement> batch;
  int stored = 0;
  Result<int> put = 0;
  for (int i = 0; i < 1'000 && put; ++i) {
    batch.clear();
    for (int j = 0; j < 7; ++j) batch.push_back(annotated_trace(seconds(7 * i + j)));
    put = (*store)->measurements().put(batch);
    if (put) stored += *put;
  }
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().kind, ErrorKind::exhausted);
  EXPECT_EQ(stored % 7, 0);
  EXPECT_EQ(rows(**store, "SELECT count(*) FROM measurements", 1), std::vector{std::to_string(stored)});
  EXPECT_EQ(rows(**store, "SELECT observed_count FROM as_links", 1), std::vector{std::to_string(stored)});
  EXPECT_EQ((*store)->measurements().count(), stored);
  EXPECT_EQ((*store)->measurements().by_id(batch[0].measurement.id).error().kind, ErrorKind::not_found);
  set_most_pages("PRAGMA max_page_count = 100000");
  EXPECT_EQ((*store)->measurements().put(batch), 7);
  EXPECT_EQ(rows(**store, "PRAGMA integrity_check", 1), std::vector<std::string>{"ok"});
}

}  // namespace
}  // namespace cw::store
