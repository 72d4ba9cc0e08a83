#include "core/prefix.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cw {
namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }
Prefix prefix(std::string_view text) { return Prefix::parse(text).value(); }

TEST(Prefix, is_read_and_written_in_cidr_form) {
  for (const auto* text : {"192.0.2.0/24", "0.0.0.0/0", "192.0.2.1/32", "2001:db8::/32", "::/0", "2001:db8::1/128"})
    EXPECT_EQ(prefix(text).to_string(), text);
  EXPECT_EQ(prefix("2001:0DB8:0::/32").to_string(), "2001:db8::/32");
}

TEST(Prefix, malformed_prefixes_are_refused) {
  for (const auto* text : {"", "/", "192.0.2.0", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+24",
                           "192.0.2.0/024", "192.0.2.0/ 24", "192.0.2.0/24/24", "2001:db8::/129", "/24", "x/24",
                           "192.0.2.0/255.255.255.0", "192.0.2.0/99999999999"})
    EXPECT_FALSE(Prefix::parse(text)) << text;
}

TEST(Prefix, host_bits_are_refused_with_the_prefix_that_was_meant) {
  const auto error = Prefix::parse("192.0.2.77/24").error();
  EXPECT_EQ(error.kind, ErrorKind::invalid);
  EXPECT_EQ(error.message, "\"192.0.2.77/24\" has host bits set: did you mean 192.0.2.0/24?");
  EXPECT_NE(Prefix::parse("2001:db8::1/32").error().message.find("2001:db8::/32"), std::string::npos);
}

TEST(Prefix, a_v4_mapped_prefix_is_the_ipv4_prefix) {
  EXPECT_EQ(prefix("::ffff:192.0.2.0/120"), prefix("192.0.2.0/24"));
  EXPECT_EQ(prefix("::ffff:0:0/96"), prefix("0.0.0.0/0"));
  EXPECT_FALSE(Prefix::parse("::ffff:192.0.2.0/24"));
}

TEST(Prefix, around_an_address_cuts_its_host_bits) {
  EXPECT_EQ(Prefix::around(address("192.0.2.77"), 24), prefix("192.0.2.0/24"));
  EXPECT_EQ(Prefix::around(address("192.0.2.77"), 31), prefix("192.0.2.76/31"));
  EXPECT_EQ(Prefix::around(address("192.0.2.77"), 0), prefix("0.0.0.0/0"));
  EXPECT_EQ(Prefix::around(address("192.0.2.77"), 64), prefix("192.0.2.77/32"));
  EXPECT_EQ(Prefix::around(address("192.0.2.77"), -1), prefix("0.0.0.0/0"));
  EXPECT_EQ(Prefix::around(address("2001:db8:ffff::1"), 33), prefix("2001:db8:8000::/33"));
}

TEST(Prefix, contains_what_shares_its_bits) {
  EXPECT_TRUE(prefix("192.0.2.0/24").contains(address("192.0.2.255")));
  EXPECT_FALSE(prefix("192.0.2.0/24").contains(address("192.0.3.0")));
  EXPECT_TRUE(prefix("192.0.2.128/25").contains(address("192.0.2.128")));
  EXPECT_FALSE(prefix("192.0.2.128/25").contains(address("192.0.2.127")));
  EXPECT_TRUE(prefix("2001:db8::/33").contains(address("2001:db8:7fff::")));
  EXPECT_FALSE(prefix("2001:db8::/33").contains(address("2001:db8:8000::")));
}

TEST(Prefix, everything_of_one_family_is_nothing_of_the_other) {
  EXPECT_FALSE(prefix("::/0").contains(address("192.0.2.1")));
  EXPECT_FALSE(prefix("0.0.0.0/0").contains(address("2001:db8::1")));
  EXPECT_FALSE(prefix("::/0").contains(prefix("192.0.2.0/24")));
}

TEST(Prefix, contains_itself_and_its_parts_but_not_what_holds_it) {
  EXPECT_TRUE(prefix("192.0.2.0/24").contains(prefix("192.0.2.0/24")));
  EXPECT_TRUE(prefix("192.0.2.0/24").contains(prefix("192.0.2.128/25")));
  EXPECT_FALSE(prefix("192.0.2.0/24").contains(prefix("192.0.0.0/16")));
}

TEST(Prefix, its_last_address_has_all_host_bits_set) {
  EXPECT_EQ(prefix("192.0.2.0/24").last(), address("192.0.2.255"));
  EXPECT_EQ(prefix("192.0.2.7/32").last(), address("192.0.2.7"));
  EXPECT_EQ(prefix("0.0.0.0/0").last(), address("255.255.255.255"));
  EXPECT_EQ(prefix("2001:db8::/33").last(), address("2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"));
}

}  // namespace
}  // namespace cw
