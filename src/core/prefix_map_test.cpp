#include "core/prefix_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/random.hpp"

namespace cw {
namespace {

Prefix prefix(std::string_view text) { return Prefix::parse(text).value(); }
IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

TEST(PrefixMap, the_longest_prefix_around_an_address_wins) {
  PrefixMap<int> map;
  map.insert(prefix("0.0.0.0/0"), 0);
  map.insert(prefix("192.0.2.0/24"), 24);
  map.insert(prefix("192.0.0.0/16"), 16);
  map.insert(prefix("192.0.2.128/25"), 25);
  map.insert(prefix("192.0.2.129/32"), 32);
  EXPECT_EQ(map.longest_match(address("192.0.2.129"))->value, 32);
  EXPECT_EQ(map.longest_match(address("192.0.2.130"))->value, 25);
  EXPECT_EQ(map.longest_match(address("192.0.2.1"))->value, 24);
  EXPECT_EQ(map.longest_match(address("192.0.3.1"))->value, 16);
  EXPECT_EQ(map.longest_match(address("8.8.8.8"))->value, 0);
  EXPECT_EQ(map.longest_match(address("192.0.2.1"))->prefix, prefix("192.0.2.0/24"));
}

TEST(PrefixMap, an_empty_map_matches_nothing) {
  const PrefixMap<int> map;
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.longest_match(address("192.0.2.1")), nullptr);
  EXPECT_EQ(map.exact(prefix("0.0.0.0/0")), nullptr);
}

TEST(PrefixMap, the_families_do_not_see_each_other) {
  PrefixMap<int> map;
  map.insert(prefix("::/0"), 6);
  EXPECT_EQ(map.longest_match(address("192.0.2.1")), nullptr);
  map.insert(prefix("0.0.0.0/0"), 4);
  EXPECT_EQ(map.longest_match(address("192.0.2.1"))->value, 4);
  EXPECT_EQ(map.longest_match(address("::1"))->value, 6);
}

TEST(PrefixMap, exact_finds_only_what_was_inserted) {
  PrefixMap<int> map;
  map.insert(prefix("2001:db8::/33"), 1);
  map.insert(prefix("2001:db8:8000::/33"), 2);  // the node that joins them is no entry
  EXPECT_EQ(map.exact(prefix("2001:db8::/32")), nullptr);
  EXPECT_EQ(map.exact(prefix("2001:db8::/33"))->value, 1);
  EXPECT_EQ(map.exact(prefix("2001:db8::/34")), nullptr);
  EXPECT_EQ(map.longest_match(address("2001:db9::1")), nullptr);
}

TEST(PrefixMap, inserting_again_replaces_the_value) {
  PrefixMap<std::string> map;
  map.insert(prefix("192.0.2.0/24"), "first");
  map.insert(prefix("192.0.2.0/24"), "second");
  EXPECT_EQ(map.size(), 1u);
  EXPECT_EQ(map.longest_match(address("192.0.2.1"))->value, "second");
}

// Few bits vary, so that prefixes nest and part at every length.
Prefix random_prefix(Random& random) {
  if (random.below(2) == 0) {
    const auto value = static_cast<std::uint32_t>(0xc0000000 | random.below(1 << 14));
    return Prefix::around(IpAddress::v4(value), static_cast<int>(random.below(33)));
  }
  IpAddress::Bytes bytes{0x20, 0x01};
  bytes[7] = static_cast<std::uint8_t>(random.next());
  bytes[8] = static_cast<std::uint8_t>(random.next());
  bytes[15] = static_cast<std::uint8_t>(random.below(8));
  return Prefix::around(IpAddress::v6(bytes), static_cast<int>(random.below(129)));
}

struct RandomMap {
  PrefixMap<int> map;
  std::map<Prefix, int> oracle;

  RandomMap(Random& random, int entries) {
    for (int i = 0; i < entries; ++i) {
      const Prefix prefix = random_prefix(random);
      map.insert(prefix, i);
      oracle[prefix] = i;
    }
  }
  [[nodiscard]] std::optional<int> scan(const IpAddress& wanted) const {
    std::optional<int> value;
    int longest = -1;
    for (const auto& [prefix, entry] : oracle) {
      if (prefix.family() != wanted.family() || !prefix.contains(wanted) || prefix.length() <= longest) continue;
      longest = prefix.length();
      value = entry;
    }
    return value;
  }
};

TEST(PrefixMap, a_linear_scan_finds_the_same_entries) {
  Random random(20260617);
  for (const int entries : {1, 2, 3, 10, 100, 1000}) {
    const RandomMap tried(random, entries);
    ASSERT_EQ(tried.map.size(), tried.oracle.size());
    for (int i = 0; i < 500; ++i) {
      const IpAddress wanted = random_prefix(random).last();
      const auto* found = tried.map.longest_match(wanted);
      const auto expected = tried.scan(wanted);
      ASSERT_EQ(found != nullptr, expected.has_value()) << wanted.to_string();
      if (found != nullptr) {
        ASSERT_EQ(found->value, *expected) << wanted.to_string();
      }
    }
    for (const auto& [prefix, value] : tried.oracle) ASSERT_EQ(tried.map.exact(prefix)->value, value);
  }
}

TEST(PrefixMap, entries_are_visited_in_order) {
  Random random(7);
  const RandomMap tried(random, 500);
  std::vector<Prefix> visited;
  tried.map.for_each([&](const auto& entry) { visited.push_back(entry.prefix); });
  EXPECT_EQ(visited.size(), tried.oracle.size());
  EXPECT_TRUE(std::ranges::is_sorted(
      visited, {}, [](const Prefix& prefix) { return std::pair(prefix.family() == Family::v6, prefix); }));
}

}  // namespace
}  // namespace cw
