#include "core/ip_address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>
#include <utility>

namespace cw {
namespace {

std::string canonical(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address ? address->to_string() : "refused";
}

TEST(IpAddress, ipv4_is_read_and_written_as_a_dotted_quad) {
  EXPECT_EQ(canonical("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(canonical("0.0.0.0"), "0.0.0.0");
  EXPECT_EQ(canonical("255.255.255.255"), "255.255.255.255");
  EXPECT_EQ(IpAddress::parse("192.0.2.1")->v4_value(), 0xc0000201U);
}

TEST(IpAddress, ipv4_has_no_leading_zeros_no_short_forms_and_no_other_base) {
  for (const auto* text : {"192.0.2.01", "192.0.2.010", "192.0.2", "192.2", "3221225985", "0xc0.0.2.1", "192.0.2.256",
                           "192.0.2.1.", ".192.0.2.1", "192..2.1", "192.0.2.1.1", "+1.0.2.1", "-1.0.2.1", "1.2.3.1000"})
    EXPECT_EQ(canonical(text), "refused") << text;
}

// The examples and rules of RFC 5952, sections 4 and 5.
TEST(IpAddress, ipv6_is_written_as_rfc_5952_wants_it) {
  const std::pair<const char*, const char*> cases[] = {
      {"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
      {"2001:DB8::ABCD", "2001:db8::abcd"},
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"1:0:0:2:3:4:0:0", "1::2:3:4:0:0"},
      {"::", "::"},
      {"::1", "::1"},
      {"0:0:0:0:0:0:0:1", "::1"},
      {"1::", "1::"},
      {"fe80::", "fe80::"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
      {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
      {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(canonical(text), expected) << text;
}

TEST(IpAddress, malformed_ipv6_is_refused) {
  for (const auto* text : {"",
                           ":",
                           ":::",
                           "1",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1::2::3",
                           "::1:",
                           ":1:2:3:4:5:6:7:8",
                           "1:2:3:4:5:6:7:8::",
                           "12345::",
                           "g::",
                           "fe80::1%eth0",
                           "[::1]",
                           "::1/128",
                           " ::1",
                           "::1 ",
                           "1:2:3:4:5:6:7:192.0.2.1",
                           "192.0.2.1::",
                           "::192.0.2.1:1",
                           "::192.0.2",
                           "::192.0.2.01",
                           "1:2:3:4::5:6:7:8"})
    EXPECT_EQ(canonical(text), "refused") << text;
  EXPECT_EQ(canonical(std::string(10'000, ':')), "refused");
  EXPECT_EQ(canonical(std::string_view("192.0.2.1\0", 10)), "refused");
}

TEST(IpAddress, a_refused_address_is_named_in_one_printable_line) {
  const auto error = IpAddress::parse("exa\nmple").error();
  EXPECT_EQ(error.kind, ErrorKind::invalid);
  EXPECT_EQ(error.message, "\"exa\\x0ample\" is not an IPv4 or IPv6 address");
}

TEST(IpAddress, a_v4_mapped_address_is_the_ipv4_address) {
  const auto mapped = IpAddress::parse("::ffff:192.0.2.1");
  EXPECT_EQ(*mapped, *IpAddress::parse("192.0.2.1"));
  EXPECT_EQ(*mapped, *IpAddress::parse("::FFFF:c000:0201"));
  EXPECT_EQ(*mapped, IpAddress::v4(0xc0000201));
  EXPECT_TRUE(mapped->is_v4());
  EXPECT_EQ(mapped->to_string(), "192.0.2.1");
  EXPECT_EQ(mapped->bit_width(), 32);
}

TEST(IpAddress, families_are_told_apart) {
  EXPECT_EQ(IpAddress::parse("192.0.2.1")->family(), Family::v4);
  EXPECT_EQ(IpAddress::parse("::192.0.2.1")->family(), Family::v6);
  EXPECT_EQ(IpAddress::parse("::fffe:192.0.2.1")->family(), Family::v6);
  EXPECT_EQ(IpAddress::parse("1::ffff:192.0.2.1")->family(), Family::v6);
}

TEST(IpAddress, both_families_have_an_unspecified_address) {
  EXPECT_TRUE(IpAddress().is_unspecified());
  EXPECT_TRUE(IpAddress::v4(0).is_unspecified());
  EXPECT_FALSE(IpAddress::v4(1).is_unspecified());
  EXPECT_FALSE(IpAddress::parse("::1")->is_unspecified());
}

TEST(IpAddress, addresses_are_ordered_by_their_number) {
  EXPECT_LT(*IpAddress::parse("192.0.2.9"), *IpAddress::parse("192.0.2.10"));
  EXPECT_LT(*IpAddress::parse("192.0.2.1"), *IpAddress::parse("2001:db8::"));
}

TEST(IpAddress, neighbouring_addresses_have_hashes_of_their_own) {
  std::unordered_set<std::size_t> hashes;
  for (std::uint32_t i = 0; i < 65'536; ++i) hashes.insert(std::hash<IpAddress>{}(IpAddress::v4(0xc0000000U + i)));
  EXPECT_EQ(hashes.size(), 65'536U);
  EXPECT_EQ(std::hash<IpAddress>{}(*IpAddress::parse("::ffff:192.0.2.1")),
            std::hash<IpAddress>{}(*IpAddress::parse("192.0.2.1")));
}

}  // namespace
}  // namespace cw
