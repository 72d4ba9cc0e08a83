#include "ports/store/settings_store_conformance.hpp"

#include "ports/store/sample_measurements.hpp"

namespace cw::store {
namespace {

using std::chrono::seconds;

TEST_P(SettingsStoreConformance, a_setting_that_was_never_set_is_not_found) {
  EXPECT_EQ(store().get("worker_settings").error().kind, ErrorKind::not_found);
  EXPECT_EQ(store().history("worker_settings", 10)->size(), 0u);
}

TEST_P(SettingsStoreConformance, a_setting_reads_back_as_it_was_set) {
  const std::string json = R"({"rate_limit_per_minute": 30, "note": "zürich"})";
  ASSERT_TRUE(store().set("worker_settings", json, "owner", samples::start()));
  EXPECT_EQ(store().get("worker_settings"), json);
}

TEST_P(SettingsStoreConformance, what_is_not_json_is_invalid_and_changes_nothing) {
  ASSERT_TRUE(store().set("a", "1", "owner", samples::start()));
  for (const auto* text : {"", "{", "rate=5", "1 2"})
    EXPECT_EQ(store().set("a", text, "owner", samples::start()).error().kind, ErrorKind::invalid) << text;
  EXPECT_EQ(store().get("a"), "1");
  EXPECT_EQ(store().history("a", 10)->size(), 1u);
}

TEST_P(SettingsStoreConformance, every_change_is_kept_with_who_when_and_what_newest_first) {
  ASSERT_TRUE(store().set("a", "1", "owner", samples::start()));
  ASSERT_TRUE(store().set("b", "true", "owner", samples::start()));
  ASSERT_TRUE(store().set("a", "2", "api", samples::start() + seconds(1)));
  const auto history = store().history("a", 10);
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 2u);
  EXPECT_EQ(history->at(0).key, "a");
  EXPECT_EQ(history->at(0).before, "1");
  EXPECT_EQ(history->at(0).after, "2");
  EXPECT_EQ(history->at(0).changed_by, "api");
  EXPECT_EQ(history->at(0).changed_at, samples::start() + seconds(1));
  EXPECT_EQ(history->at(1).before, "");
  EXPECT_EQ(history->at(1).after, "1");
  EXPECT_EQ(store().history("a", 1)->size(), 1u);
}

TEST_P(SettingsStoreConformance, setting_the_same_again_is_no_change) {
  ASSERT_TRUE(store().set("a", "1", "owner", samples::start()));
  ASSERT_TRUE(store().set("a", "1", "api", samples::start() + seconds(1)));
  EXPECT_EQ(store().history("a", 10)->size(), 1u);
}

}  // namespace
}  // namespace cw::store
