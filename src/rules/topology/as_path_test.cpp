#include "rules/topology/as_path.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cw::topology {
namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

// The Internet of these tests: the second byte of 9.x.0.0 is the AS number, but for some addresses.
AddressFacts facts_about(const IpAddress& wanted) {
  AddressFacts facts{.address = wanted, .source = "test"};
  const std::string text = wanted.to_string();
  if (text.starts_with("9.")) {
    facts.asn = Asn{wanted.bytes()[13]};
    facts.org_name = "Network " + std::to_string(wanted.bytes()[13]);
  }
  if (text.starts_with("8.")) facts.asn = Asn{4'100'000'000};
  if (text.starts_with("7.")) facts.asn = Asn{23456};
  if (text.starts_with("2a00:")) facts.asn = Asn{static_cast<std::uint32_t>(wanted.bytes()[3])};
  if (text.starts_with("10.")) facts.special = "Private-Use";
  if (text.starts_with("fe80:")) facts.special = "Link-Local Unicast";
  return facts;
}

// One word a TTL: an address, several that answered in this order ("a|b"), or "*".
Measurement trace(std::string_view destination, const std::vector<std::string>& hops) {
  Measurement measurement{.address = address(destination)};
  std::uint8_t ttl = 0;
  for (const std::string& word : hops) {
    Hop& hop = measurement.hops.emplace_back(Hop{.ttl = Ttl{++ttl}, .sent = 2});
    std::string_view rest = word;
    if (rest == "*") rest = {};
    while (!rest.empty()) {
      const auto bar = rest.find('|');
      hop.replies.push_back({.from = address(rest.substr(0, bar)),
                             .rtt = std::chrono::milliseconds(ttl),
                             .attempt = static_cast<int>(hop.replies.size()) + 1});
      rest = bar == std::string_view::npos ? "" : rest.substr(bar + 1);
    }
  }
  return measurement;
}

AsPath path_of(const Measurement& measurement) {
  std::vector<AddressFacts> facts;
  for (const Hop& hop : measurement.hops)
    for (const Reply& reply : hop.replies) facts.push_back(facts_about(reply.from));
  return find_as_path(measurement, facts);
}

// "1 (2) 5": network 1, two hops of unknown owner, network 5.
std::string networks(const AsPath& path) {
  std::string text;
  for (const auto& network : path.networks) {
    if (network.gap > 0) text += "(" + std::to_string(network.gap) + ") ";
    text += std::to_string(network.asn.value) + " ";
  }
  if (!text.empty()) text.pop_back();
  return text;
}

// "1-5@3": network 1 at TTL 2 to network 5 at TTL 3
std::string links(const AsPath& path) {
  std::string text;
  for (const auto& link : path.links) {
    EXPECT_EQ(link.from_ttl.value + 1, link.to_ttl.value);
    text += std::to_string(link.from.value) + "-" + std::to_string(link.to.value) + "@" +
            std::to_string(link.to_ttl.value) + " ";
  }
  if (!text.empty()) text.pop_back();
  return text;
}

TEST(AsPath, pure_transit_is_linked_network_by_network) {
  const auto path = path_of(trace("9.3.0.9", {"9.1.0.1", "9.1.0.2", "9.2.0.1", "9.3.0.1", "9.3.0.9"}));
  EXPECT_EQ(networks(path), "1 2 3");
  EXPECT_EQ(links(path), "1-2@3 2-3@4");
  EXPECT_EQ(path.networks[1].name, "Network 2");
}

TEST(AsPath, the_destination_is_a_host_whose_network_ends_the_path) {
  const auto path = path_of(trace("9.3.0.9", {"9.1.0.1", "9.3.0.9"}));
  EXPECT_EQ(path.hops[0].rule, OwnershipRule::origin);
  EXPECT_EQ(path.hops[1].rule, OwnershipRule::destination);
  EXPECT_EQ(networks(path), "1 3");
  EXPECT_EQ(links(path), "1-3@2");
}

TEST(AsPath, a_time_exceeded_from_the_address_of_the_destination_is_the_answer_of_a_router) {
  auto measurement = trace("9.3.0.9", {"9.1.0.1", "9.3.0.9"});
  measurement.hops[1].replies[0].icmp_type = 11;
  EXPECT_EQ(path_of(measurement).hops[1].rule, OwnershipRule::origin);
}

TEST(AsPath, a_destination_that_answers_at_several_ttls_is_one_network) {
  const auto path = path_of(trace("9.3.0.9", {"9.1.0.1", "9.3.0.9", "9.3.0.9", "9.3.0.9"}));
  EXPECT_EQ(networks(path), "1 3");
  EXPECT_EQ(links(path), "1-3@2");
}

TEST(AsPath, a_private_hop_at_the_border_is_a_gap_and_links_nobody) {
  const auto path = path_of(trace("9.2.0.9", {"9.1.0.1", "10.0.0.1", "9.2.0.1"}));
  EXPECT_EQ(path.hops[1].rule, OwnershipRule::special_use);
  EXPECT_EQ(path.hops[1].asn, std::nullopt);
  EXPECT_EQ(networks(path), "1 (1) 2");
  EXPECT_EQ(links(path), "");
}

TEST(AsPath, a_silent_hop_between_two_networks_is_a_gap_and_links_nobody) {
  const auto path = path_of(trace("9.2.0.9", {"9.1.0.1", "*", "9.2.0.1"}));
  EXPECT_EQ(path.hops[1].rule, OwnershipRule::silent);
  EXPECT_EQ(path.hops[1].confidence, 0);
  EXPECT_EQ(networks(path), "1 (1) 2");
  EXPECT_EQ(links(path), "");
}

TEST(AsPath, an_unannounced_hop_is_a_gap) {
  const auto path = path_of(trace("9.2.0.9", {"9.1.0.1", "6.6.6.6", "9.2.0.1"}));
  EXPECT_EQ(path.hops[1].rule, OwnershipRule::unmapped);
  EXPECT_EQ(networks(path), "1 (1) 2");
  EXPECT_EQ(links(path), "");
}

TEST(AsPath, unknown_hops_between_two_of_one_network_belong_to_it) {
  const auto path = path_of(trace("9.2.0.9", {"9.1.0.1", "*", "10.0.0.1", "6.6.6.6", "9.1.0.2", "9.2.0.1"}));
  for (const std::size_t i : {1u, 2u, 3u}) {
    EXPECT_EQ(path.hops[i].rule, OwnershipRule::same_as_fill);
    EXPECT_EQ(path.hops[i].asn, Asn{1});
    EXPECT_LT(path.hops[i].confidence, path.hops[0].confidence);
  }
  EXPECT_EQ(path.hops[2].address, address("10.0.0.1"));
  EXPECT_EQ(networks(path), "1 2");
  EXPECT_EQ(links(path), "1-2@6");
}

TEST(AsPath, a_path_that_starts_at_home_begins_with_a_gap) {
  const auto path = path_of(trace("9.2.0.9", {"10.0.0.1", "10.1.0.1", "9.1.0.1", "9.2.0.1"}));
  EXPECT_EQ(networks(path), "(2) 1 2");
  EXPECT_EQ(links(path), "1-2@4");
}

TEST(AsPath, an_all_silent_tail_adds_no_network) {
  const auto path = path_of(trace("9.3.0.9", {"9.1.0.1", "9.2.0.1", "*", "*", "*"}));
  EXPECT_EQ(networks(path), "1 2");
  EXPECT_EQ(path.hops.size(), 5u);
  EXPECT_EQ(path.hops[4].rule, OwnershipRule::silent);
}

TEST(AsPath, nothing_but_silence_is_an_empty_path) {
  const auto path = path_of(trace("9.3.0.9", {"*", "*"}));
  EXPECT_EQ(networks(path), "");
  EXPECT_EQ(links(path), "");
  EXPECT_EQ(path.hops.size(), 2u);
}

TEST(AsPath, a_network_that_comes_back_after_another_is_shown_again) {
  const auto path = path_of(trace("9.1.0.9", {"9.1.0.1", "9.2.0.1", "9.1.0.2"}));
  EXPECT_EQ(networks(path), "1 2 1");
  EXPECT_EQ(links(path), "1-2@2 2-1@3");
}

TEST(AsPath, a_link_local_hop_in_ipv6_is_a_gap) {
  const auto path = path_of(trace("2a00:2::9", {"2a00:1::1", "fe80::1", "2a00:2::1", "2a00:2::9"}));
  EXPECT_EQ(path.hops[1].rule, OwnershipRule::special_use);
  EXPECT_EQ(networks(path), "1 (1) 2");
  EXPECT_EQ(links(path), "");
}

TEST(AsPath, as_numbers_of_four_octets_are_ordinary) {
  const auto path = path_of(trace("8.0.0.9", {"9.1.0.1", "8.0.0.1"}));
  EXPECT_EQ(networks(path), "1 4100000000");
  EXPECT_EQ(links(path), "1-4100000000@2");
}

TEST(AsPath, as_trans_is_no_network) {
  const auto path = path_of(trace("9.2.0.9", {"9.1.0.1", "7.0.0.1", "9.2.0.1"}));
  EXPECT_EQ(path.hops[1].rule, OwnershipRule::unmapped);
  EXPECT_EQ(networks(path), "1 (1) 2");
  EXPECT_EQ(links(path), "");
}

TEST(AsPath, of_several_routers_of_one_network_at_one_ttl_the_first_answer_decides) {
  const auto path = path_of(trace("9.3.0.9", {"9.1.0.1", "9.2.0.1|9.2.0.2", "9.3.0.1"}));
  EXPECT_EQ(path.hops[1].address, address("9.2.0.1"));
  EXPECT_EQ(path.hops[1].confidence, path.hops[0].confidence);
  EXPECT_EQ(links(path), "1-2@2 2-3@3");
}

TEST(AsPath, routers_of_several_networks_at_one_ttl_lower_the_confidence_and_are_not_linked) {
  const auto path = path_of(trace("9.3.0.9", {"9.1.0.1", "9.2.0.1|9.4.0.1", "9.3.0.1"}));
  EXPECT_EQ(path.hops[1].asn, Asn{2});
  EXPECT_LT(path.hops[1].confidence, path.hops[0].confidence);
  EXPECT_EQ(networks(path), "1 2 3");
  EXPECT_EQ(links(path), "");
}

TEST(AsPath, late_and_duplicate_answers_decide_nothing) {
  auto measurement = trace("9.3.0.9", {"9.1.0.1", "9.4.0.1|9.2.0.1|9.5.0.1", "9.3.0.1"});
  measurement.hops[1].replies[0].late = true;
  measurement.hops[1].replies[2].duplicate = true;
  const auto path = path_of(measurement);
  EXPECT_EQ(networks(path), "1 2 3");
  EXPECT_EQ(links(path), "1-2@2 2-3@3");
}

TEST(AsPath, a_link_needs_consecutive_ttls_even_where_no_hop_is_listed_between) {
  auto measurement = trace("9.3.0.9", {"9.1.0.1", "9.2.0.1", "9.3.0.1"});
  measurement.hops.erase(measurement.hops.begin() + 1);
  const auto path = path_of(measurement);
  EXPECT_EQ(networks(path), "1 (1) 3");
  EXPECT_EQ(links(path), "");
}

TEST(AsPath, a_trace_that_starts_late_counts_no_gap_before_its_first_ttl) {
  auto measurement = trace("9.3.0.9", {"9.1.0.1", "9.2.0.1", "9.3.0.1"});
  measurement.hops.erase(measurement.hops.begin());
  EXPECT_EQ(networks(path_of(measurement)), "2 3");
}

TEST(AsPath, hops_without_facts_are_unmapped) {
  const auto path = find_as_path(trace("9.3.0.9", {"9.1.0.1", "9.2.0.1"}), {});
  EXPECT_EQ(path.hops[0].rule, OwnershipRule::unmapped);
  EXPECT_EQ(networks(path), "");
}

TEST(AsPath, a_ping_has_no_path) {
  auto measurement = trace("9.3.0.9", {"9.3.0.9"});
  measurement.kind = Kind::ping;
  EXPECT_EQ(path_of(measurement), AsPath{});
}

TEST(AsPath, a_hop_joined_from_another_trace_belongs_to_its_network_but_links_nothing) {
  auto measurement = trace("9.5.0.1", {"9.1.0.1", "*", "9.5.0.1"});
  measurement.hops[1].sent = 0;
  measurement.hops[1].inferred = InferredHop{.from = address("9.2.0.1"), .verified_at = {}};
  const std::vector<AddressFacts> facts{facts_about(address("9.1.0.1")), facts_about(address("9.2.0.1")),
                                        facts_about(address("9.5.0.1"))};
  const auto path = find_as_path(measurement, facts);
  EXPECT_EQ(networks(path), "1 2 5");
  EXPECT_TRUE(path.links.empty());
}

}  // namespace
}  // namespace cw::topology
