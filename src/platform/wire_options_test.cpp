#include "platform/wire_options.hpp"

#include <gtest/gtest.h>

namespace cw::platform {
namespace {

TEST(WireOptions, nothing_chosen_is_right) { EXPECT_TRUE(check({})); }

TEST(WireOptions, the_loopback_is_everybodys) {
  EXPECT_TRUE(check({.source_v4 = IpAddress::v4(0x7f000001), .interface = "lo"}));
}

TEST(WireOptions, a_foreign_source_is_refused) {
  const auto checked = check({.source_v4 = IpAddress::v4(0xc0000263)});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, ErrorKind::invalid);
  EXPECT_TRUE(checked.error().message.starts_with("192.0.2.99 is no address of this machine"))
      << checked.error().message;
}

TEST(WireOptions, a_source_of_the_other_family_is_refused) {
  const auto checked = check({.source_v4 = *IpAddress::parse("::1")});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message, "::1 is not an IPv4 source address");
}

TEST(WireOptions, an_unknown_interface_is_refused_with_those_there_are) {
  const auto checked = check({.interface = "nosuch0"});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, ErrorKind::invalid);
  EXPECT_TRUE(checked.error().message.starts_with("there is no interface nosuch0; there are: "))
      << checked.error().message;
  EXPECT_NE(checked.error().message.find("lo"), std::string::npos);
}

}  // namespace
}  // namespace cw::platform
