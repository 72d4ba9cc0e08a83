// What traces learn from each other: known hops, known paths, what routers can be asked for, and keeping out of step.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine_sweep.hpp"

namespace cw::lab {
namespace {

using namespace std::chrono_literals;

probe::NativeProberOptions rate(std::uint32_t packets_per_second) {
  return {.packets_per_second = packets_per_second, .seed = 7};
}

constexpr auto unclean =
    "silent_routers = 0.1\nsilent_destinations = 0.3\nloss = 0.02\nreplies_per_second = 500\nreply_burst = 50\n";

constexpr auto limited_home = "replies_per_second = 100\nreply_burst = 20\n";

TEST(KnownHops, a_first_sweep_asks_for_each_interface_about_twice_and_every_path_is_whole_and_right) {
  EngineSweep sweep(generated(3'000, ""), rate(0));
  const auto figures = sweep.run({.known_hops = KnownHops::join});
  SCOPED_TRACE(figures.to_string());
  EXPECT_EQ(figures.complete, 3'000);
  EXPECT_EQ(figures.wrong, 0);
  EXPECT_EQ(figures.interfaces_seen, figures.interfaces);
  EXPECT_LE(figures.probes_per_interface(), 2.04);
}

TEST(KnownHops, behind_load_balancers_nothing_wrong_is_joined) {
  for (int seed = 1; seed <= 5; ++seed) {
    EngineSweep sweep(generated(1'000, "diamonds = 3\nwidth = 4\n", seed), rate(0));
    const auto figures = sweep.run({.known_hops = KnownHops::join});
    SCOPED_TRACE(figures.to_string());
    EXPECT_EQ(figures.wrong, 0);
    EXPECT_GE(figures.inferred, 500);
    EXPECT_EQ(figures.complete, 1'000);
  }
}

TEST(RouterBudget, an_unclean_network_is_traced_right_without_a_probe_too_many) {
  EngineSweep sweep(generated(1'000, unclean), rate(10'000));
  const auto figures = sweep.run({});
  SCOPED_TRACE(figures.to_string());
  EXPECT_GE(figures.share_right(), 0.995);
  EXPECT_EQ(figures.wrong, 0);
  EXPECT_EQ(figures.destinations_seen, figures.destinations);
  EXPECT_LE(figures.probes_per_trace(), 19.7);
  EXPECT_LE(figures.took, 4s);
}

TEST(RouterBudget, with_known_hops_an_unclean_network_takes_three_seconds_and_a_third_fewer_probes) {
  EngineSweep sweep(generated(1'000, unclean), rate(10'000));
  const auto figures = sweep.run({.known_hops = KnownHops::join});
  SCOPED_TRACE(figures.to_string());
  EXPECT_GE(figures.share_right(), 0.995);
  EXPECT_EQ(figures.wrong, 0);
  EXPECT_LE(figures.probes_per_trace(), 13.5);
  EXPECT_LE(figures.took, 3200ms);
}

TEST(RouterBudget, routers_that_answer_a_hundred_times_a_second_hide_nothing_of_five_thousand_paths) {
  EngineSweep sweep(generated(5'000, "replies_per_second = 100\nreply_burst = 20\n"), rate(10'000));
  const auto figures = sweep.run({.known_hops = KnownHops::join});
  SCOPED_TRACE(figures.to_string());
  EXPECT_GE(figures.share_complete(), 0.99);
  EXPECT_EQ(figures.interfaces_seen, figures.interfaces);
}

// Each router of the near tree has so many answers to give that the first alone takes fifty seconds: no probe order
// and no budget can be faster.
TEST(RouterBudget, traced_as_a_whole_they_take_the_time_that_the_first_of_them_needs_and_few_hops_are_missed) {
  EngineSweep sweep(generated(5'000, "replies_per_second = 100\nreply_burst = 20\n", 1, limited_home), rate(10'000));
  const auto figures = sweep.run({});
  SCOPED_TRACE(figures.to_string());
  EXPECT_GE(figures.took, 49s);
  EXPECT_LE(figures.took, 53s);
  EXPECT_EQ(figures.wrong, 0);
  EXPECT_GE(figures.share_right(), 0.998);
  EXPECT_GE(figures.share_complete(), 0.97);
  EXPECT_LE(figures.probes_per_trace(), 17.0);
}

// Traces that begin in the same moment expect the same routers; where they are mistaken, nobody waits for it.
TEST(RouterBudget, a_clean_network_is_traced_in_some_round_trips) {
  for (const auto known_hops : {KnownHops::probe, KnownHops::join}) {
    EngineSweep sweep(generated(1'000, ""), rate(100'000));
    const auto figures = sweep.run({.known_hops = known_hops});
    SCOPED_TRACE(figures.to_string());
    EXPECT_EQ(figures.complete, 1'000);
    EXPECT_LE(figures.took, 600ms);
  }
  EngineSweep sweep(generated(10'000, ""), rate(0));
  const auto figures = sweep.run({});
  SCOPED_TRACE(figures.to_string());
  EXPECT_EQ(figures.complete, 10'000);
  EXPECT_LE(figures.took, 900ms);
}

TEST(ProbeOrder, a_crowd_keeps_out_of_step_and_loses_nothing_by_it) {
  EngineSweep sweep(generated(2'000, ""), rate(0));
  const auto figures = sweep.run({});
  SCOPED_TRACE(figures.to_string());
  EXPECT_EQ(figures.complete, 2'000);
  EXPECT_EQ(figures.inferred, 0);
  EXPECT_LE(figures.probes_per_trace(), 15.5);
}

TEST(KnownPaths, sixteen_repeats_cost_a_quarter_of_sixteen_traces) {
  EngineSweep sweep(generated(500, ""), rate(0));
  const auto full = sweep.run({.known_hops = KnownHops::probe});
  sweep.run({.known_hops = KnownHops::join});
  std::uint64_t probes = 0;
  for (int round = 0; round < 16; ++round) {
    const auto figures = sweep.run({.known_hops = KnownHops::join});
    probes += figures.probes;
    EXPECT_EQ(figures.complete, 500) << figures.to_string();
    sweep.pass_time(30s);
  }
  EXPECT_LE(probes, full.probes * 4);
}

// Rounds of one trace a minute through a row of routers, until its path is the one expected; how many it took after
// the change, which comes after the fifth round.
int rounds_until_seen(const std::string& toml, const std::string& expected) {
  EngineLab lab(toml, {.packets_per_second = 0, .seed = 3});
  for (int round = 1; round <= 40; ++round) {
    auto request = request_for(host_address());
    request.known_hops = KnownHops::join;
    const auto result = lab.measure(request);
    if (path_text(result) == expected) return round - 5;
    lab.clock().advance_to(lab.internet().start() + round * 60s);
    lab.internet().advance_to(lab.clock().now());
  }
  return 99;
}

// Ten routers in a row, and one beside `beside` that takes its place after 4.5 minutes.
std::string row_with_a_stand_in(int beside) {
  Row row{.routers = 10};
  auto toml = row.toml();
  toml += "[[router]]\nname = \"other\"\nv4 = \"198.18.9.9\"\n";
  for (const int neighbour : {beside - 1, beside + 1})
    toml += fmt::format("[[link]]\na = \"r{}\"\nb = \"other\"\ndelay_ms = 2\ncost = 50\ncost_back = 50\n", neighbour);
  toml += fmt::format("[[change]]\nat = 270\nlink = [\"r{}\", \"r{}\"]\nup = false\n", beside - 1, beside);
  return toml;
}

TEST(KnownPaths, a_router_that_was_swapped_is_seen_at_the_latest_when_its_turn_comes) {
  for (int beside = 2; beside <= 9; ++beside) {
    std::string expected;
    for (int i = 1; i <= 10; ++i) expected += (i == beside ? "198.18.9.9" : router_address(i).to_string()) + " ";
    const int rounds = rounds_until_seen(row_with_a_stand_in(beside), expected + host_address().to_string());
    EXPECT_GE(rounds, 1) << beside;
    EXPECT_LE(rounds, 10) << beside;
  }
}

TEST(KnownPaths, a_longer_path_and_a_shorter_one_are_seen_in_the_next_round) {
  const std::string change = "[[change]]\nat = 270\nlink = [\"r4\", \"r5\"]\nup = false\n";
  // Longer: round over two routers instead of one link.
  auto longer = Row{.routers = 10}.toml() + change;
  longer += "[[router]]\nname = \"x\"\nv4 = \"198.18.9.1\"\n";
  longer += "[[link]]\na = \"r4\"\nb = \"x\"\ncost = 50\n[[link]]\na = \"x\"\nb = \"r5\"\ncost = 50\n";
  std::string expected;
  for (int i = 1; i <= 10; ++i) expected += router_address(i).to_string() + (i == 4 ? " 198.18.9.1 " : " ");
  EXPECT_EQ(rounds_until_seen(longer, expected + host_address().to_string()), 1);
  // Shorter: past two routers.
  const auto shorter =
      Row{.routers = 10}.toml() + change + "[[link]]\na = \"r4\"\nb = \"r7\"\ncost = 50\ncost_back = 50\n";
  expected.clear();
  for (const int i : {1, 2, 3, 4, 7, 8, 9, 10}) expected += router_address(i).to_string() + " ";
  EXPECT_EQ(rounds_until_seen(shorter, expected + host_address().to_string()), 1);
}

TEST(KnownPaths, one_lost_answer_changes_nothing_and_a_dead_destination_is_seen_at_once) {
  EngineLab lab(Row{.routers = 10, .more = "[[change]]\nat = 90\nhost = \"203.0.113.7\"\nbehaviour = \"silent\"\n"});
  auto request = request_for(host_address());
  request.known_hops = KnownHops::join;
  EXPECT_EQ(lab.measure(request).status, Status::reached);
  lab.clock().advance(60s);
  const auto known = lab.measure(request);
  EXPECT_EQ(known.status, Status::reached);
  EXPECT_EQ(known.probes_sent, 3);
  EXPECT_EQ(known.hops[4].inferred->from, router_address(5));
  EXPECT_EQ(known.hops[4].sent, 0);
  EXPECT_TRUE(known.hops[4].replies.empty());
  lab.clock().advance(60s);
  lab.internet().advance_to(lab.clock().now());
  const auto dead = lab.measure(request);
  EXPECT_EQ(dead.status, Status::silent);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_FALSE(dead.hops[i].inferred) << i;
}

}  // namespace
}  // namespace cw::lab
