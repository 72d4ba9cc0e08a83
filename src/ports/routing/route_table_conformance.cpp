#include "ports/routing/route_table_conformance.hpp"

#include <atomic>
#include <thread>

namespace cw::routing {
namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

ConformanceRoute route(std::string_view prefix, std::uint32_t asn, std::string org_name = "") {
  return {Prefix::parse(prefix).value(), Asn{asn}, std::move(org_name)};
}

// 0: unmapped
std::uint32_t asn_of(const RouteTable& table, std::string_view text) {
  const auto origin = table.origin(address(text));
  return origin ? origin->asn.value : 0;
}

TEST_P(RouteTableConformance, a_prefix_is_mapped_from_its_first_to_its_last_address) {
  const auto table = make({route("9.1.2.0/23", 1111), route("2a00:1:2::/48", 2222)});
  EXPECT_EQ(asn_of(*table, "9.1.1.255"), 0u);
  EXPECT_EQ(asn_of(*table, "9.1.2.0"), 1111u);
  EXPECT_EQ(asn_of(*table, "9.1.2.77"), 1111u);
  EXPECT_EQ(asn_of(*table, "9.1.3.255"), 1111u);
  EXPECT_EQ(asn_of(*table, "9.1.4.0"), 0u);
  EXPECT_EQ(asn_of(*table, "2a00:1:1:ffff:ffff:ffff:ffff:ffff"), 0u);
  EXPECT_EQ(asn_of(*table, "2a00:1:2::"), 2222u);
  EXPECT_EQ(asn_of(*table, "2a00:1:2:ffff:ffff:ffff:ffff:ffff"), 2222u);
  EXPECT_EQ(asn_of(*table, "2a00:1:3::"), 0u);
}

TEST_P(RouteTableConformance, the_narrowest_prefix_around_an_address_wins) {
  const auto table = make({route("9.0.0.0/8", 8), route("9.1.0.0/16", 16), route("9.1.2.3/32", 32),
                           route("2a00::/12", 12), route("2a00:1::/32", 6032), route("2a00:1::5/128", 6128)});
  EXPECT_EQ(asn_of(*table, "9.0.0.1"), 8u);
  EXPECT_EQ(asn_of(*table, "9.1.0.1"), 16u);
  EXPECT_EQ(asn_of(*table, "9.1.2.2"), 16u);
  EXPECT_EQ(asn_of(*table, "9.1.2.3"), 32u);
  EXPECT_EQ(asn_of(*table, "9.1.2.4"), 16u);
  EXPECT_EQ(asn_of(*table, "9.255.255.255"), 8u);
  EXPECT_EQ(asn_of(*table, "2a00:1::4"), 6032u);
  EXPECT_EQ(asn_of(*table, "2a00:1::5"), 6128u);
  EXPECT_EQ(asn_of(*table, "2a00:1::6"), 6032u);
  EXPECT_EQ(asn_of(*table, "2a0f:ffff::"), 12u);
}

TEST_P(RouteTableConformance, the_families_do_not_see_each_other) {
  const auto v4 = make({route("0.0.0.0/0", 4)});
  EXPECT_EQ(asn_of(*v4, "0.0.0.0"), 4u);
  EXPECT_EQ(asn_of(*v4, "255.255.255.255"), 4u);
  EXPECT_EQ(asn_of(*v4, "2a00::1"), 0u);
  EXPECT_EQ(asn_of(*v4, "::fffe:ffff:ffff"), 0u);
  const auto v6 = make({route("::/0", 6)});
  EXPECT_EQ(asn_of(*v6, "::"), 6u);
  EXPECT_EQ(asn_of(*v6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 6u);
  EXPECT_EQ(asn_of(*v6, "9.9.9.9"), 0u);
}

TEST_P(RouteTableConformance, an_empty_table_maps_nothing) {
  const auto table = make({});
  EXPECT_EQ(asn_of(*table, "9.9.9.9"), 0u);
  EXPECT_EQ(asn_of(*table, "2a00::1"), 0u);
  EXPECT_EQ(table->org_name(Asn{1}), "");
}

TEST_P(RouteTableConformance, as_numbers_of_four_octets_are_kept_whole) {
  const auto table = make({route("9.9.9.0/24", 4'199'999'999, "Large")});
  EXPECT_EQ(asn_of(*table, "9.9.9.9"), 4'199'999'999u);
  EXPECT_EQ(table->org_name(Asn{4'199'999'999}), "Large");
}

TEST_P(RouteTableConformance, a_reserved_as_number_is_no_origin) {
  const auto table = make({route("9.0.0.0/8", 3333), route("9.1.0.0/16", 0), route("9.2.0.0/16", 23456),
                           route("9.3.0.0/16", 64512), route("9.4.0.0/16", 65540), route("9.5.0.0/16", 4294967294)});
  for (const auto* text : {"9.1.0.1", "9.2.0.1", "9.3.0.1", "9.4.0.1", "9.5.0.1"})
    EXPECT_EQ(asn_of(*table, text), 0u) << text;
  EXPECT_EQ(asn_of(*table, "9.6.0.1"), 3333u);
}

TEST_P(RouteTableConformance, an_origin_comes_with_the_name_of_its_organisation) {
  const auto table =
      make({route("9.1.0.0/16", 20, "Zürich \"Net\", AG"), route("9.2.0.0/16", 10), route("2a00::/32", 30, "Third")});
  EXPECT_EQ(table->origin(address("9.1.0.1"))->org_name, "Zürich \"Net\", AG");
  EXPECT_EQ(table->origin(address("9.2.0.1"))->org_name, "");
  EXPECT_EQ(table->origin(address("2a00::1"))->org_name, "Third");
  EXPECT_EQ(table->org_name(Asn{20}), "Zürich \"Net\", AG");
  EXPECT_EQ(table->org_name(Asn{30}), "Third");
  EXPECT_EQ(table->org_name(Asn{25}), "");
}

TEST_P(RouteTableConformance, a_prefix_that_is_named_holds_the_address) {
  const auto table = make({route("9.1.0.0/16", 20)});
  const auto origin = table->origin(address("9.1.2.3"));
  ASSERT_TRUE(origin);
  EXPECT_TRUE(!origin->prefix || origin->prefix->contains(address("9.1.2.3")));
}

TEST_P(RouteTableConformance, a_table_says_what_it_is_and_how_it_may_be_used) {
  const TableInfo info = make({route("9.1.0.0/16", 20, "Name"), route("2a00::/32", 20, "Name")})->info();
  EXPECT_NE(info.source, "");
  EXPECT_NE(info.version, "");
  EXPECT_NE(info.licence, "");
  EXPECT_NE(info.attribution, "");
  EXPECT_GT(info.as_of, Instant{});
  EXPECT_EQ(info.v4_ranges, 1u);
  EXPECT_EQ(info.v6_ranges, 1u);
  EXPECT_EQ(info.asns, 1u);
  EXPECT_GT(info.resident_bytes, 0u);
}

TEST_P(RouteTableConformance, a_whole_table_is_verified) {
  EXPECT_TRUE(make({route("9.1.0.0/16", 20, "Name")})->verify());
}

TEST_P(RouteTableConformance, many_threads_may_read_at_once) {
  const auto table = make({route("9.0.0.0/8", 9, "Nine")});
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i)
      readers.emplace_back([&] {
        for (std::uint32_t host = 0; host < 2000; ++host) {
          const auto origin = table->origin(IpAddress::v4(0x09000000 + host));
          if (!origin || origin->asn != Asn{9} || origin->org_name != "Nine") ++wrong;
        }
      });
  }
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace cw::routing
