#include "roles/worker/worker_settings.hpp"

#include <gtest/gtest.h>

namespace cw::roles {
namespace {

TEST(WorkerSettings, the_defaults_are_those_of_the_table) {
  EXPECT_EQ(worker_settings_of(Settings{}), WorkerSettings{});
}

TEST(WorkerSettings, what_is_written_reads_back_the_same) {
  const WorkerSettings written{.rate_limit_per_minute = 600,
                               .max_concurrent_traceroutes = 50,
                               .worker_count = 7,
                               .destination_spacing = std::chrono::seconds(3),
                               .network_spacing = std::chrono::milliseconds(20),
                               .longest_backoff = std::chrono::seconds(0)};
  Settings settings;
  ASSERT_TRUE(apply_worker_settings(settings, to_json(written)));
  EXPECT_EQ(worker_settings_of(settings), written);
  EXPECT_EQ(settings.origin("worker.rate_limit_per_minute"), SettingOrigin::store);
}

TEST(WorkerSettings, a_member_that_is_not_named_keeps_its_value) {
  Settings settings;
  ASSERT_TRUE(apply_worker_settings(settings, R"({"rate_limit_per_minute":7,"colour":"blue"})"));
  EXPECT_EQ(worker_settings_of(settings),
            (WorkerSettings{.rate_limit_per_minute = 7, .max_concurrent_traceroutes = 5}));
}

TEST(WorkerSettings, what_is_out_of_bounds_changes_nothing_at_all) {
  for (const auto* json :
       {R"({"rate_limit_per_minute":7,"max_concurrent_traceroutes":0})", R"({"rate_limit_per_minute":-1})",
        R"({"rate_limit_per_minute":"7"})", R"({"rate_limit_per_minute":1.5})", R"({"rate_limit_per_minute":null})",
        "[]", "7", "", "{"}) {
    Settings settings;
    const auto refused = apply_worker_settings(settings, json);
    ASSERT_FALSE(refused) << json;
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid) << json;
    EXPECT_EQ(worker_settings_of(settings), WorkerSettings{}) << json;
  }
}

}  // namespace
}  // namespace cw::roles
