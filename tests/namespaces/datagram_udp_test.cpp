// UDP probes without privilege, through the lab: what the error queue tells becomes whole ICMP errors again.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "codec/byte_writer.hpp"
#include "codec/icmp.hpp"
#include "codec/ip.hpp"
#include "codec/udp.hpp"
#include "platform/datagram_wire.hpp"
#include "private_world.hpp"

namespace cw::platform {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t source_port = 0x8005;

class DatagramUdp : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (const auto why = test::why_not_private(); !why.empty()) GTEST_SKIP() << why;
    auto lab = test::open_lab("silent_hops");
    auto wire = DatagramWire::open();
    if (!lab || !wire) GTEST_SKIP() << (lab ? wire.error() : lab.error()).message;
    lab_ = *std::move(lab);
    wire_ = *std::move(wire);
  }
  std::vector<std::uint8_t> probe(std::uint8_t ttl) {
    const auto source = *wire_->source_for(target_);
    std::array<std::uint8_t, 12> payload{};
    payload[4] = ttl;
    std::array<std::uint8_t, 80> buffer{};
    codec::ByteWriter out(buffer);
    codec::write_ip(out,
                    {.source = source,
                     .destination = target_,
                     .protocol = codec::protocol_udp,
                     .ttl = ttl,
                     .identification = static_cast<std::uint16_t>(1000 + ttl)},
                    20);
    codec::write_udp(out, source_port, 33'434, payload, source, target_);
    return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(out.size())};
  }

  IpAddress target_ = *IpAddress::parse(GetParam());
  std::unique_ptr<lab::TunFront> lab_;
  std::unique_ptr<DatagramWire> wire_;
};

INSTANTIATE_TEST_SUITE_P(Families, DatagramUdp, testing::Values("203.0.113.14", "2001:db8:14::14"));

TEST_P(DatagramUdp, every_router_quotes_the_probe_that_it_answers) {
  std::vector<std::vector<std::uint8_t>> probes;
  for (const auto ttl : std::array<std::uint8_t, 5>{1, 2, 3, 5, 6}) probes.push_back(probe(ttl));
  std::vector<OutgoingPacket> packets;
  for (const auto& bytes : probes) packets.push_back({.destination = target_, .bytes = bytes});
  std::vector<std::size_t> refused;
  ASSERT_EQ(*wire_->send(packets, refused), packets.size());
  EXPECT_TRUE(refused.empty());
  std::vector<std::uint8_t> answered;
  std::array<IncomingPacket, 16> incoming;
  const auto until = wire_->now() + 3s;
  while (answered.size() < packets.size() && wire_->now() < until) {
    const auto count = *wire_->receive(incoming, until);
    for (std::size_t i = 0; i < count; ++i) {
      const auto ip = codec::parse_ip(incoming[i].bytes);
      ASSERT_TRUE(ip && incoming[i].reconstructed);
      const auto icmp = codec::parse_icmp(ip->header, ip->payload);
      ASSERT_TRUE(icmp && icmp->checksum_ok && icmp->error);
      EXPECT_EQ(icmp->message, codec::IcmpMessage::time_exceeded);
      const auto& quoted = icmp->error->quoted;
      EXPECT_EQ(quoted.header.destination, target_);
      const auto udp = codec::parse_udp(quoted.payload);
      ASSERT_TRUE(udp);
      EXPECT_EQ(udp->source_port, source_port);
      const auto ttl = quoted.payload[8 + 4];
      const auto sent = std::ranges::find(probes, probe(ttl));
      ASSERT_NE(sent, probes.end());
      // The transport part is the probe's own, checksum and all.
      EXPECT_TRUE(std::ranges::equal(quoted.payload.first(20), std::span(*sent).last(20)));
      if (target_.is_v4()) {
        EXPECT_EQ(quoted.header.identification, 1000 + ttl);
      }
      answered.push_back(ttl);
    }
  }
  std::ranges::sort(answered);
  EXPECT_EQ(answered, (std::vector<std::uint8_t>{1, 2, 3, 5, 6}));
}

TEST_P(DatagramUdp, the_destination_says_that_its_port_is_unreachable) {
  const auto bytes = probe(64);
  const OutgoingPacket packet{.destination = target_, .bytes = bytes};
  std::vector<std::size_t> refused;
  ASSERT_EQ(*wire_->send({&packet, 1}, refused), 1U);
  std::array<IncomingPacket, 4> incoming;
  ASSERT_EQ(*wire_->receive(incoming, wire_->now() + 3s), 1U);
  const auto ip = codec::parse_ip(incoming[0].bytes);
  ASSERT_TRUE(ip);
  EXPECT_EQ(ip->header.source, target_);
  EXPECT_EQ(codec::parse_icmp(ip->header, ip->payload)->message, codec::IcmpMessage::unreachable_port);
}

TEST_P(DatagramUdp, more_flows_than_there_is_room_for_give_up_the_oldest) {
  std::vector<std::size_t> refused;
  for (std::uint16_t flow = 0; flow < UdpProbeSockets::most_sockets + 20; ++flow) {
    auto bytes = probe(1);
    const std::size_t at = target_.is_v4() ? 20 : 40;
    bytes[at] = 0x90;
    bytes[at + 1] = static_cast<std::uint8_t>(flow);
    const OutgoingPacket packet{.destination = target_, .bytes = bytes};
    EXPECT_EQ(*wire_->send({&packet, 1}, refused), 1U);
  }
  EXPECT_TRUE(refused.empty());
}

}  // namespace
}  // namespace cw::platform
