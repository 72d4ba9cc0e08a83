#include "lab/simulated_internet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "codec/tcp.hpp"
#include "lab/test_packets.hpp"

namespace cw::lab::test {
namespace {

using namespace std::chrono_literals;
using codec::IcmpMessage;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SimulatedInternet, every_hop_answers_at_its_ttl_and_silent_ones_do_not) {
  Vantage vantage(scenario_file("silent_hops"));
  EXPECT_EQ(vantage.trace(address("203.0.113.14")),
            "192.0.2.1 198.51.100.2 198.51.100.3 * 198.51.100.5 198.51.100.6 198.51.100.7 * * 198.51.100.10 "
            "198.51.100.11 198.51.100.12 198.51.100.13 203.0.113.14");
}

TEST(SimulatedInternet, both_families_take_the_same_path) {
  Vantage vantage(scenario_file("silent_hops"));
  EXPECT_EQ(vantage.trace(address("2001:db8:14::14")),
            "2001:db8::1 2001:db8:1::2 2001:db8:1::3 * 2001:db8:2::5 2001:db8:2::6 2001:db8:2::7 * * 2001:db8:3::a "
            "2001:db8:3::b 2001:db8:4::c 2001:db8:4::d 2001:db8:14::14");
}

TEST(SimulatedInternet, a_round_trip_is_the_sum_of_the_delays_there_and_back) {
  Vantage vantage(scenario_file("silent_hops"));
  const auto sent = vantage.now();
  const auto arrivals = vantage.ask(echo_request(vantage.scenario(), {.destination = address("203.0.113.14")}));
  ASSERT_THAT(arrivals, SizeIs(1));
  EXPECT_DOUBLE_EQ(milliseconds(arrivals[0].at - sent), 60);
}

TEST(SimulatedInternet, a_time_exceeded_quotes_the_packet_as_the_router_saw_it) {
  for (const auto* text : {"203.0.113.14", "2001:db8:14::14"}) {
    Vantage vantage(scenario_file("silent_hops"));
    auto probe = echo_request(vantage.scenario(), {.destination = address(text), .ttl = 5, .sequence = 77});
    const auto arrivals = vantage.ask(probe);
    ASSERT_THAT(arrivals, SizeIs(1));
    const auto icmp = icmp_of(arrivals[0].bytes);
    EXPECT_EQ(icmp.message, IcmpMessage::time_exceeded);
    ASSERT_TRUE(icmp.error);
    EXPECT_EQ(icmp.error->quoted.header.ttl, 1);
    EXPECT_TRUE(icmp.error->quoted.header.checksum_ok);
    set_ttl(probe, 1);
    EXPECT_THAT(icmp.error->quoted_bytes, ::testing::ElementsAreArray(probe));
  }
}

TEST(SimulatedInternet, an_echo_reply_returns_identifier_sequence_and_payload) {
  Vantage vantage(scenario_file("silent_hops"));
  const auto arrivals = vantage.ask(echo_request(
      vantage.scenario(), {.destination = address("203.0.113.14"), .flow = 9, .sequence = 3, .payload = 56}));
  ASSERT_THAT(arrivals, SizeIs(1));
  const auto icmp = icmp_of(arrivals[0].bytes);
  ASSERT_TRUE(icmp.echo);
  EXPECT_EQ(icmp.message, IcmpMessage::echo_reply);
  EXPECT_EQ(icmp.echo->identifier, 9);
  EXPECT_EQ(icmp.echo->sequence, 3);
  EXPECT_THAT(icmp.echo->payload, SizeIs(56));
}

TEST(SimulatedInternet, the_ttl_of_a_reply_counts_the_hops_of_the_way_back) {
  Vantage vantage(scenario_file("silent_hops"));
  const auto reply_ttl = [&](std::uint8_t ttl) {
    const auto arrivals =
        vantage.ask(echo_request(vantage.scenario(), {.destination = address("203.0.113.14"), .ttl = ttl}));
    return int{parsed(arrivals.at(0).bytes).header.ttl};
  };
  EXPECT_EQ(reply_ttl(1), 64);  // the gateway's own initial TTL
  EXPECT_EQ(reply_ttl(2), 255 - 1);
  EXPECT_EQ(reply_ttl(13), 255 - 12);
  EXPECT_EQ(reply_ttl(64), 64 - 13);  // the host
}

TEST(SimulatedInternet, udp_to_a_closed_port_is_refused_by_the_host_with_the_ttl_that_was_left) {
  Vantage vantage(scenario_file("silent_hops"));
  const auto arrivals = vantage.ask(udp_probe(vantage.scenario(), {.destination = address("203.0.113.14"), .ttl = 20}));
  ASSERT_THAT(arrivals, SizeIs(1));
  const auto icmp = icmp_of(arrivals[0].bytes);
  EXPECT_EQ(icmp.message, IcmpMessage::unreachable_port);
  EXPECT_EQ(icmp.error->quoted.header.ttl, 20 - 13);
  EXPECT_EQ(parsed(arrivals[0].bytes).header.source, address("203.0.113.14"));
}

codec::TcpFlags tcp_answer(Vantage& vantage, const Probe& probe) {
  const auto arrivals = vantage.ask(tcp_syn(vantage.scenario(), probe));
  const auto tcp = codec::parse_tcp(parsed(arrivals.at(0).bytes).payload);
  EXPECT_EQ(tcp->acknowledgement, probe.sequence + 1U);
  return tcp->flags;
}

TEST(SimulatedInternet, a_syn_is_accepted_at_an_open_port_and_reset_at_a_closed_one) {
  Vantage vantage(scenario_file("unreachable"));
  const auto open = tcp_answer(vantage, {.destination = address("203.0.113.1"), .sequence = 5, .port = 443});
  EXPECT_TRUE(open.syn && open.ack && !open.rst);
  const auto closed = tcp_answer(vantage, {.destination = address("203.0.113.1"), .sequence = 5, .port = 81});
  EXPECT_TRUE(closed.rst && closed.ack && !closed.syn);
  const auto v6 = tcp_answer(vantage, {.destination = address("2001:db8:100::1"), .sequence = 5, .port = 443});
  EXPECT_TRUE(v6.syn && v6.ack);
}

TEST(SimulatedInternet, each_way_of_not_arriving_has_its_message) {
  Vantage vantage(scenario_file("unreachable"));
  const std::string before = "192.0.2.1 198.51.100.1 198.51.100.2 ";
  EXPECT_EQ(vantage.trace(address("203.0.113.1")), before + "203.0.113.1");
  EXPECT_EQ(vantage.trace(address("203.0.113.2")), before + "198.51.100.2!N");
  EXPECT_EQ(vantage.trace(address("203.0.113.3")), before + "198.51.100.2!H");
  EXPECT_EQ(vantage.trace(address("203.0.113.4")), before + "203.0.113.4!P");
  EXPECT_EQ(vantage.trace(address("203.0.113.5")), before + "198.51.100.2!X");
  EXPECT_EQ(vantage.trace(address("203.0.113.7"), 0, 6), before + "* * *");
  EXPECT_EQ(vantage.trace(address("203.0.113.67")), before + "198.51.100.2!H");
  EXPECT_EQ(vantage.trace(address("203.0.113.130"), 0, 5), "192.0.2.1 198.51.100.1 198.51.100.3 * *");
  EXPECT_EQ(vantage.trace(address("203.0.113.200")), "192.0.2.1 198.51.100.1 198.51.100.1!X");
  EXPECT_EQ(vantage.trace(address("9.9.9.9")), "192.0.2.1 198.51.100.1 198.51.100.1!N");
  EXPECT_EQ(vantage.trace(address("2001:db8:100::3")), "2001:db8::1 2001:db8:1::1 2001:db8:2::2 2001:db8:2::2!H");
}

TEST(SimulatedInternet, a_filter_may_hold_for_some_protocols_only) {
  Vantage vantage(scenario_file("unreachable"));
  const Probe probe{.destination = address("203.0.113.6"), .port = 443};
  EXPECT_THAT(vantage.ask(echo_request(vantage.scenario(), probe)), IsEmpty());
  EXPECT_THAT(vantage.ask(udp_probe(vantage.scenario(), probe)), IsEmpty());
  EXPECT_THAT(vantage.ask(tcp_syn(vantage.scenario(), probe)), SizeIs(1));
  const Probe dns{.destination = address("203.0.113.8"), .port = 53};
  EXPECT_THAT(vantage.ask(udp_probe(vantage.scenario(), dns)), IsEmpty());
}

TEST(SimulatedInternet, a_router_answers_at_its_own_address) {
  Vantage vantage(scenario_file("silent_hops"));
  EXPECT_EQ(vantage.trace(address("198.51.100.3")), "192.0.2.1 198.51.100.2 198.51.100.3");
  EXPECT_THAT(vantage.ask(echo_request(vantage.scenario(), {.destination = address("198.51.100.8")})), IsEmpty());
}

TEST(SimulatedInternet, a_loop_goes_on_until_the_ttl_ends) {
  Vantage vantage(scenario_file("loop"));
  EXPECT_EQ(vantage.trace(address("203.0.113.200"), 0, 8),
            "192.0.2.1 198.51.100.1 198.51.100.2 198.51.100.3 198.51.100.2 198.51.100.3 198.51.100.2 198.51.100.3");
  EXPECT_EQ(vantage.trace(address("203.0.113.1")),
            "192.0.2.1 198.51.100.1 198.51.100.2 198.51.100.3 198.51.100.4 203.0.113.1");
}

TEST(SimulatedInternet, labels_are_quoted_by_the_routers_of_a_tunnel) {
  Vantage vantage(scenario_file("mpls"));
  const auto labels = [&](std::uint8_t ttl) {
    const auto arrivals =
        vantage.ask(echo_request(vantage.scenario(), {.destination = address("203.0.113.1"), .ttl = ttl}));
    return codec::mpls_entries(icmp_of(arrivals.at(0).bytes).error->extensions);
  };
  EXPECT_THAT(labels(3), IsEmpty());
  EXPECT_THAT(labels(4), ElementsAre(codec::MplsEntry{.label = 24015, .bottom = true, .ttl = 1}));
  EXPECT_THAT(labels(5), ElementsAre(codec::MplsEntry{.label = 24016, .bottom = false, .ttl = 1},
                                     codec::MplsEntry{.label = 300, .bottom = true, .ttl = 1}));
  EXPECT_THAT(labels(6), ElementsAre(codec::MplsEntry{.label = 24017, .bottom = true, .ttl = 1}));
}

TEST(SimulatedInternet, answers_take_the_way_back_with_its_length_and_delay) {
  Vantage vantage(scenario_file("asymmetric"));
  const auto sent = vantage.now();
  const auto far = vantage.ask(echo_request(vantage.scenario(), {.destination = address("203.0.113.1")}));
  ASSERT_THAT(far, SizeIs(1));
  // There: 0.05 + 2 + 5 + 5 + 1 + 0.2 ms by 5 routers; back: 0.2 + 1 + 10 + 15 + 15 + 10 + 2 + 0.05 ms by 7.
  EXPECT_DOUBLE_EQ(milliseconds(far[0].at - sent), 13.25 + 53.25);
  EXPECT_EQ(int{parsed(far[0].bytes).header.ttl}, 64 - 7);
  EXPECT_EQ(vantage.trace(address("203.0.113.1")),
            "192.0.2.1 198.51.100.1 198.51.100.2 198.51.100.6 198.51.100.7 203.0.113.1");
}

TEST(SimulatedInternet, one_flow_always_takes_one_path_and_flows_spread_over_all_of_them) {
  Vantage vantage(scenario_file("load_balanced"));
  std::set<std::string> paths;
  for (std::uint16_t flow = 0; flow < 64; ++flow) {
    const auto path = vantage.trace(address("203.0.113.1"), flow);
    EXPECT_EQ(vantage.trace(address("203.0.113.1"), flow), path);
    paths.insert(path);
  }
  EXPECT_THAT(paths, SizeIs(4));
}

TEST(SimulatedInternet, ports_make_a_udp_flow_and_the_flow_label_an_ipv6_one) {
  Vantage vantage(scenario_file("load_balanced"));
  for (const auto* text : {"203.0.113.1", "2001:db8:10::1"}) {
    std::map<std::uint16_t, std::set<IpAddress>> by_flow;
    std::set<IpAddress> all;
    for (std::uint16_t i = 0; i < 200; ++i) {
      const std::uint16_t flow = i % 50;
      const auto arrivals = vantage.ask(udp_probe(
          vantage.scenario(), {.destination = address(text), .ttl = 3, .flow = flow, .payload = std::size_t{8} + i}));
      ASSERT_THAT(arrivals, SizeIs(1));
      by_flow[flow].insert(parsed(arrivals[0].bytes).header.source);
      all.insert(parsed(arrivals[0].bytes).header.source);
    }
    EXPECT_THAT(all, SizeIs(4));
    for (const auto& [flow, addresses] : by_flow) EXPECT_THAT(addresses, SizeIs(1));
  }
  std::set<IpAddress> by_label;
  for (std::uint8_t label = 0; label < 50; ++label) {
    auto probe = udp_probe(vantage.scenario(), {.destination = address("2001:db8:10::1"), .ttl = 3});
    probe[3] = label;
    by_label.insert(parsed(vantage.ask(probe).at(0).bytes).header.source);
  }
  EXPECT_THAT(by_label, SizeIs(4));
}

TEST(SimulatedInternet, a_packet_balancer_splits_one_flow) {
  Vantage vantage(scenario_file("load_balanced"));
  std::set<IpAddress> seen;
  for (int i = 0; i < 40; ++i) {
    const auto arrivals =
        vantage.ask(echo_request(vantage.scenario(), {.destination = address("203.0.113.129"), .ttl = 6}));
    seen.insert(parsed(arrivals.at(0).bytes).header.source);
  }
  EXPECT_THAT(seen, ElementsAre(address("198.51.100.31"), address("198.51.100.32")));
}

TEST(SimulatedInternet, a_reply_comes_from_the_interface_that_the_probe_came_in_on) {
  Vantage vantage(scenario_file("load_balanced"));
  std::set<IpAddress> seen;
  for (std::uint16_t flow = 0; flow < 40; ++flow) {
    const auto arrivals = vantage.ask(
        echo_request(vantage.scenario(), {.destination = address("203.0.113.129"), .ttl = 5, .flow = flow}));
    seen.insert(parsed(arrivals.at(0).bytes).header.source);
  }
  EXPECT_THAT(seen, ElementsAre(address("198.51.100.101"), address("198.51.100.102")));
}

TEST(SimulatedInternet, a_router_answers_its_burst_and_then_at_its_rate) {
  Vantage vantage(scenario_file("rate_limited"));
  const auto probe = echo_request(vantage.scenario(), {.destination = address("203.0.113.1"), .ttl = 4});
  for (int i = 0; i < 100; ++i) vantage.send(probe);
  EXPECT_THAT(vantage.collect(), SizeIs(20));
  EXPECT_EQ(vantage.internet().counters().dropped_by(DropCause::rate_limited), 80U);
  vantage.wait(100ms);
  for (int i = 0; i < 100; ++i) vantage.send(probe);
  const auto after = vantage.collect().size();
  EXPECT_GE(after, 10U);
  EXPECT_LE(after, 12U);
}

TEST(SimulatedInternet, a_rate_limit_is_asked_in_the_order_of_arrival_at_the_router) {
  // The first probe sent takes the long way to the limiting router, so the second one gets its only answer.
  constexpr auto text = R"(
    [vantage]
    v4 = "192.0.2.10"
    router = "a"
    [[router]]
    name = "a"
    v4 = "192.0.2.1"
    [[router]]
    name = "slow"
    v4 = "192.0.2.2"
    [[router]]
    name = "limit"
    v4 = "192.0.2.3"
    replies_per_second = 1
    [[link]]
    a = "a"
    b = "slow"
    delay_ms = 50
    [[link]]
    a = "slow"
    b = "limit"
    [[link]]
    a = "a"
    b = "limit"
    cost = 10
    [[host]]
    address = "203.0.113.1"
    router = "limit"
    [[host]]
    address = "203.0.113.2"
    router = "limit"
    [[route]]
    router = "a"
    prefix = "203.0.113.2/32"
    via = "limit"
  )";
  Vantage vantage(scenario_text(text));
  vantage.send(echo_request(vantage.scenario(), {.destination = address("203.0.113.1"), .ttl = 3}));
  vantage.send(echo_request(vantage.scenario(), {.destination = address("203.0.113.2"), .ttl = 2}));
  const auto arrivals = vantage.collect();
  ASSERT_THAT(arrivals, SizeIs(1));
  EXPECT_EQ(icmp_of(arrivals[0].bytes).error->quoted.header.destination, address("203.0.113.2"));
}

