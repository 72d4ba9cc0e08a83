#include "platform/migrations.hpp"

#include <gtest/gtest.h>

#include <array>

#include "platform/database_reading.hpp"
#include "platform/sqlite_database.hpp"

namespace cw::platform {
namespace {

constexpr std::array plants{
    Migration{1, "0001_trees.sql", "CREATE TABLE trees (id INTEGER)"},
    Migration{2, "0002_herbs.sql", "CREATE TABLE herbs (id INTEGER); INSERT INTO herbs VALUES (1)"},
};

std::shared_ptr<SharedDatabase> in_memory() { return open_sqlite("sqlite::memory:")->database; }

Result<int> version_of(SharedDatabase& database, std::string_view component) {
  return database.read([&](Database& reader) { return schema_version(reader, component); });
}

Result<std::int64_t> count(SharedDatabase& database, std::string_view sql) {
  return database.read([&](Database& reader) { return select_integer(reader, sql); });
}

TEST(Migrations, are_applied_once_and_in_order) {
  const auto database = in_memory();
  ASSERT_TRUE(migrate(*database, "plants", std::span(plants).first(1)));
  EXPECT_EQ(version_of(*database, "plants"), 1);
  ASSERT_TRUE(migrate(*database, "plants", plants));
  ASSERT_TRUE(migrate(*database, "plants", plants));
  EXPECT_EQ(version_of(*database, "plants"), 2);
  EXPECT_EQ(count(*database, "SELECT count(*) FROM herbs"), 1);
  EXPECT_EQ(count(*database, "SELECT count(*) FROM schema_migrations"), 2);
}

TEST(Migrations, of_two_components_are_counted_apart) {
  const auto database = in_memory();
  ASSERT_TRUE(migrate(*database, "plants", plants));
  EXPECT_EQ(version_of(*database, "animals"), 0);
  constexpr std::array animals{Migration{1, "0001_cats.sql", "CREATE TABLE cats (id INTEGER)"}};
  ASSERT_TRUE(migrate(*database, "animals", animals));
  EXPECT_EQ(version_of(*database, "animals"), 1);
  EXPECT_EQ(version_of(*database, "plants"), 2);
}

TEST(Migrations, a_newer_database_is_refused_and_left_alone) {
  const auto database = in_memory();
  ASSERT_TRUE(migrate(*database, "plants", plants));
  const auto older = migrate(*database, "plants", std::span(plants).first(1));
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().kind, ErrorKind::unsupported);
  EXPECT_EQ(older.error().message,
            "memory was written by a newer cyberwatch (plants schema 2, this one knows 1): upgrade this program");
  EXPECT_EQ(version_of(*database, "plants"), 2);
}

TEST(Migrations, one_that_fails_leaves_nothing_of_itself) {
  const auto database = in_memory();
  constexpr std::array broken{plants[0], Migration{2, "0002_broken.sql", "CREATE TABLE herbs (id INTEGER); GARDEN"}};
  const auto failed = migrate(*database, "plants", broken);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("0002_broken.sql"), std::string::npos);
  EXPECT_EQ(version_of(*database, "plants"), 1);
  EXPECT_EQ(count(*database, "SELECT count(*) FROM sqlite_schema WHERE name = 'herbs'"), 0);
  ASSERT_TRUE(migrate(*database, "plants", plants));
  EXPECT_EQ(version_of(*database, "plants"), 2);
}

}  // namespace
}  // namespace cw::platform
