#include "ports/store/sql/crossings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "platform/database_reading.hpp"
#include "platform/migrations.hpp"
#include "ports/store/sample_measurements.hpp"
#include "ports/store/sql/sql_store.hpp"

namespace cw::store {

std::span<const platform::Migration> store_migrations();

namespace {

using platform::Database;

std::vector<Uuid> found(SqlStore& store, const IpAddress& address) {
  const auto summaries = store.measurements().crossing({.address = address});
  EXPECT_TRUE(summaries) << summaries.error().message;
  std::vector<Uuid> ids;
  for (const auto& summary : *summaries) ids.push_back(summary.id);
  return ids;
}

TEST(Crossings, what_was_stored_before_addresses_were_kept_is_found_as_well) {
  const auto store = SqlStore::open("sqlite::memory:").value();
  Random random(1);
  auto added = samples::plain_trace(random, samples::start());
  added.measurement.hops[0].replies.push_back(
      samples::reply_from(samples::router(7), std::chrono::microseconds(500), 11));
  ASSERT_TRUE(store->measurements().put({added}));
  const auto migrations = store_migrations();
  const auto crossings = std::ranges::find_if(
      migrations, [](const auto& migration) { return migration.name.ends_with("_crossings.sql"); });
  ASSERT_NE(crossings, migrations.end());
  // As the database was before that step.
  ASSERT_TRUE(store->database()->write([&](Database& database) -> Result<> {
    TRY(database.script("DROP TABLE path_addresses; DROP TABLE other_senders; DROP INDEX measurements_by_path"));
    return database.script(crossings->sql);
  }));
  for (const auto& address : {samples::router(1), samples::router(2), samples::router(7)})
    EXPECT_EQ(found(*store, address), std::vector{added.measurement.id}) << address.to_string();
  EXPECT_TRUE(found(*store, samples::host(1)).empty()) << "its own measurement";
}

TEST(Crossings, an_address_is_kept_once_for_a_path_and_for_no_repeat_of_it) {
  const auto store = SqlStore::open("sqlite::memory:").value();
  Random random(1);
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(store->measurements().put({samples::plain_trace(random, samples::start() + std::chrono::seconds(i))}));
  const auto count = [&](std::string_view sql) {
    return store->database()->read([&](Database& database) { return platform::select_integer(database, sql); });
  };
  EXPECT_EQ(count("SELECT count(*) FROM path_addresses"), 3) << "two routers and the destination";
  EXPECT_EQ(count("SELECT count(*) FROM other_senders"), 0);
}

}  // namespace
}  // namespace cw::store
