// What the ring wire does beyond the contract of every wire: it follows the kernel's routes and neighbours, and
// what the owner chooses about source and interface.

#include "platform/ring_wire.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "platform/datagram_wire.hpp"
#include "platform/packet_assembly.hpp"
#include "platform/raw_wire.hpp"
#include "private_world.hpp"
#include "veth_pair.hpp"

namespace cw::platform {
namespace {

using namespace std::chrono_literals;
using test::VethPair;

constexpr std::size_t echo_size = 16;

std::vector<std::uint8_t> echo_request(const IpAddress& source, const IpAddress& destination, std::uint16_t sequence) {
  const PacketEnvelope envelope{
      .source = source, .destination = destination, .protocol = 1, .ttl = 64, .identification = sequence};
  std::vector<std::uint8_t> packet;
  append_ip_header(packet, envelope, echo_size);
  const auto start = packet.size();
  packet.resize(start + echo_size);
  packet[start] = 8;
  packet[start + 4] = 0x43;
  packet[start + 6] = static_cast<std::uint8_t>(sequence >> 8);
  packet[start + 7] = static_cast<std::uint8_t>(sequence);
  set_icmp_checksum(packet, start, envelope);
  return packet;
}

// Sends so many at once and counts those that are answered; the wait ends early when all are.
std::size_t answered(Wire& wire, const IpAddress& destination, std::uint16_t count, Duration patience = 2s) {
  const auto source = wire.source_for(destination);
  if (!source) return 0;
  std::vector<std::vector<std::uint8_t>> bytes;
  std::vector<OutgoingPacket> packets;
  for (std::uint16_t i = 1; i <= count; ++i) bytes.push_back(echo_request(*source, destination, i));
  for (const auto& packet : bytes) packets.push_back({.destination = destination, .bytes = packet});
  std::vector<std::size_t> refused;
  std::array<IncomingPacket, 64> incoming;
  std::size_t replies = 0;
  std::span<const OutgoingPacket> rest(packets);
  const auto until = wire.now() + patience;
  while (replies < count && wire.now() < until) {
    const auto taken = rest.empty() ? Result<std::size_t>{0} : wire.send(rest, refused);
    rest = rest.subspan(taken.value_or(0));
    const auto received = wire.receive(incoming, rest.empty() ? until : wire.now() + 1ms);
    for (std::size_t i = 0; i < received.value_or(0); ++i)
      if (incoming[i].bytes[20] == 0) ++replies;
  }
  return replies;
}

class RingWireOnVeth : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = test::why_not_private(); !why.empty()) GTEST_SKIP() << why;
    auto pair = VethPair::make();
    if (!pair) GTEST_SKIP() << pair.error().message;
    pair_ = *std::move(pair);
    auto wire = RingWire::open();
    if (!wire) GTEST_SKIP() << wire.error().message;
    wire_ = *std::move(wire);
  }

  std::unique_ptr<VethPair> pair_;
  std::unique_ptr<RingWire> wire_;
};

TEST_F(RingWireOnVeth, no_probe_is_lost_while_a_neighbour_is_looked_for) {
  EXPECT_EQ(answered(*wire_, VethPair::far_v4, 100), 100U);
  ASSERT_TRUE(pair_->near("neigh flush dev cwnear"));
  EXPECT_EQ(answered(*wire_, VethPair::far_v4, 100), 100U);
}

TEST_F(RingWireOnVeth, a_gateway_that_is_looked_for_loses_nothing_of_a_flood) {
  EXPECT_EQ(answered(*wire_, VethPair::beyond_v4, 1500), 1500U);
}

// The kernel's table says where the packets go: with a wrong entry they are lost, with the right one they arrive.
TEST_F(RingWireOnVeth, a_neighbour_that_changes_its_link_address_is_followed_at_once) {
  ASSERT_TRUE(pair_->far("link set cwfar address 02:00:00:00:00:02"));
  ASSERT_TRUE(pair_->near("neigh replace 203.0.113.2 lladdr 02:00:00:00:00:02 dev cwnear"));
  EXPECT_EQ(answered(*wire_, VethPair::far_v4, 10), 10U);
  ASSERT_TRUE(pair_->near("neigh replace 203.0.113.2 lladdr 02:00:00:00:00:03 dev cwnear"));
  EXPECT_EQ(answered(*wire_, VethPair::far_v4, 10, 20ms), 0U);
  ASSERT_TRUE(pair_->near("neigh replace 203.0.113.2 lladdr 02:00:00:00:00:02 dev cwnear"));
  EXPECT_EQ(answered(*wire_, VethPair::far_v4, 10), 10U);
}

TEST_F(RingWireOnVeth, a_route_that_goes_away_is_forgotten_at_once) {
  EXPECT_EQ(answered(*wire_, VethPair::beyond_v4, 3), 3U);
  ASSERT_TRUE(pair_->near("route delete 198.51.100.0/24"));
  EXPECT_FALSE(wire_->source_for(VethPair::beyond_v4));
  ASSERT_TRUE(pair_->near("route add 198.51.100.0/24 via 203.0.113.2"));
  EXPECT_EQ(answered(*wire_, VethPair::beyond_v4, 3), 3U);
}

TEST_F(RingWireOnVeth, a_prohibited_route_is_no_way_out) {
  ASSERT_TRUE(pair_->near("route add prohibit 192.0.2.0/25"));
  EXPECT_FALSE(wire_->source_for(test::outside));
  ASSERT_TRUE(pair_->near("route delete prohibit 192.0.2.0/25"));
}

