#include "ports/graph/graph_store_conformance.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

#include "ports/graph/sample_graph.hpp"

namespace cw::graph {

using namespace samples;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using testing::ElementsAre;
using testing::IsEmpty;

void GraphStoreConformance::SetUp() {
  if (opened_.store != nullptr) return;
  const char* const ci = std::getenv("CI");
  if (ci != nullptr && std::string_view(ci) == "true") FAIL() << opened_.missing;
  GTEST_SKIP() << opened_.missing;
}

namespace {

std::vector<RouteEnds> ends_of(const std::vector<Route>& routes) {
  std::vector<RouteEnds> all;
  for (const auto& one : routes) all.push_back(one.ends);
  return all;
}

std::vector<std::uint32_t> numbers_of(const std::vector<Network>& networks) {
  std::vector<std::uint32_t> all;
  for (const auto& one : networks) all.push_back(one.asn.value);
  return all;
}

TEST_P(GraphStoreConformance, an_empty_graph_is_at_position_zero_and_counts_nothing) {
  EXPECT_EQ(*graph().cursor(), 0);
  EXPECT_EQ(*graph().counts(), GraphCounts{});
  EXPECT_THAT(*graph().networks({}, 10), IsEmpty());
}

TEST_P(GraphStoreConformance, what_was_applied_reads_back_as_it_was) {
  auto written = batch(0, 7, {{64500, 64501}}, start() + microseconds(123));
  written.networks[0].org_name = "Für \"Netze\" AG";
  written.networks[0].country = "CH";
  written.exchanges = {{.ixp_id = "26", .name = "AMS-IX", .country = "NL"}};
  written.memberships = {{.asn = Asn{64501}, .ixp_id = "26"}};
  written.origins = {{.asn = Asn{64500}, .prefix = *Prefix::parse("192.0.2.0/24")},
                     {.asn = Asn{64500}, .prefix = *Prefix::parse("2001:db8::/32")}};
  written.routes[0].min_rtt = microseconds(412);
  written.routes[0].max_rtt = microseconds(12'345'678);
  written.routes[0].ixp_id = "26";
  ASSERT_TRUE(graph().apply(written));

  EXPECT_EQ(*graph().cursor(), 7);
  EXPECT_EQ(*graph().networks({}, 10), written.networks);
  EXPECT_EQ(*graph().routes({}, 10), written.routes);
  EXPECT_EQ(*graph().origins({}, 10), written.origins);
  EXPECT_EQ(*graph().memberships({}, 10), written.memberships);
  EXPECT_EQ(*graph().exchanges({}, 10), written.exchanges);
  EXPECT_EQ(*graph().counts(),
            (GraphCounts{.networks = 2, .prefixes = 2, .exchanges = 1, .routes = 1, .observations = 1}));
}

TEST_P(GraphStoreConformance, a_batch_that_is_applied_again_changes_nothing) {
  const auto first = batch(0, 3, {{1, 2}});
  ASSERT_TRUE(graph().apply(first));
  const auto again = graph().apply(first);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::conflict);
  EXPECT_EQ(*graph().cursor(), 3);
  EXPECT_EQ(graph().counts()->observations, 1);
}

TEST_P(GraphStoreConformance, a_batch_that_leaves_a_hole_is_refused) {
  ASSERT_TRUE(graph().apply(batch(0, 3, {{1, 2}})));
  const auto ahead = graph().apply(batch(5, 8, {{1, 3}}));
  ASSERT_FALSE(ahead);
  EXPECT_EQ(ahead.error().kind, ErrorKind::conflict);
  EXPECT_EQ(graph().counts()->networks, 2);
}

TEST_P(GraphStoreConformance, a_batch_without_anything_moves_the_cursor_on) {
  ASSERT_TRUE(graph().apply({.after = 0, .position = 12}));
  EXPECT_EQ(*graph().cursor(), 12);
  EXPECT_EQ(*graph().counts(), GraphCounts{});
}

TEST_P(GraphStoreConformance, an_edge_to_a_network_that_the_batch_lacks_is_refused) {
  auto dangling = batch(0, 1, {{1, 2}});
  dangling.networks.pop_back();
  const auto applied = graph().apply(dangling);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::invalid);
  EXPECT_EQ(*graph().cursor(), 0);
}

