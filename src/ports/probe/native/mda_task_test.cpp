#include "ports/probe/native/mda_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "ports/probe/native/balanced_network.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

MeasurementRequest request(int confidence_percent = 95) {
  return {.target = "203.0.113.7",
          .address = BalancedNetwork::target,
          .multipath = Multipath::on,
          .confidence_percent = confidence_percent};
}

// What came of traces of the same shape of network with different seeds.
struct Tally {
  int traces = 0;
  int false_interfaces = 0;
  int false_links = 0;
  int traces_with_missing_interfaces = 0;
  int traces_with_missing_links = 0;
  int told_per_packet = 0;
  int incomplete = 0;
  int probes = 0;
  Duration longest{};

  [[nodiscard]] double share(int count) const { return static_cast<double>(count) / traces; }
};

using Make = std::function<BalancedNetwork(std::uint64_t)>;

Tally trace_many(int seeds, const Make& make, const MeasurementRequest& wanted = request()) {
  Tally tally;
  for (int seed = 1; seed <= seeds; ++seed) {
    auto network = make(static_cast<std::uint64_t>(seed));
    MdaTask task(wanted);
    TaskDriver driver(task, network.path());
    const auto result = driver.run();
    const auto faults = faults_of(*result.graph, network.truth());
    ++tally.traces;
    tally.false_interfaces += faults.false_interfaces;
    tally.false_links += faults.false_links;
    tally.traces_with_missing_interfaces += faults.missing_interfaces > 0;
    tally.traces_with_missing_links += faults.missing_links > 0;
    tally.told_per_packet += !result.graph->per_packet.empty();
    tally.incomplete += !result.graph->complete;
    tally.probes += result.probes_sent;
    tally.longest = std::max(tally.longest, driver.elapsed());
  }
  return tally;
}

Make rows(std::vector<int> widths) {
  return [widths = std::move(widths)](std::uint64_t seed) { return BalancedNetwork::of_rows(widths, seed); };
}
// Routers by what is next to them, the first one first.
Make routers(std::vector<std::vector<int>> next) {
  return [next = std::move(next)](std::uint64_t seed) {
    BalancedNetwork network(seed);
    for (std::size_t i = 0; i < next.size(); ++i) network.routers[static_cast<int>(i) + 1].next = next[i];
    return network;
  };
}
Make with(const Make& make, const std::function<void(BalancedNetwork&)>& change) {
  return [=](std::uint64_t seed) {
    auto network = make(seed);
    change(network);
    return network;
  };
}

// Rows of routers behind the first one that lead on side by side and meet again; it chooses packet by packet.
Make chains_by_packet(int width, int length, const std::vector<int>& silent = {}) {
  return [=](std::uint64_t seed) {
    BalancedNetwork network(seed);
    const int last = 1 + length * width;
    for (int i = 1; i <= width; ++i) network.routers[1].next.push_back(1 + i);
    network.routers[1].per_packet = true;
    for (int i = 2; i <= last; ++i) network.routers[i].next = {std::min(i + width, last + 1)};
    network.routers[last + 1];
    for (const int router : silent) network.routers[router].silent = true;
    return network;
  };
}
Make by_packet(const Make& make, int router, int silent = 0) {
  return with(make, [=](BalancedNetwork& network) {
    network.routers[router].per_packet = true;
    if (silent > 0) network.routers[silent].silent = true;
  });
}

const Make asymmetric = routers({{2, 3}, {4}, {5, 6}, {7}, {7}, {7}, {}});
const Make nested = routers({{2, 3}, {4, 5}, {6, 7}, {8}, {8}, {9}, {9}, {10}, {10}, {}});
const Make two_chains = routers({{2, 3}, {4}, {5}, {6}, {7}, {8}, {8}, {}});
const Make unequal_lengths = routers({{2, 3}, {5}, {4}, {5}, {6}, {}});
const Make partly_meshed = routers({{2, 3, 4, 5}, {6, 7}, {6}, {7}, {8}, {9}, {9}, {9}, {}});

void expect_no_lies(const Tally& tally) {
  EXPECT_EQ(tally.false_interfaces, 0);
  EXPECT_EQ(tally.false_links, 0);
  EXPECT_EQ(tally.incomplete, 0);
}

