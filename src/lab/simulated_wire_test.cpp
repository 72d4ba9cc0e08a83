#include "lab/simulated_wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <thread>

#include "lab/test_packets.hpp"

namespace cw::lab::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct SimulatedWireTest : ::testing::Test {
  ManualClock clock{Instant{1000s}};
  SimulatedInternet internet{scenario_file("silent_hops"), clock.now()};
  SimulatedWire wire{internet, clock};
  std::vector<std::size_t> refused;
  std::array<platform::IncomingPacket, 8> incoming;

  void send(std::string_view target, std::uint8_t ttl) {
    const auto probe = echo_request(internet.scenario(), {.destination = address(target), .ttl = ttl});
    const platform::OutgoingPacket packet{.destination = address(target), .bytes = probe};
    EXPECT_EQ(*wire.send({&packet, 1}, refused), 1U);
  }
};

TEST_F(SimulatedWireTest, receiving_moves_the_clock_to_the_next_arrival) {
  send("203.0.113.14", 64);
  send("203.0.113.14", 2);
  EXPECT_EQ(*wire.receive(incoming, clock.now() + 1s), 1U);
  EXPECT_EQ(incoming[0].received_at, Instant{1000s} + 2100us);
  EXPECT_EQ(clock.now(), incoming[0].received_at);
  EXPECT_EQ(*wire.receive(incoming, clock.now() + 1s), 1U);
  EXPECT_EQ(clock.now(), Instant{1000s} + 60ms);
}

TEST_F(SimulatedWireTest, receiving_ends_at_its_instant_when_nothing_comes) {
  send("203.0.113.14", 4);
  EXPECT_EQ(*wire.receive(incoming, Instant{1001s}), 0U);
  EXPECT_EQ(clock.now(), Instant{1001s});
}

TEST_F(SimulatedWireTest, what_is_there_is_returned_at_once_also_late) {
  for (int i = 0; i < 3; ++i) send("203.0.113.14", 1);
  clock.advance(10s);
  EXPECT_EQ(*wire.receive(incoming, Instant{}), 3U);
  EXPECT_EQ(clock.now(), Instant{1010s});
  EXPECT_EQ(incoming[2].received_at, Instant{1000s} + 100us);
  EXPECT_EQ(wire.counters().packets_received, 3U);
}

TEST_F(SimulatedWireTest, a_wake_ends_one_wait_without_moving_the_clock) {
  wire.wake();
  EXPECT_EQ(*wire.receive(incoming, Instant{1001s}), 0U);
  EXPECT_EQ(clock.now(), Instant{1000s});
  EXPECT_EQ(*wire.receive(incoming, Instant{1001s}), 0U);
  EXPECT_EQ(clock.now(), Instant{1001s});
}

TEST_F(SimulatedWireTest, an_ipv4_packet_without_source_and_checksum_gets_both) {
  auto probe = echo_request(internet.scenario(), {.destination = address("203.0.113.14")});
  std::fill(probe.begin() + 10, probe.begin() + 16, std::uint8_t{0});
  const platform::OutgoingPacket packet{.destination = address("203.0.113.14"), .bytes = probe};
  EXPECT_EQ(*wire.send({&packet, 1}, refused), 1U);
  EXPECT_EQ(*wire.receive(incoming, Instant{1001s}), 1U);
  EXPECT_EQ(parsed(incoming[0].bytes).header.destination, address("192.0.2.10"));
}

TEST_F(SimulatedWireTest, sources_are_the_addresses_of_the_vantage) {
  EXPECT_EQ(*wire.source_for(address("203.0.113.14")), address("192.0.2.10"));
  EXPECT_EQ(*wire.source_for(address("2001:db8:14::14")), address("2001:db8::10"));
  EXPECT_EQ(wire.traits().name, "simulated");
}

TEST(SimulatedWire, a_family_that_the_vantage_lacks_is_refused) {
  auto scenario = scenario_file("silent_hops");
  scenario.vantage.v6 = {};
  ManualClock clock{Instant{1000s}};
  SimulatedInternet internet(std::move(scenario), clock.now());
  SimulatedWire wire(internet, clock);
  const auto probe = echo_request(internet.scenario(), {.destination = address("203.0.113.14")});
  const std::array<platform::OutgoingPacket, 2> packets{
      platform::OutgoingPacket{.destination = address("2001:db8:14::14"), .bytes = probe},
      platform::OutgoingPacket{.destination = address("203.0.113.14"), .bytes = probe}};
  std::vector<std::size_t> refused;
  EXPECT_EQ(*wire.send(packets, refused), 2U);
  EXPECT_THAT(refused, ElementsAre(0U));
  EXPECT_EQ(wire.counters().send_errors, 1U);
  EXPECT_EQ(wire.counters().packets_sent, 1U);
  EXPECT_FALSE(wire.source_for(address("2001:db8:14::14")));
  EXPECT_FALSE(wire.traits().has_v6);
}

TEST(SimulatedWire, a_packet_above_the_vantages_own_mtu_is_refused_and_zeros_count) {
  ManualClock clock;
  auto scenario = scenario_file("silent_hops");
  scenario.vantage.access.mtu = 1500;
  SimulatedInternet internet(std::move(scenario), clock.now());
  SimulatedWire wire(internet, clock);
  const auto probe = echo_request(internet.scenario(), {.destination = address("203.0.113.14")});
  platform::OutgoingPacket packet{.destination = address("203.0.113.14"), .bytes = probe};
  packet.zeros = static_cast<std::uint16_t>(1501 - probe.size());
  std::vector<std::size_t> refused;
  EXPECT_EQ(*wire.send({&packet, 1}, refused), 1U);
  EXPECT_THAT(refused, ElementsAre(0U));
  EXPECT_EQ(internet.counters().packets, 0U);
  --packet.zeros;
  refused.clear();
  EXPECT_EQ(*wire.send({&packet, 1}, refused), 1U);
  EXPECT_TRUE(refused.empty());
  EXPECT_EQ(internet.counters().packets, 1U);
}

// A clock that another thread moves stands for real time; the wait is ended by `wake`, never by a sleep.
TEST(SimulatedWire, on_real_time_a_wake_from_another_thread_ends_the_wait) {
  ManualClock clock{Instant{1000s}};
  const Clock& running = clock;
  SimulatedInternet internet(scenario_file("silent_hops"), clock.now());
  SimulatedWire wire(internet, running);
  std::array<platform::IncomingPacket, 8> incoming;
  const auto probe = echo_request(internet.scenario(), {.destination = address("203.0.113.14")});
  const platform::OutgoingPacket packet{.destination = address("203.0.113.14"), .bytes = probe};
  std::vector<std::size_t> refused;
  EXPECT_EQ(*wire.send({&packet, 1}, refused), 1U);
  std::jthread waker([&] {
    clock.advance(61ms);
    wire.wake();
  });
  // Woken before or after it began to wait: at the latest the second time the reply is there.
  auto taken = *wire.receive(incoming, Instant{5000s});
  if (taken == 0) taken = *wire.receive(incoming, Instant{5000s});
  EXPECT_EQ(taken, 1U);
  EXPECT_EQ(incoming[0].received_at, Instant{1000s} + 60ms);
}

}  // namespace
}  // namespace cw::lab::test
