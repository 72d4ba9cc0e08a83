#include "platform/wire_conformance.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "platform/packet_assembly.hpp"

namespace cw::platform {

// A library without a wire of its own to try links the suite too.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(WireConformance);

namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t echo_request_v4 = 8;
constexpr std::uint8_t echo_request_v6 = 128;
constexpr std::size_t echo_size = 16;

struct Echo {
  IpAddress destination;
  std::uint16_t identifier = 0x4321;
  std::uint16_t sequence = 1;
  std::uint8_t ttl = 64;
};

std::vector<std::uint8_t> echo_request(Wire& wire, const Echo& echo) {
  const bool is_v4 = echo.destination.is_v4();
  const auto traits = wire.traits();
  const auto identifier = (is_v4 ? traits.icmp_identifier_v4 : traits.icmp_identifier_v6).value_or(echo.identifier);
  const auto source = wire.source_for(echo.destination);
  const PacketEnvelope envelope{.source = source ? *source : IpAddress::v4(0),
                                .destination = echo.destination,
                                .protocol = is_v4 ? std::uint8_t{1} : std::uint8_t{58},
                                .ttl = echo.ttl};
  std::vector<std::uint8_t> packet;
  append_ip_header(packet, envelope, echo_size);
  const auto start = packet.size();
  packet.resize(start + echo_size);
  packet[start] = is_v4 ? echo_request_v4 : echo_request_v6;
  packet[start + 4] = static_cast<std::uint8_t>(identifier >> 8);
  packet[start + 5] = static_cast<std::uint8_t>(identifier);
  packet[start + 6] = static_cast<std::uint8_t>(echo.sequence >> 8);
  packet[start + 7] = static_cast<std::uint8_t>(echo.sequence);
  for (std::size_t i = 8; i < echo_size; ++i) packet[start + i] = static_cast<std::uint8_t>(i);
  set_icmp_checksum(packet, start, envelope);
  return packet;
}

struct SendResult {
  std::size_t taken = 0;
  std::vector<std::size_t> refused;
};

SendResult send_all(Wire& wire, const std::vector<Echo>& echoes) {
  std::vector<std::vector<std::uint8_t>> bytes;
  for (const auto& echo : echoes) bytes.push_back(echo_request(wire, echo));
  std::vector<OutgoingPacket> packets;
  for (std::size_t i = 0; i < echoes.size(); ++i)
    packets.push_back({.destination = echoes[i].destination, .bytes = bytes[i]});
  SendResult result;
  const auto taken = wire.send(packets, result.refused);
  EXPECT_TRUE(taken);
  result.taken = taken.value_or(0);
  return result;
}

// The sequence numbers of the echo replies that come in, until there are `count` or three seconds are over.
std::vector<std::uint16_t> receive_replies(Wire& wire, std::size_t count) {
  std::vector<std::uint16_t> sequences;
  std::array<IncomingPacket, 8> packets;
  const auto until = wire.now() + 3s;
  while (sequences.size() < count && wire.now() < until) {
    const auto received = wire.receive(packets, until);
    if (!received) break;
    for (std::size_t i = 0; i < *received; ++i) {
      const auto& bytes = packets[i].bytes;
      const bool is_v4 = !bytes.empty() && bytes[0] >> 4 == 4;
      const std::size_t start = is_v4 ? 20 : 40;
      if (bytes.size() < start + echo_size || bytes[start] != (is_v4 ? 0 : 129)) continue;
      sequences.push_back(static_cast<std::uint16_t>(bytes[start + 6] << 8 | bytes[start + 7]));
    }
  }
  std::ranges::sort(sequences);
  return sequences;
}

}  // namespace

TEST_P(WireConformance, an_echo_request_of_each_family_is_answered) {
  int families = 0;
  for (const auto& address : {world_.answers_v4, world_.answers_v6}) {
    if (!address) continue;
    ++families;
    EXPECT_EQ(send_all(wire(), {{.destination = *address, .sequence = 77}}).taken, 1);
    EXPECT_EQ(receive_replies(wire(), 1), std::vector<std::uint16_t>{77}) << address->to_string();
  }
  EXPECT_GT(families, 0);
}

