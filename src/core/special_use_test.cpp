#include "core/special_use.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "core/text.hpp"

namespace cw {
namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

std::string_view name_of(std::string_view text) {
  const SpecialUse* found = special_use(address(text));
  return found == nullptr ? "" : found->name;
}

// Rows of a registry file: prefix, name, reference, globally reachable.
std::vector<std::vector<std::string>> rows(const std::string& file) {
  std::ifstream in(std::string(CW_SOURCE_DIR "/testdata/iana/") + file);
  std::vector<std::vector<std::string>> all;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    auto& row = all.emplace_back();
    for (const auto field : split(line, ',')) row.emplace_back(field);
  }
  return all;
}

// "RFC 1918" as the file has it
std::string without_space(std::string_view text) {
  std::string joined(text);
  std::erase(joined, ' ');
  return joined;
}

void expect_every_row_is_held(const std::string& file) {
  const auto expected = rows(file);
  ASSERT_GT(expected.size(), 20u);
  for (const auto& row : expected) {
    if (row[0] == "::ffff:0:0/96") continue;  // IPv4, as addresses are kept here
    const auto prefix = Prefix::parse(row[0]);
    ASSERT_TRUE(prefix) << row[0];
    const SpecialUse* found = nullptr;
    for (const SpecialUse& entry : special_use_registry())
      if (entry.prefix == *prefix) found = &entry;
    ASSERT_NE(found, nullptr) << row[0];
    EXPECT_EQ(found->globally_reachable, row[3] == "T") << row[0];
    EXPECT_EQ(without_space(found->reference), row[2]) << row[0];
  }
}

TEST(SpecialUse, every_ipv4_row_of_the_registry_is_held) { expect_every_row_is_held("iana-special-ipv4.csv"); }
TEST(SpecialUse, every_ipv6_row_of_the_registry_is_held) { expect_every_row_is_held("iana-special-ipv6.csv"); }

TEST(SpecialUse, nothing_else_is_held) {
  EXPECT_EQ(special_use_registry().size(),
            rows("iana-special-ipv4.csv").size() + rows("iana-special-ipv6.csv").size() - 1);
}

TEST(SpecialUse, the_most_specific_entry_wins) {
  EXPECT_EQ(name_of("192.0.0.9"), "Port Control Protocol Anycast");
  EXPECT_TRUE(special_use(address("192.0.0.9"))->globally_reachable);
  EXPECT_EQ(name_of("192.0.0.7"), "IPv4 Service Continuity Prefix");
  EXPECT_EQ(name_of("192.0.0.99"), "IETF Protocol Assignments");
  EXPECT_EQ(name_of("0.0.0.0"), "This host on this network");
  EXPECT_EQ(name_of("255.255.255.255"), "Limited Broadcast");
  EXPECT_EQ(name_of("::1"), "Loopback Address");
  EXPECT_EQ(name_of("::2"), "IPv4-compatible (deprecated)");
  EXPECT_EQ(name_of("2001:0:1::1"), "TEREDO");
  EXPECT_EQ(name_of("2001:5::1"), "IETF Protocol Assignments");
}

TEST(SpecialUse, blocks_end_where_they_should) {
  EXPECT_EQ(name_of("9.255.255.255"), "");
  EXPECT_EQ(name_of("10.0.0.0"), "Private-Use");
  EXPECT_EQ(name_of("10.255.255.255"), "Private-Use");
  EXPECT_EQ(name_of("11.0.0.0"), "");
  EXPECT_EQ(name_of("100.63.255.255"), "");
  EXPECT_EQ(name_of("100.127.255.255"), "Shared Address Space");
  EXPECT_EQ(name_of("172.32.0.0"), "");
  EXPECT_EQ(name_of("223.255.255.255"), "");
  EXPECT_EQ(name_of("239.1.2.3"), "Multicast");
  EXPECT_EQ(name_of("3fff:fff::1"), "Documentation");
  EXPECT_EQ(name_of("3fff:1000::1"), "");
  EXPECT_EQ(name_of("fdff::1"), "Unique-Local");
  EXPECT_EQ(name_of("febf::1"), "Link-Local Unicast");
  EXPECT_EQ(name_of("ff02::1"), "Multicast");
}

TEST(SpecialUse, ordinary_addresses_are_not_special) {
  for (const auto* text : {"1.1.1.1", "8.8.8.8", "193.0.6.139", "2606:4700:4700::1111", "2001:4860:4860::8888"})
    EXPECT_EQ(special_use(address(text)), nullptr) << text;
}

TEST(SpecialUse, a_v4_mapped_address_is_judged_as_ipv4) {
  EXPECT_EQ(name_of("::ffff:192.168.1.1"), "Private-Use");
  EXPECT_EQ(name_of("::ffff:1.1.1.1"), "");
}

}  // namespace
}  // namespace cw