TEST_P(GraphStoreConformance, counts_add_up_and_times_and_rtts_widen) {
  auto early = batch(0, 1, {{1, 2}}, start());
  early.routes[0].observed_count = 5;
  early.routes[0].min_rtt = early.routes[0].max_rtt = microseconds(900);
  auto late = batch(1, 2, {{1, 2}}, start() + hours(2));
  late.routes[0].min_rtt = microseconds(700);
  late.routes[0].max_rtt = microseconds(800);
  auto between = batch(2, 3, {{1, 2}}, start() + hours(1));  // its far side gave no RTT
  for (const auto& one : {early, late, between}) ASSERT_TRUE(graph().apply(one));

  const auto seen = graph().routes({}, 10)->at(0);
  EXPECT_EQ(seen.observed_count, 7);
  EXPECT_EQ(seen.first_seen, start());
  EXPECT_EQ(seen.last_seen, start() + hours(2));
  EXPECT_EQ(seen.min_rtt, microseconds(700));
  EXPECT_EQ(seen.max_rtt, microseconds(900));
  const auto near = graph().networks({}, 1)->at(0);
  EXPECT_EQ(near.first_seen, start());
  EXPECT_EQ(near.last_seen, start() + hours(2));
}

TEST_P(GraphStoreConformance, a_route_without_an_rtt_gets_the_first_one_that_is_known) {
  ASSERT_TRUE(graph().apply(batch(0, 1, {{1, 2}})));
  EXPECT_EQ(graph().routes({}, 1)->at(0).min_rtt, std::nullopt);
  auto timed = batch(1, 2, {{1, 2}});
  timed.routes[0].min_rtt = timed.routes[0].max_rtt = microseconds(1);
  ASSERT_TRUE(graph().apply(timed));
  EXPECT_EQ(graph().routes({}, 1)->at(0).min_rtt, microseconds(1));
  EXPECT_EQ(graph().routes({}, 1)->at(0).max_rtt, microseconds(1));
}

TEST_P(GraphStoreConformance, an_unknown_name_never_replaces_a_known_one) {
  auto named = batch(0, 1, {{1, 2}});
  named.networks[0].org_name = "First";
  named.networks[0].country = "CH";
  ASSERT_TRUE(graph().apply(named));
  ASSERT_TRUE(graph().apply(batch(1, 2, {{1, 2}})));
  EXPECT_EQ(graph().networks({}, 1)->at(0).org_name, "First");
  EXPECT_EQ(graph().networks({}, 1)->at(0).country, "CH");
  named = batch(2, 3, {{1, 2}});
  named.networks[0].org_name = "Second";
  ASSERT_TRUE(graph().apply(named));
  EXPECT_EQ(graph().networks({}, 1)->at(0).org_name, "Second");
}

TEST_P(GraphStoreConformance, the_two_ways_between_networks_are_two_routes) {
  ASSERT_TRUE(graph().apply(batch(0, 1, {{1, 2}, {2, 1}})));
  EXPECT_THAT(ends_of(*graph().routes({}, 10)), ElementsAre(ends(1, 2), ends(2, 1)));
}

TEST_P(GraphStoreConformance, the_highest_asn_is_a_network_like_any_other) {
  ASSERT_TRUE(graph().apply(batch(0, 1, {{4294967294, 4294967295}})));
  EXPECT_THAT(ends_of(*graph().neighbours(Asn{4294967295}, 10)), ElementsAre(ends(4294967294, 4294967295)));
}

TEST_P(GraphStoreConformance, clearing_leaves_nothing_and_starts_from_zero) {
  auto all = batch(0, 9, {{1, 2}, {2, 3}});
  all.exchanges = {{.ixp_id = "1", .name = "IX"}};
  all.memberships = {{.asn = Asn{1}, .ixp_id = "1"}};
  all.origins = {{.asn = Asn{1}, .prefix = *Prefix::parse("192.0.2.0/24")}};
  ASSERT_TRUE(graph().apply(all));
  ASSERT_TRUE(graph().clear());
  EXPECT_EQ(*graph().cursor(), 0);
  EXPECT_EQ(*graph().counts(), GraphCounts{});
  const Days day{.first = first_day(), .last = first_day()};
  const Days before{.first = first_day() - days(1), .last = first_day() - days(1)};
  EXPECT_EQ(*graph().changes(before, day), RouteChanges{});
  ASSERT_TRUE(graph().apply(all));
  EXPECT_EQ(graph().counts()->observations, 2);
}