TEST_P(WireConformance, a_batch_of_both_families_goes_out_whole_and_comes_back_whole) {
  std::vector<Echo> echoes;
  std::vector<std::uint16_t> expected;
  for (std::uint16_t i = 1; i <= 40; ++i) {
    const auto& address = i % 2 == 0 && world_.answers_v6 ? world_.answers_v6 : world_.answers_v4;
    if (!address) continue;
    echoes.push_back({.destination = *address, .sequence = i});
    expected.push_back(i);
  }
  const auto sent = send_all(wire(), echoes);
  EXPECT_EQ(sent.taken, echoes.size());
  EXPECT_TRUE(sent.refused.empty());
  EXPECT_EQ(receive_replies(wire(), echoes.size()), expected);
}

TEST_P(WireConformance, what_is_received_is_stamped_between_sending_and_reading) {
  if (!world_.answers_v4) GTEST_SKIP() << "no IPv4 here";
  const auto before = wire().now();
  send_all(wire(), {{.destination = *world_.answers_v4}});
  std::array<IncomingPacket, 4> packets;
  const auto received = wire().receive(packets, wire().now() + 3s);
  ASSERT_TRUE(received);
  ASSERT_GT(*received, 0);
  EXPECT_GE(packets[0].received_at, before);
  EXPECT_LE(packets[0].received_at, wire().now());
}

TEST_P(WireConformance, receiving_ends_at_its_instant_when_nothing_comes) {
  std::array<IncomingPacket, 4> packets;
  const auto until = wire().now() + 2ms;
  const auto received = wire().receive(packets, until);
  ASSERT_TRUE(received);
  EXPECT_EQ(*received, 0);
  EXPECT_GE(wire().now(), until);
}

TEST_P(WireConformance, a_wake_before_receiving_ends_it_at_once) {
  std::array<IncomingPacket, 4> packets;
  wire().wake();
  const auto until = wire().now() + 1h;
  const auto received = wire().receive(packets, until);
  ASSERT_TRUE(received);
  EXPECT_LT(wire().now(), until);
}

TEST_P(WireConformance, a_packet_that_cannot_go_anywhere_is_refused_and_the_others_go) {
  if (!world_.without_route || !world_.answers_v4) GTEST_SKIP() << "every address has a route here";
  EXPECT_FALSE(wire().source_for(*world_.without_route));
  const auto errors = wire().counters().send_errors;
  const auto sent = send_all(wire(), {{.destination = *world_.answers_v4, .sequence = 1},
                                      {.destination = *world_.without_route, .sequence = 2},
                                      {.destination = *world_.answers_v4, .sequence = 3}});
  EXPECT_EQ(sent.taken, 3);
  EXPECT_EQ(sent.refused, std::vector<std::size_t>{1});
  EXPECT_EQ(wire().counters().send_errors, errors + 1);
  EXPECT_EQ(receive_replies(wire(), 2), (std::vector<std::uint16_t>{1, 3}));
}

TEST_P(WireConformance, packets_are_counted) {
  if (!world_.answers_v4) GTEST_SKIP() << "no IPv4 here";
  send_all(wire(),
           {{.destination = *world_.answers_v4, .sequence = 5}, {.destination = *world_.answers_v4, .sequence = 6}});
  EXPECT_EQ(receive_replies(wire(), 2).size(), 2);
  EXPECT_EQ(wire().counters().packets_sent, 2);
  EXPECT_GE(wire().counters().packets_received, 2);
  EXPECT_EQ(wire().counters().receive_drops, 0);
}

TEST_P(WireConformance, the_source_of_a_route_is_an_address_of_the_same_family) {
  for (const auto& address : {world_.answers_v4, world_.answers_v6}) {
    if (!address) continue;
    const auto source = wire().source_for(*address);
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_EQ(source->family(), address->family());
    EXPECT_FALSE(source->is_unspecified());
  }
}

}  // namespace cw::platform