TEST(SimulatedInternet, duplicates_and_late_answers_come_as_told) {
  Vantage vantage(scenario_file("rate_limited"));
  int late = 0;
  for (std::uint16_t i = 0; i < 50; ++i) {
    const auto sent = vantage.now();
    const auto arrivals =
        vantage.ask(echo_request(vantage.scenario(), {.destination = address("203.0.113.2"), .sequence = i}));
    ASSERT_THAT(arrivals, SizeIs(2));
    EXPECT_EQ(arrivals[0].bytes, arrivals[1].bytes);
    if (arrivals[0].at - sent > 3s) ++late;
  }
  EXPECT_GT(late, 2);
  EXPECT_LT(late, 25);
}

TEST(SimulatedInternet, loss_takes_its_share_of_the_probes) {
  auto scenario = scenario_file("silent_hops");
  scenario.links[0].loss = 0.1F;
  Vantage vantage(std::move(scenario));
  std::size_t answered = 0;
  for (int i = 0; i < 2000; ++i)
    answered +=
        vantage.ask(echo_request(vantage.scenario(), {.destination = address("203.0.113.14"), .ttl = 2})).size();
  EXPECT_GT(answered, 1740U);
  EXPECT_LT(answered, 1860U);
}

TEST(SimulatedInternet, a_packet_above_the_mtu_of_a_link_is_refused_with_that_mtu) {
  auto scenario = scenario_file("silent_hops");
  scenario.links[1].mtu = 1400;
  Vantage vantage(std::move(scenario));
  for (const auto* text : {"203.0.113.14", "2001:db8:14::14"}) {
    const auto arrivals = vantage.ask(
        echo_request(vantage.scenario(), {.destination = address(text), .payload = 1400, .dont_fragment = true}));
    ASSERT_THAT(arrivals, SizeIs(1));
    const auto icmp = icmp_of(arrivals[0].bytes);
    EXPECT_EQ(icmp.message, IcmpMessage::packet_too_big);
    EXPECT_EQ(icmp.error->next_hop_mtu, 1400);
  }
  EXPECT_THAT(vantage.ask(echo_request(vantage.scenario(), {.destination = address("203.0.113.14"), .payload = 1400})),
              SizeIs(1));
}

