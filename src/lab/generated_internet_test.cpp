#include "lab/generated_internet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "lab/ground_truth.hpp"
#include "lab/test_packets.hpp"

namespace cw::lab::test {
namespace {

using ::testing::SizeIs;

Scenario generated(std::string_view keys) {
  return scenario_text(std::string(R"([vantage]
v4 = "192.0.2.10"
v6 = "2001:db8::10"
router = "home"
[[router]]
name = "home"
v4 = "192.0.2.1"
v6 = "2001:db8::1"
[generate]
)") + std::string(keys));
}

TEST(GeneratedInternet, destinations_lie_within_the_hops_and_round_trips_asked_for) {
  Vantage vantage(scenario_file("thousand"));
  const auto destinations = vantage.scenario().destinations;
  ASSERT_THAT(destinations, SizeIs(1000));
  std::set<std::size_t> lengths;
  std::set<std::string> paths;
  for (const auto& destination : destinations) {
    const auto path = expected_path(vantage.internet(), destination.address);
    ASSERT_TRUE(path.reached);
    lengths.insert(path.hops.size());
    paths.insert(path.to_string());
    const auto sent = vantage.now();
    const auto arrivals = vantage.ask(echo_request(vantage.scenario(), {.destination = destination.address}));
    ASSERT_THAT(arrivals, SizeIs(1));
    EXPECT_GE(milliseconds(arrivals[0].at - sent), 20);
    EXPECT_LE(milliseconds(arrivals[0].at - sent), 101);
  }
  EXPECT_EQ(*lengths.begin(), 12U);
  EXPECT_EQ(*lengths.rbegin(), 16U);
  EXPECT_THAT(paths, SizeIs(1000));
}

TEST(GeneratedInternet, near_routers_are_shared_and_far_ones_are_not) {
  Vantage vantage(scenario_file("ten_thousand"));
  std::set<IpAddress> seen;
  std::size_t hops = 0;
  for (const auto& destination : vantage.scenario().destinations) {
    for (const auto& hop : expected_path(vantage.internet(), destination.address).hops) {
      ++hops;
      seen.insert(hop.addresses.begin(), hop.addresses.end());
    }
  }
  const double probes_per_interface = static_cast<double>(hops) / static_cast<double>(seen.size());
  EXPECT_GT(probes_per_interface, 3);
  EXPECT_LT(probes_per_interface, 5);
}

TEST(GeneratedInternet, faults_have_the_shares_asked_for) {
  const auto scenario = scenario_file("unclean_thousand");
  std::size_t silent_routers = 0;
  for (const auto& router : scenario.routers) silent_routers += scenario.traits_of(router).silent ? 1 : 0;
  const auto share = static_cast<double>(silent_routers) / static_cast<double>(scenario.routers.size());
  EXPECT_NEAR(share, 0.1, 0.02);
  std::size_t silent_networks = 0;
  for (const auto& network : scenario.networks)
    silent_networks += scenario.traits_of(network).icmp == Behaviour::silent ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(silent_networks), 300, 45);
  EXPECT_EQ(scenario.router_traits.back().replies_per_second, 500);
}

TEST(GeneratedInternet, both_families_reach_the_same_networks) {
  Vantage vantage(generated("destinations = 20\nfamily = \"both\"\n"));
  ASSERT_THAT(vantage.scenario().destinations, SizeIs(40));
  for (std::size_t i = 0; i < 40; i += 2) {
    const auto v4 = expected_path(vantage.internet(), vantage.scenario().destinations[i].address);
    const auto v6 = expected_path(vantage.internet(), vantage.scenario().destinations[i + 1].address);
    EXPECT_EQ(v4.hops.size(), v6.hops.size());
    EXPECT_TRUE(v4.reached && v6.reached);
  }
}

TEST(GeneratedInternet, diamonds_stand_where_branches_are_shared) {
  Vantage vantage(generated("destinations = 50\ndiamonds = 3\nwidth = 4\n"));
  for (const auto& destination : vantage.scenario().destinations) {
    const auto path = expected_path(vantage.internet(), destination.address);
    ASSERT_TRUE(path.reached);
    EXPECT_EQ(std::ranges::count_if(path.hops, [](const auto& hop) { return hop.addresses.size() == 4; }), 3);
  }
}

TEST(GeneratedInternet, every_size_and_shape_gives_whole_paths) {
  for (const auto* keys :
       {"destinations = 1\n", "destinations = 2\nhops = [4, 4]\n", "destinations = 7\nhops = [4, 30]\n",
        "destinations = 300\nhops = [30, 30]\n", "destinations = 5\nfamily = \"v6\"\n"}) {
    SCOPED_TRACE(keys);
    Vantage vantage(generated(keys));
    for (const auto& destination : vantage.scenario().destinations)
      EXPECT_TRUE(expected_path(vantage.internet(), destination.address).reached);
  }
}

TEST(GeneratedInternet, the_seed_alone_decides) {
  const auto one = generated("destinations = 50\nsilent_routers = 0.5\n");
  const auto other = generated("destinations = 50\nsilent_routers = 0.5\n");
  ASSERT_EQ(one.links.size(), other.links.size());
  for (std::size_t i = 0; i < one.links.size(); ++i) EXPECT_EQ(one.links[i].delay, other.links[i].delay);
  for (std::size_t i = 0; i < one.routers.size(); ++i) EXPECT_EQ(one.routers[i].traits, other.routers[i].traits);
}

}  // namespace
}  // namespace cw::lab::test