TEST(MdaTask, a_path_without_balancers_is_one_chain_and_its_hops_are_those_of_a_trace) {
  auto network = BalancedNetwork::of_rows({1, 1, 1, 1}, 1);
  MdaTask task(request());
  TaskDriver driver(task, network.path());
  const auto result = driver.run();
  EXPECT_EQ(result.status, Status::reached);
  EXPECT_EQ(result.stop_reason, StopReason::destination);
  ASSERT_THAT(result.hops, SizeIs(5));
  EXPECT_EQ(result.hops[2].answer()->from, BalancedNetwork::address(3));
  EXPECT_EQ(result.hops[2].sent, 1);
  EXPECT_EQ(result.probes_sent, static_cast<int>(driver.sent.size()));
  ASSERT_TRUE(result.graph);
  EXPECT_TRUE(result.graph->complete);
  EXPECT_EQ(result.graph->confidence_percent, 95);
  ASSERT_THAT(result.graph->interfaces, SizeIs(5));
  ASSERT_THAT(result.graph->links, SizeIs(4));
  EXPECT_THAT(result.graph->interfaces[0].flows, ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(result.graph->links[0].flows, ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(result.graph->per_packet, IsEmpty());
}

TEST(MdaTask, all_ttls_are_asked_about_at_the_same_time) {
  auto network = BalancedNetwork::of_rows({1, 1, 4, 1, 1, 4, 1, 1, 4, 1, 1}, 3);
  MdaTask task(request());
  TaskDriver driver(task, network.path());
  driver.run();
  // 60 ms to the destination.
  EXPECT_LE(driver.elapsed(), 350ms);
}

TEST(MdaTask, three_hops_of_four_take_fewer_probes_than_asking_each_interface_by_itself) {
  const auto short_path = trace_many(100, rows({1, 1, 4, 1, 1, 4, 1, 1, 4, 1, 1}));
  expect_no_lies(short_path);
  EXPECT_LE(short_path.probes / short_path.traces, 155);
  const auto long_path = trace_many(100, rows({1, 1, 4, 1, 1, 4, 1, 1, 4, 1, 1, 1, 1, 1, 1}));
  expect_no_lies(long_path);
  EXPECT_LE(long_path.probes / long_path.traces, 180);
}

TEST(MdaTask, a_wide_hop_is_missed_no_oftener_than_the_confidence_allows) {
  constexpr int seeds = 2000;
  int missed = 0;
  int traces = 0;
  for (const int width : {2, 4, 8}) {
    const auto tally = trace_many(seeds, rows({1, width, 1}));
    expect_no_lies(tally);
    const double deviation = std::sqrt(0.05 * 0.95 / seeds);
    EXPECT_LE(tally.share(tally.traces_with_missing_interfaces), 0.05 + 2 * deviation) << width;
    missed += tally.traces_with_missing_interfaces;
    traces += tally.traces;
  }
  EXPECT_LE(missed, traces / 20);
  EXPECT_GT(missed, 0);
  const auto sure = trace_many(seeds / 2, rows({1, 4, 1}), request(99));
  EXPECT_LE(sure.share(sure.traces_with_missing_interfaces), 0.01 + 2 * std::sqrt(0.01 * 0.99 * 2 / seeds));
}

TEST(MdaTask, sixteen_branches_are_found) {
  const auto tally = trace_many(200, rows({1, 1, 16, 1, 1}));
  expect_no_lies(tally);
  EXPECT_LE(tally.share(tally.traces_with_missing_interfaces), 0.07);
  EXPECT_LE(tally.share(tally.traces_with_missing_links), 0.08);
}

TEST(MdaTask, no_shape_of_balancers_makes_a_link_that_is_none) {
  const std::vector<std::pair<const char*, Make>> shapes{
      {"asymmetric", asymmetric},
      {"nested", nested},
      {"chains", two_chains},
      {"unequal lengths", unequal_lengths},
      {"partly meshed", partly_meshed},
      {"meshed", rows({1, 4, 4, 1})},
      {"meshed, two wide", rows({1, 2, 2, 1})},
  };
  for (const auto& [name, make] : shapes) {
    SCOPED_TRACE(name);
    const auto tally = trace_many(100, make);
    EXPECT_EQ(tally.false_interfaces, 0);
    EXPECT_EQ(tally.false_links, 0);
    EXPECT_LE(tally.incomplete, 3);
    // Each of up to three balanced hops keeps the bound by itself.
    EXPECT_LE(tally.share(tally.traces_with_missing_interfaces), 0.14);
    EXPECT_LE(tally.share(tally.traces_with_missing_links), 0.16);
  }
}

TEST(MdaTask, a_balancer_by_packet_is_told_and_no_link_is_drawn_from_its_branches) {
  for (const int width : {2, 4}) {
    const auto tally = trace_many(300, chains_by_packet(width, 3));
    expect_no_lies(tally);
    EXPECT_EQ(tally.told_per_packet, tally.traces);
  }
}

TEST(MdaTask, silent_branches_behind_a_balancer_by_packet_make_no_link_and_cost_no_patience) {
  const auto uneven = routers({{2, 2, 2, 3}, {4}, {5}, {6}, {6}, {}});
  const auto one_of_two = routers({{2, 3}, {4, 5}, {6}, {7}, {8}, {9}, {10}, {10}, {10}, {}});
  const std::vector<std::pair<const char*, Make>> shapes{
      {"first of a chain", chains_by_packet(2, 3, {3})},
      {"second of a chain", chains_by_packet(2, 3, {5})},
      {"last of a chain", chains_by_packet(2, 3, {7})},
      {"one of each chain", chains_by_packet(2, 3, {3, 6})},
      {"two of three", chains_by_packet(3, 2, {2, 3})},
      {"two of four", chains_by_packet(4, 3, {3, 7})},
      {"half of a row", by_packet(rows({1, 2, 1, 1}), 1, 3)},
      {"a quarter of a row", by_packet(rows({1, 4, 1, 1}), 1, 3)},
      {"half of a row before a mesh", by_packet(rows({1, 2, 2, 1}), 1, 3)},
      {"behind one of two ways", by_packet(one_of_two, 2, 5)},
      {"the smaller share", by_packet(uneven, 1, 3)},
      {"the larger share", by_packet(uneven, 1, 2)},
  };
  for (const auto& [name, make] : shapes) {
    SCOPED_TRACE(name);
    const auto tally = trace_many(400, make);
    EXPECT_EQ(tally.false_interfaces, 0);
    EXPECT_EQ(tally.false_links, 0);
    EXPECT_LE(tally.longest, 4s);
  }
}

TEST(MdaTask, networks_of_any_shape_make_no_link_that_is_none) {
  constexpr int seeds = 250;
  for (const auto kind : {RandomNetwork::by_flow, RandomNetwork::with_silence, RandomNetwork::by_packet}) {
    const auto tally = trace_many(seeds, [&](std::uint64_t seed) { return BalancedNetwork::at_random(seed, kind); });
    EXPECT_EQ(tally.false_interfaces, 0);
    EXPECT_EQ(tally.false_links, 0);
    EXPECT_LE(tally.longest, MdaTask::most_time + 1s);
    EXPECT_LE(tally.incomplete, seeds / 50);
  }
}

TEST(MdaTask, a_lone_hop_behind_a_balancer_by_packet_is_told_with_the_confidence_asked_for) {
  const auto tally = trace_many(
      1000, with(rows({1, 1, 2, 1, 1}), [](BalancedNetwork& network) { network.routers[2].per_packet = true; }));
  expect_no_lies(tally);
  EXPECT_GE(tally.share(tally.told_per_packet), 0.9);
}

TEST(MdaTask, loss_makes_no_link_and_hides_hardly_one) {
  struct Bounds {
    double loss = 0;
    double missing_links = 0;
    int probes = 0;
  };
  const auto expect = [](const Make& make, const Bounds& bounds) {
    SCOPED_TRACE(bounds.loss);
    const auto tally = trace_many(300, with(make, [&](BalancedNetwork& network) { network.loss = bounds.loss; }));
    EXPECT_EQ(tally.false_interfaces, 0);
    EXPECT_EQ(tally.false_links, 0);
    EXPECT_LE(tally.share(tally.traces_with_missing_links), bounds.missing_links);
    EXPECT_LE(tally.probes / tally.traces, bounds.probes);
  };
  // Without loss 12 % miss an interface of the three hops, and 154 probes are sent.
  const auto fours = rows({1, 1, 4, 1, 1, 4, 1, 1, 4, 1, 1});
  expect(fours, {.loss = 0.02, .missing_links = 0.15, .probes = 167});
  expect(fours, {.loss = 0.05, .missing_links = 0.15, .probes = 182});
  // Without loss 0.7 % miss one, and 126 probes are sent.
  expect(nested, {.loss = 0.02, .missing_links = 0.02, .probes = 134});
  expect(nested, {.loss = 0.05, .missing_links = 0.03, .probes = 140});
  expect(nested, {.loss = 0.2, .missing_links = 0.05, .probes = 170});
}

TEST(MdaTask, a_silent_branch_by_packet_is_told_from_loss) {
  const auto tally =
      trace_many(300, with(chains_by_packet(2, 3, {3}), [](BalancedNetwork& network) { network.loss = 0.05; }));
  EXPECT_EQ(tally.false_interfaces, 0);
  EXPECT_EQ(tally.false_links, 0);
}

TEST(MdaTask, a_silent_branch_is_a_silence_of_some_flows_and_joined_to_nothing) {
  const auto make = with(rows({1, 4, 1, 1}), [](BalancedNetwork& network) { network.routers[3].silent = true; });
  expect_no_lies(trace_many(300, make));
  auto network = make(1);
  MdaTask task(request());
  TaskDriver driver(task, network.path());
  const auto graph = *driver.run().graph;
  const auto silence = std::ranges::find_if(graph.interfaces, [](const auto& interface) { return !interface.address; });
  ASSERT_NE(silence, graph.interfaces.end());
  EXPECT_EQ(silence->ttl, Ttl{2});
  const auto place = static_cast<std::size_t>(silence - graph.interfaces.begin());
  for (const auto& link : graph.links) {
    EXPECT_NE(link.from, place);
    EXPECT_NE(link.to, place);
  }
}

TEST(MdaTask, a_silent_hop_parts_the_graph_and_hides_nothing_behind_it) {
  const auto tally =
      trace_many(300, with(rows({1, 1, 1, 4, 1}), [](BalancedNetwork& network) { network.routers[3].silent = true; }));
  expect_no_lies(tally);
  EXPECT_LE(tally.share(tally.traces_with_missing_interfaces), 0.06);
}

TEST(MdaTask, unequal_shares_are_beyond_the_rule_and_make_no_link_either) {
  expect_no_lies(trace_many(300, routers({{2, 2, 2, 3}, {4}, {4}, {}})));
  expect_no_lies(trace_many(300, routers({{2, 2, 2, 2, 2, 2, 2, 3}, {4}, {5}, {6}, {6}, {}})));
}

TEST(MdaTask, where_shares_are_seen_to_be_unequal_more_flows_are_asked_about) {
  // 17 % of a thousand without.
  const auto tally = trace_many(1000, routers({{2, 2, 2, 3, 4, 5}, {6}, {6}, {6}, {6}, {}}));
  expect_no_lies(tally);
  EXPECT_LE(tally.share(tally.traces_with_missing_interfaces), 0.145);
}

TEST(MdaTask, a_router_that_answers_few_a_second_is_asked_slowly_and_not_called_silent) {
  auto network = BalancedNetwork::of_rows({1, 1, 1, 1}, 1);
  std::map<int, Instant> free_at;
  Instant now = TaskDriver::start;
  TaskDriver* clock = nullptr;
  MdaTask task(request());
  TaskDriver driver(task, [&](ProbeTag tag) -> std::optional<PathAnswer> {
    now = TaskDriver::start + clock->elapsed();
    auto& free = free_at[tag.ttl.value];
    if (tag.ttl == Ttl{2} && now < free) return std::nullopt;
    free = now + 200ms;
    return network.answer(tag);
  });
  clock = &driver;
  const auto result = driver.run();
  EXPECT_TRUE(result.graph->complete);
  for (const auto& interface : result.graph->interfaces) EXPECT_TRUE(interface.address.has_value());
  EXPECT_LE(driver.elapsed(), 15s);
}

TEST(MdaTask, a_target_that_stays_silent_ends_the_trace_as_it_ends_every_trace) {
  auto network = BalancedNetwork::of_rows({1, 4, 1}, 5);
  MdaTask task(request());
  TaskDriver driver(task, [&](ProbeTag tag) -> std::optional<PathAnswer> {
    auto answer = network.answer(tag);
    if (answer && answer->from == BalancedNetwork::target) return std::nullopt;
    return answer;
  });
  const auto result = driver.run();
  EXPECT_EQ(result.status, Status::silent);
  EXPECT_EQ(result.stop_reason, StopReason::gap_limit);
  EXPECT_EQ(result.graph->interfaces.back().ttl, Ttl{3});
  EXPECT_LE(driver.sent.size(), 80);
}

TEST(MdaTask, a_refusal_is_an_end_and_no_link) {
  auto network = BalancedNetwork::of_rows({1, 2, 1}, 5);
  MdaTask task(request());
  TaskDriver driver(task, [&](ProbeTag tag) -> std::optional<PathAnswer> {
    auto answer = network.answer(tag);
    if (answer && answer->from == BalancedNetwork::target) {
      answer->from = BalancedNetwork::address(99);
      answer->message = codec::IcmpMessage::unreachable_host;
    }
    return answer;
  });
  const auto result = driver.run();
  EXPECT_EQ(result.status, Status::unreachable);
  for (const auto& link : result.graph->links)
    EXPECT_NE(result.graph->interfaces[link.to].address, BalancedNetwork::address(99));
  EXPECT_TRUE(result.graph->complete);
}

TEST(MdaTask, an_address_that_answers_at_two_ttls_is_not_linked_to_itself) {
  MdaTask task(request());
  TaskDriver driver(task, [&](ProbeTag tag) -> std::optional<PathAnswer> {
    if (tag.ttl >= Ttl{5})
      return PathAnswer{
          .from = BalancedNetwork::target, .message = codec::IcmpMessage::echo_reply, .rtt = 20ms, .reply_ttl = 60};
    return PathAnswer{.from = BalancedNetwork::address(tag.ttl == Ttl{3} ? 2 : tag.ttl.value), .rtt = 10ms};
  });
  const auto graph = *driver.run().graph;
  EXPECT_THAT(graph.interfaces, SizeIs(5));
  EXPECT_THAT(graph.links, SizeIs(3));
}

TEST(MdaTask, more_branches_than_flows_end_at_the_bound_and_are_said_to_be_incomplete) {
  auto network = BalancedNetwork::of_rows({1, 200, 1}, 1);
  MdaTask task(request());
  TaskDriver driver(task, network.path());
  const auto result = driver.run();
  EXPECT_FALSE(result.graph->complete);
  EXPECT_LE(driver.sent.size(), MdaTask::most_probes);
  for (const auto tag : driver.sent) EXPECT_LT(tag.flow, MdaTask::most_flows);
}

TEST(MdaTask, probes_keep_the_distance_that_was_asked_for) {
  auto network = BalancedNetwork::of_rows({1, 2, 1}, 1);
  auto wanted = request();
  wanted.probe_spacing = 10ms;
  MdaTask task(wanted);
  TaskDriver driver(task, network.path());
  driver.run();
  for (std::size_t i = 1; i < driver.sent_at.size(); ++i) EXPECT_GE(driver.sent_at[i] - driver.sent_at[i - 1], 10ms);
}

TEST(MdaTask, only_the_answers_of_the_requests_own_flow_are_told_as_they_come) {
  auto network = BalancedNetwork::of_rows({1, 4, 1}, 5);
  MdaTask task(request());
  TaskDriver driver(task, network.path());
  driver.run();
  const auto own = std::ranges::count(driver.sent, std::uint16_t{0}, &ProbeTag::flow);
  EXPECT_LE(static_cast<std::ptrdiff_t>(driver.events.size()), own);
}

}  // namespace
}  // namespace cw::probe
