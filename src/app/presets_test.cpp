#include "app/presets.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/ip_address.hpp"
#include "rules/schedule/target_policy.hpp"

namespace cw::app {
namespace {

TEST(Presets, every_target_is_a_canonical_address_that_may_be_measured_and_occurs_once) {
  for (const auto& preset : presets()) {
    std::set<IpAddress> seen;
    for (const auto& target : preset.targets) {
      const auto address = IpAddress::parse(target.address);
      ASSERT_TRUE(address) << target.address;
      EXPECT_EQ(address->to_string(), target.address);
      EXPECT_TRUE(schedule::check_target({}, *address)) << target.address;
      EXPECT_TRUE(seen.insert(*address).second) << target.address;
      EXPECT_FALSE(target.name.empty());
    }
  }
}

TEST(Presets, the_root_servers_are_thirteen_names_with_an_address_of_each_family) {
  std::map<std::string_view, std::set<Family>> families;
  for (const auto& target : find_preset("root-servers")->targets)
    families[target.name].insert(IpAddress::parse(target.address)->family());
  EXPECT_EQ(families.size(), 13u);
  for (const auto& [name, both] : families) EXPECT_EQ(both.size(), 2u) << name;
}

TEST(Presets, an_unknown_name_is_no_preset) { EXPECT_EQ(find_preset("everything"), nullptr); }

}  // namespace
}  // namespace cw::app
