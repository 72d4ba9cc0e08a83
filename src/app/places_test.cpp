#include "app/places.hpp"

#include <gtest/gtest.h>

namespace cw::app {
namespace {

TEST(Places, the_store_of_root_is_the_systems_and_that_of_a_user_their_own) {
  EXPECT_EQ(standard_store(true, "/root", "/root/state"), "/var/lib/cyberwatch/cyberwatch.db");
  EXPECT_EQ(standard_store(false, "/home/ann", ""), "/home/ann/.local/state/cyberwatch/cyberwatch.db");
  EXPECT_EQ(standard_store(false, "/home/ann", "/home/ann/state"), "/home/ann/state/cyberwatch/cyberwatch.db");
  EXPECT_EQ(standard_store(false, "/home/ann", "state"), "/home/ann/.local/state/cyberwatch/cyberwatch.db");
}

TEST(Places, a_store_that_is_named_is_the_one) {
  Settings settings;
  ASSERT_TRUE(settings.set("store.url", "sqlite:///srv/a.db", SettingOrigin::file));
  EXPECT_EQ(store_url(settings), "sqlite:///srv/a.db");
}

TEST(Places, a_path_that_is_set_must_exist_and_is_not_looked_for_elsewhere) {
  Settings settings;
  ASSERT_TRUE(settings.set("data.ip_to_asn", "/nowhere/table", SettingOrigin::file));
  const auto missing = find_table(settings);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "data.ip_to_asn names /nowhere/table, which does not exist");
  ASSERT_TRUE(settings.set("data.ip_to_asn", "/proc/self/exe", SettingOrigin::file));
  EXPECT_EQ(find_table(settings)->string(), "/proc/self/exe");
}

TEST(Places, the_binary_folder_exists) { EXPECT_TRUE(std::filesystem::is_directory(binary_folder())); }

}  // namespace
}  // namespace cw::app