TEST_P(GraphStoreConformance, the_path_between_two_networks_is_the_shortest) {
  ASSERT_TRUE(graph().apply(batch(0, 1, {{1, 2}, {2, 3}, {3, 4}, {1, 5}, {5, 4}})));
  const auto path = graph().path({.from = Asn{1}, .to = Asn{4}});
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_THAT(ends_of(*path), ElementsAre(ends(1, 5), ends(5, 4)));
}

TEST_P(GraphStoreConformance, a_path_goes_with_travel_unless_any_way_is_asked_for) {
  ASSERT_TRUE(graph().apply(batch(0, 1, {{1, 2}, {3, 2}})));
  const auto with_travel = graph().path({.from = Asn{1}, .to = Asn{3}});
  ASSERT_FALSE(with_travel);
  EXPECT_EQ(with_travel.error().kind, ErrorKind::not_found);
  const auto any = graph().path({.from = Asn{1}, .to = Asn{3}, .heading = Heading::any});
  ASSERT_TRUE(any) << any.error().message;
  EXPECT_THAT(ends_of(*any), ElementsAre(ends(1, 2), ends(3, 2)));
}

TEST_P(GraphStoreConformance, a_path_longer_than_asked_for_is_not_found) {
  ASSERT_TRUE(graph().apply(batch(0, 1, {{1, 2}, {2, 3}, {3, 4}})));
  EXPECT_EQ(graph().path({.from = Asn{1}, .to = Asn{4}, .most_routes = 2}).error().kind, ErrorKind::not_found);
  EXPECT_EQ(graph().path({.from = Asn{1}, .to = Asn{4}, .most_routes = 3})->size(), 3u);
}

TEST_P(GraphStoreConformance, a_network_is_at_itself_without_a_route) {
  ASSERT_TRUE(graph().apply(batch(0, 1, {{1, 2}})));
  EXPECT_THAT(*graph().path({.from = Asn{2}, .to = Asn{2}}), IsEmpty());
}

TEST_P(GraphStoreConformance, an_unknown_network_is_not_found) {
  ASSERT_TRUE(graph().apply(batch(0, 1, {{1, 2}})));
  EXPECT_EQ(graph().path({.from = Asn{1}, .to = Asn{9}}).error().kind, ErrorKind::not_found);
  EXPECT_EQ(graph().path({.from = Asn{9}, .to = Asn{9}}).error().kind, ErrorKind::not_found);
  EXPECT_EQ(graph().neighbours(Asn{9}, 10).error().kind, ErrorKind::not_found);
  EXPECT_EQ(graph().subgraph({.center = Asn{9}}).error().kind, ErrorKind::not_found);
}

TEST_P(GraphStoreConformance, neighbours_come_the_most_observed_first) {
  auto written = batch(0, 1, {{2, 1}, {1, 3}, {1, 4}, {3, 4}});
  written.routes[1].observed_count = 3;
  ASSERT_TRUE(graph().apply(written));
  EXPECT_THAT(ends_of(*graph().neighbours(Asn{1}, 10)), ElementsAre(ends(1, 3), ends(1, 4), ends(2, 1)));
  EXPECT_THAT(ends_of(*graph().neighbours(Asn{1}, 1)), ElementsAre(ends(1, 3)));
}

TEST_P(GraphStoreConformance, a_network_without_routes_has_no_neighbours) {
  ASSERT_TRUE(graph().apply({.after = 0, .position = 1, .networks = {network(7)}}));
  EXPECT_THAT(*graph().neighbours(Asn{7}, 10), IsEmpty());
}

TEST_P(GraphStoreConformance, a_subgraph_goes_as_far_as_its_depth_either_way) {
  ASSERT_TRUE(graph().apply(batch(0, 1, {{1, 2}, {3, 2}, {3, 1}, {3, 4}, {4, 5}})));
  const auto near = graph().subgraph({.center = Asn{2}, .depth = 1});
  ASSERT_TRUE(near) << near.error().message;
  EXPECT_THAT(numbers_of(near->networks), ElementsAre(2, 1, 3));
  EXPECT_THAT(ends_of(near->routes), ElementsAre(ends(1, 2), ends(3, 1), ends(3, 2)));
  EXPECT_TRUE(near->complete);
  EXPECT_THAT(numbers_of(graph().subgraph({.center = Asn{2}, .depth = 2})->networks), ElementsAre(2, 1, 3, 4));
  EXPECT_THAT(numbers_of(graph().subgraph({.center = Asn{2}, .depth = 0})->networks), ElementsAre(2));
}