TEST_F(RingWireOnVeth, zeros_behind_a_packet_arrive_with_it) {
  constexpr std::uint16_t zeros = 1000;
  const auto source = *wire_->source_for(VethPair::far_v4);
  const PacketEnvelope envelope{
      .source = source, .destination = VethPair::far_v4, .protocol = 1, .ttl = 64, .identification = 7};
  std::vector<std::uint8_t> packet;
  append_ip_header(packet, envelope, 8 + zeros);
  packet.resize(28);
  packet[20] = 8;
  set_icmp_checksum(packet, 20, envelope);
  const OutgoingPacket outgoing{.destination = VethPair::far_v4, .bytes = packet, .zeros = zeros};
  std::vector<std::size_t> refused;
  std::array<IncomingPacket, 8> incoming;
  const auto raw = RawWire::open();
  ASSERT_TRUE(raw);
  for (Wire* wire : std::initializer_list<Wire*>{wire_.get(), raw->get()}) {
    EXPECT_EQ(*wire->send({&outgoing, 1}, refused), 1U);
    ASSERT_GT(*wire->receive(incoming, wire->now() + 2s), 0U) << wire->traits().name;
    EXPECT_EQ(incoming[0].bytes.size(), 28U + zeros) << wire->traits().name;
  }
}

TEST_F(RingWireOnVeth, replies_that_nobody_read_in_time_are_counted_as_dropped) {
  auto small = RingWire::open({}, std::size_t{64} << 10);
  ASSERT_TRUE(small);
  ASSERT_TRUE((*small)->source_for(VethPair::far_v4));
  EXPECT_EQ(answered(*wire_, VethPair::far_v4, 1000), 1000U);
  std::array<IncomingPacket, 64> incoming;
  std::size_t read = 0;
  while (const auto count = *(*small)->receive(incoming, Instant{})) read += count;
  // The next block tells of the drops.
  EXPECT_EQ(answered(*wire_, VethPair::far_v4, 1), 1U);
  read += *(*small)->receive(incoming, wire_->now() + 2s);
  EXPECT_GE(read + (*small)->counters().receive_drops, 1001U);  // the kernels' own errors may be among them
  EXPECT_GT((*small)->counters().receive_drops, 0U);
}

// ---- what the owner chooses

template <class SocketWire>
class ChosenWire : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = test::why_not_private(); !why.empty()) GTEST_SKIP() << why;
    if (const auto wire = SocketWire::open(); !wire) GTEST_SKIP() << wire.error().message;
    auto pair = VethPair::make();
    if (!pair) GTEST_SKIP() << pair.error().message;
    pair_ = *std::move(pair);
  }
  std::unique_ptr<VethPair> pair_;
};

using SocketWires = testing::Types<RingWire, RawWire, DatagramWire>;
TYPED_TEST_SUITE(ChosenWire, SocketWires);

TYPED_TEST(ChosenWire, the_chosen_source_is_used_and_answered) {
  ASSERT_TRUE(this->pair_->near("address add 203.0.113.77/32 dev cwnear"));
  const auto chosen = *IpAddress::parse("203.0.113.77");
  const auto wire = TypeParam::open({.source_v4 = chosen});
  ASSERT_TRUE(wire) << wire.error().message;
  EXPECT_EQ(*(*wire)->source_for(VethPair::far_v4), chosen);
  if ((*wire)->traits().icmp_identifier_v4) return;
  EXPECT_EQ(answered(**wire, VethPair::far_v4, 3), 3U);
}

TYPED_TEST(ChosenWire, a_source_that_is_not_ours_is_refused_in_one_line) {
  const auto wire = TypeParam::open({.source_v4 = test::outside});
  ASSERT_FALSE(wire);
  EXPECT_EQ(wire.error().kind, ErrorKind::invalid);
  EXPECT_EQ(wire.error().message,
            "192.0.2.99 is no address of this machine, whose IPv4 addresses are: 127.0.0.1, 203.0.113.1");
}

TYPED_TEST(ChosenWire, an_interface_that_is_not_there_is_refused_with_those_that_are) {
  const auto wire = TypeParam::open({.interface = "nosuch0"});
  ASSERT_FALSE(wire);
  EXPECT_EQ(wire.error().kind, ErrorKind::invalid);
  EXPECT_TRUE(wire.error().message.starts_with("there is no interface nosuch0; there are: lo")) << wire.error().message;
  EXPECT_NE(wire.error().message.find("cwnear"), std::string::npos);
}

// Two interfaces to the same network, and the routes prefer the other one.
TYPED_TEST(ChosenWire, packets_leave_through_the_chosen_interface) {
  ASSERT_TRUE(this->pair_->near("link add cwother type veth peer name cwpeer"));
  ASSERT_TRUE(this->pair_->near("link set cwother up"));
  ASSERT_TRUE(this->pair_->near("link set cwpeer up"));
  ASSERT_TRUE(this->pair_->near("address add 10.9.9.9/24 dev cwother"));
  ASSERT_TRUE(this->pair_->near("route add 203.0.113.2/32 dev cwother"));
  const auto by_route = TypeParam::open();
  const auto chosen = TypeParam::open({.interface = std::string(VethPair::near_name)});
  ASSERT_TRUE(by_route && chosen);
  EXPECT_EQ((*by_route)->source_for(VethPair::far_v4)->to_string(), "10.9.9.9");
  EXPECT_EQ(*(*chosen)->source_for(VethPair::far_v4), VethPair::near_v4);
  EXPECT_EQ(*(*chosen)->source_for(VethPair::far_v4), VethPair::near_v4);
  if (!(*chosen)->traits().icmp_identifier_v4) {
    EXPECT_EQ(answered(**chosen, VethPair::far_v4, 3), 3U);
  }
  ASSERT_TRUE(this->pair_->near("link delete cwother"));
}

}  // namespace
}  // namespace cw::platform
