#include "model/settings.hpp"

#include <gtest/gtest.h>

namespace cw {
namespace {

TEST(Settings, every_default_is_within_the_bounds_of_its_own_row) {
  for (const auto& row : settings_table())
    EXPECT_TRUE(Settings{}.set(row.key, row.standard, SettingOrigin::file)) << row.key;
}

TEST(Settings, every_row_says_what_it_is_for_and_belongs_to_a_table) {
  for (const auto& row : settings_table()) {
    EXPECT_NE(row.key.find('.'), std::string_view::npos) << row.key;
    EXPECT_GT(row.help.size(), 15u) << row.key;
    EXPECT_NE(row.help.back(), '.') << row.key;
  }
}

TEST(Settings, an_unknown_key_is_refused_with_the_nearest_name) {
  const auto refused = Settings{}.set("listen.prot", "1", SettingOrigin::file);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
  EXPECT_NE(refused.error().message.find("did you mean listen.port?"), std::string::npos) << refused.error().message;
}

TEST(Settings, a_number_outside_its_bounds_is_refused_with_the_bounds) {
  Settings settings;
  for (const auto* text : {"65536", "-1", "80 ", "eighty", "", "1e3", "99999999999999999999"}) {
    const auto refused = settings.set("listen.port", text, SettingOrigin::file);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
    EXPECT_NE(refused.error().message.find("from 0 to 65535"), std::string::npos);
  }
  EXPECT_EQ(settings.whole_number("listen.port"), 8480);
}

TEST(Settings, a_value_keeps_where_it_came_from) {
  Settings settings;
  EXPECT_EQ(settings.origin("listen.port"), SettingOrigin::standard);
  ASSERT_TRUE(settings.set("listen.port", "81", SettingOrigin::environment));
  EXPECT_EQ(settings.origin("listen.port"), SettingOrigin::environment);
  EXPECT_EQ(settings.whole_number("listen.port"), 81);
}

TEST(Settings, lists_are_read_entry_by_entry) {
  Settings settings;
  ASSERT_TRUE(settings.set("policy.allowed", "192.168.1.0/24, fd00::/8", SettingOrigin::file));
  const auto prefixes = settings.prefixes("policy.allowed");
  ASSERT_EQ(prefixes.size(), 2u);
  EXPECT_EQ(prefixes[1].to_string(), "fd00::/8");
  EXPECT_FALSE(settings.set("policy.allowed", "192.168.1.7/24", SettingOrigin::file));
  ASSERT_TRUE(settings.set("node.roles", "api, worker", SettingOrigin::file));
  EXPECT_EQ(settings.words("node.roles"), (std::vector<std::string>{"api", "worker"}));
  EXPECT_FALSE(settings.set("node.roles", "api,cook", SettingOrigin::file));
  EXPECT_FALSE(settings.set("node.roles", "", SettingOrigin::file));
}

TEST(Settings, a_choice_takes_exactly_one_of_its_words) {
  Settings settings;
  EXPECT_TRUE(settings.set("log.level", "debug", SettingOrigin::file));
  EXPECT_FALSE(settings.set("log.level", "debug,info", SettingOrigin::file));
  EXPECT_FALSE(settings.set("log.level", "loud", SettingOrigin::file));
}

TEST(Settings, a_text_with_a_bound_takes_that_many_printable_characters_and_no_others) {
  Settings settings;
  EXPECT_TRUE(settings.set("probe.identity", std::string(64, 'x'), SettingOrigin::file));
  for (const auto& text :
       {std::string(65, 'x'), std::string("z\xc3\xbcrich"), std::string("a\nb"), std::string(1, '\0')})
    EXPECT_EQ(settings.set("probe.identity", text, SettingOrigin::file).error().kind, ErrorKind::invalid) << text;
}

TEST(Settings, a_source_address_is_one_of_its_family_or_none) {
  Settings settings;
  EXPECT_FALSE(settings.address("probe.source_v4"));
  ASSERT_TRUE(settings.set("probe.source_v4", "192.0.2.1", SettingOrigin::file));
  EXPECT_EQ(settings.address("probe.source_v4"), IpAddress::v4(0xc0000201));
  EXPECT_FALSE(settings.set("probe.source_v4", "2001:db8::1", SettingOrigin::file));
  EXPECT_FALSE(settings.set("probe.source_v6", "192.0.2.1", SettingOrigin::file));
  EXPECT_FALSE(settings.set("probe.source_v6", "here", SettingOrigin::file));
}

TEST(Settings, a_prober_is_one_of_those_that_a_node_may_have) {
  for (const auto* name : {"native", "scamper", "mtr", "traceroute", "ping", "nping"})
    EXPECT_TRUE(check_prober_name(name)) << name;
  for (const auto* name : {"", "tracert", "native,mtr"}) EXPECT_FALSE(check_prober_name(name)) << name;
}

TEST(Settings, the_environment_name_is_made_from_the_key) {
  EXPECT_EQ(environment_name(*find_setting("listen.port")), "CYBERWATCH_LISTEN_PORT");
}

TEST(Settings, the_sample_file_shows_every_row_commented_out) {
  const auto sample = sample_settings_file();
  for (const auto& row : settings_table()) {
    EXPECT_NE(sample.find(row.help), std::string::npos) << row.key;
    const auto name = row.key.substr(row.key.find('.') + 1);
    EXPECT_NE(sample.find("\n# " + std::string(name) + " = "), std::string::npos) << row.key;
  }
}

}  // namespace
}  // namespace cw