TEST_P(GraphStoreConformance, a_subgraph_that_is_cut_says_so) {
  ASSERT_TRUE(graph().apply(batch(0, 1, {{1, 5}, {1, 4}, {1, 3}})));
  const auto cut = graph().subgraph({.center = Asn{1}, .depth = 3, .most_networks = 3});
  ASSERT_TRUE(cut) << cut.error().message;
  EXPECT_THAT(numbers_of(cut->networks), ElementsAre(1, 3, 4));
  EXPECT_THAT(ends_of(cut->routes), ElementsAre(ends(1, 3), ends(1, 4)));
  EXPECT_FALSE(cut->complete);
}

TEST_P(GraphStoreConformance, routes_gained_and_lost_between_two_times_are_told_by_day) {
  ASSERT_TRUE(graph().apply(batch(0, 1, {{1, 2}, {2, 3}}, start() + hours(23))));
  ASSERT_TRUE(graph().apply(batch(1, 2, {{1, 2}, {2, 4}}, start() + hours(24))));
  const Days first{.first = first_day(), .last = first_day()};
  const Days second{.first = first_day() + days(1), .last = first_day() + days(1)};
  const Days both{.first = first_day(), .last = first_day() + days(1)};
  EXPECT_EQ(*graph().changes(first, second), (RouteChanges{.gained = {ends(2, 4)}, .lost = {ends(2, 3)}}));
  EXPECT_EQ(*graph().changes(second, first), (RouteChanges{.gained = {ends(2, 3)}, .lost = {ends(2, 4)}}));
  EXPECT_EQ(*graph().changes(first, first), RouteChanges{});
  EXPECT_EQ(*graph().changes(first, both), (RouteChanges{.gained = {ends(2, 4)}}));
}

TEST_P(GraphStoreConformance, pages_lead_through_everything_once) {
  GraphBatch large{.after = 0, .position = 1};
  for (std::uint32_t asn = 1; asn <= 50; ++asn) {
    large.networks.push_back(network(asn));
    large.origins.push_back({.asn = Asn{asn}, .prefix = Prefix::around(IpAddress::v4(0x0a000000u + (asn << 16)), 16)});
    if (asn > 1) large.routes.push_back(route(asn - 1, asn));
  }
  ASSERT_TRUE(graph().apply(large));
  std::vector<Network> networks;
  for (auto page = *graph().networks({}, 7); !page.empty(); page = *graph().networks(page.back().asn, 7))
    networks.insert(networks.end(), page.begin(), page.end());
  EXPECT_EQ(networks, large.networks);
  std::vector<Route> routes;
  for (auto page = *graph().routes({}, 7); !page.empty(); page = *graph().routes(page.back().ends, 7))
    routes.insert(routes.end(), page.begin(), page.end());
  EXPECT_EQ(routes, large.routes);
  std::vector<Origin> origins;
  for (auto page = *graph().origins({}, 7); !page.empty(); page = *graph().origins(page.back(), 7))
    origins.insert(origins.end(), page.begin(), page.end());
  EXPECT_EQ(origins, large.origins);
}

TEST_P(GraphStoreConformance, text_stays_text_whatever_it_says) {
  auto hostile = batch(0, 1, {{1, 2}});
  const std::string text = "'}) DETACH DELETE n // \"; DROP TABLE x; -- \\u0041 \n\t $asn";
  hostile.networks[0].org_name = text;
  hostile.exchanges = {{.ixp_id = text, .name = text}};
  hostile.memberships = {{.asn = Asn{1}, .ixp_id = text}};
  ASSERT_TRUE(graph().apply(hostile));
  EXPECT_EQ(graph().networks({}, 1)->at(0).org_name, text);
  EXPECT_EQ(*graph().exchanges({}, 10), hostile.exchanges);
  EXPECT_EQ(*graph().memberships({}, 10), hostile.memberships);
}

}  // namespace

}  // namespace cw::graph