TEST(SimulatedInternet, answers_are_not_answered_and_strangers_not_served) {
  Vantage vantage(scenario_file("silent_hops"));
  const auto error = vantage.ask(echo_request(vantage.scenario(), {.destination = address("203.0.113.14"), .ttl = 2}));
  vantage.send(error.at(0).bytes);  // not from the vantage
  EXPECT_EQ(vantage.internet().counters().dropped_by(DropCause::foreign_source), 1U);
  vantage.send(echo_request(vantage.scenario(), {.destination = address("224.0.0.1")}));
  EXPECT_EQ(vantage.internet().counters().dropped_by(DropCause::not_unicast), 1U);
  auto reply = echo_request(vantage.scenario(), {.destination = address("203.0.113.14"), .ttl = 2});
  reply[20] = 11;  // now a time exceeded
  vantage.send(reply);
  EXPECT_EQ(vantage.internet().counters().dropped_by(DropCause::no_answer_due), 1U);
  EXPECT_THAT(vantage.collect(), IsEmpty());
}

TEST(SimulatedInternet, packets_in_flight_have_a_bound) {
  SimulatedInternet internet(scenario_file("silent_hops"), Instant{}, 10);
  const auto probe = echo_request(internet.scenario(), {.destination = address("203.0.113.14")});
  for (int i = 0; i < 25; ++i) internet.send(probe, Instant{});
  EXPECT_EQ(internet.in_flight(), 10U);
  EXPECT_EQ(internet.counters().dropped_by(DropCause::too_many), 15U);
}

std::vector<Arrival> a_busy_minute(std::uint64_t seed) {
  auto scenario = scenario_file("unclean_thousand");
  scenario.seed = seed;
  Vantage vantage(std::move(scenario));
  for (std::size_t i = 0; i < 3000; ++i) {
    const auto& destination = vantage.scenario().destinations[i % 1000];
    vantage.send(echo_request(vantage.scenario(),
                              {.destination = destination.address, .ttl = static_cast<std::uint8_t>(1 + i % 16)}));
  }
  return vantage.collect();
}

TEST(SimulatedInternet, the_same_seed_gives_the_same_bytes_at_the_same_instants) {
  const auto one = a_busy_minute(7);
  const auto other = a_busy_minute(7);
  ASSERT_EQ(one.size(), other.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    ASSERT_EQ(one[i].bytes, other[i].bytes);
    ASSERT_EQ(one[i].at, other[i].at);
  }
  EXPECT_NE(a_busy_minute(8).size(), one.size());
}

}  // namespace
}  // namespace cw::lab::test
