#include "codec/ip.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "codec/capture_for_tests.hpp"

namespace cw::codec {
namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

const IpHeader ipv4_header{.source = address("192.0.2.1"),
                           .destination = address("203.0.113.2"),
                           .protocol = protocol_udp,
                           .ttl = 7,
                           .traffic_class = 0x12,
                           .identification = 0xabcd,
                           .dont_fragment = true};
const IpHeader ipv6_header{.source = address("2001:db8:1::1"),
                           .destination = address("2001:db8:3::2"),
                           .protocol = protocol_udp,
                           .ttl = 9,
                           .traffic_class = 0xa5,
                           .flow_label = 0xbcdef};

Packet packet_of(const IpHeader& header, std::size_t payload_length) {
  Packet packet(100 + payload_length);
  ByteWriter out(packet);
  write_ip(out, header, payload_length);
  for (std::size_t i = 0; i < payload_length; ++i) out.u8(static_cast<std::uint8_t>(i));
  packet.resize(out.size());
  return packet;
}

// An IPv6 packet whose extension headers and payload are given as bytes.
Packet ipv6_packet(std::uint8_t next_header, const Packet& after_header) {
  auto header = ipv6_header;
  header.protocol = next_header;
  auto packet = packet_of(header, after_header.size());
  std::ranges::copy(after_header, packet.begin() + ipv6_header_size);
  return packet;
}

TEST(Ip, headers_of_both_families_are_read_from_a_capture) {
  const auto v4 = captured_packets("icmp_echo");
  const auto request = parse_ip(v4.at(0)).value();
  EXPECT_EQ(request.header.source, address("192.0.2.1"));
  EXPECT_EQ(request.header.destination, address("203.0.113.2"));
  EXPECT_EQ(request.header.protocol, protocol_icmp);
  EXPECT_EQ(request.header.ttl, 64);
  EXPECT_EQ(request.header.total_length, 84U);
  EXPECT_EQ(request.header.header_length, ipv4_header_size);
  EXPECT_TRUE(request.header.dont_fragment);
  EXPECT_TRUE(request.header.checksum_ok);
  EXPECT_EQ(request.payload.size(), 64U);
  EXPECT_EQ(parse_ip(v4.at(1)).value().header.ttl, 62);

  const auto v6 = captured_packets("icmpv6_echo");
  const auto reply = parse_ip(v6.at(1)).value();
  EXPECT_EQ(reply.header.source, address("2001:db8:3::2"));
  EXPECT_EQ(reply.header.destination, address("2001:db8:1::1"));
  EXPECT_EQ(reply.header.protocol, protocol_icmpv6);
  EXPECT_EQ(reply.header.ttl, 62);
  EXPECT_NE(reply.header.flow_label, 0U);
  EXPECT_EQ(reply.header.total_length, 104U);
  EXPECT_EQ(reply.header.header_length, ipv6_header_size);
  EXPECT_EQ(reply.payload.size(), 64U);
}

TEST(Ip, options_belong_to_the_ipv4_header) {
  for (const auto& bytes : captured_packets("icmp_echo_with_record_route")) {
    const auto packet = parse_ip(bytes).value();
    EXPECT_EQ(packet.header.header_length, 60U);
    EXPECT_TRUE(packet.header.checksum_ok);
    EXPECT_EQ(packet.payload.size(), 64U);
  }
}

TEST(Ip, fragments_say_where_they_belong) {
  const auto v4 = captured_packets("icmp_echo_fragmented");
  EXPECT_EQ(parse_ip(v4.at(0)).value().header.fragment_offset, 0);
  EXPECT_TRUE(parse_ip(v4.at(0)).value().header.more_fragments);
  EXPECT_EQ(parse_ip(v4.at(1)).value().header.fragment_offset, 1480 / 8);
  EXPECT_EQ(parse_ip(v4.at(2)).value().header.fragment_offset, 2960 / 8);
  EXPECT_FALSE(parse_ip(v4.at(2)).value().header.more_fragments);

  const auto v6 = captured_packets("icmpv6_echo_fragmented");
  const auto first = parse_ip(v6.at(0)).value();
  EXPECT_EQ(first.header.fragment_offset, 0);
  EXPECT_TRUE(first.header.more_fragments);
  EXPECT_EQ(first.header.protocol, protocol_icmpv6);
  EXPECT_EQ(first.header.header_length, ipv6_header_size + 8);
  const auto last = parse_ip(v6.at(2)).value();
  EXPECT_EQ(last.header.fragment_offset, 2704 / 8);
  EXPECT_FALSE(last.header.more_fragments);
}

TEST(Ip, a_transport_behind_a_hop_by_hop_header_is_found) {
  for (const auto& bytes : captured_packets("icmpv6_behind_hop_by_hop")) {
    const auto packet = parse_ip(bytes).value();
    EXPECT_EQ(packet.header.protocol, protocol_icmpv6);
    EXPECT_EQ(packet.header.header_length, ipv6_header_size + 8);
    EXPECT_EQ(packet.payload[0], 143);  // multicast listener report, version 2
  }
}

TEST(Ip, every_kind_of_extension_header_is_walked_over) {
  const Packet chain{43,   0,    0,    0,    0, 0, 0, 0,              // hop-by-hop options
                     51,   1,    0,    0,    0, 0, 0, 0,              // routing, 16 bytes
                     0,    0,    0,    0,    0, 0, 0, 0,              //
                     60,   4,    0,    0,    0, 0, 0, 0, 0, 0, 0, 0,  // authentication, 24 bytes
                     0,    0,    0,    0,    0, 0, 0, 0, 0, 0, 0, 0,  //
                     17,   0,    0,    0,    0, 0, 0, 0,              // destination options
                     0x80, 0x00, 0x82, 0x9a, 0, 8, 0, 0};             // UDP
  const auto bytes = ipv6_packet(0, chain);
  const auto packet = parse_ip(bytes).value();
  EXPECT_EQ(packet.header.protocol, protocol_udp);
  EXPECT_EQ(packet.header.header_length, ipv6_header_size + 56);
  EXPECT_EQ(packet.payload.size(), 8U);
  EXPECT_EQ(packet.payload[0], 0x80);
}

TEST(Ip, a_later_fragment_has_no_headers_behind_its_fragment_header) {
  const Packet fragment{60, 0, 0x00, 0x08, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  const auto packet = parse_ip(ipv6_packet(44, fragment)).value();
  EXPECT_EQ(packet.header.protocol, 60);
  EXPECT_EQ(packet.header.fragment_offset, 1);
  EXPECT_EQ(packet.payload.size(), 8U);
}

TEST(Ip, encrypted_and_empty_packets_end_the_walk) {
  EXPECT_EQ(parse_ip(ipv6_packet(50, Packet(16))).value().header.protocol, 50);
  EXPECT_EQ(parse_ip(ipv6_packet(59, {})).value().header.protocol, 59);
}

TEST(Ip, a_chain_of_more_than_sixteen_extension_headers_is_refused) {
  const Packet to_the_next{60, 0, 0, 0, 0, 0, 0, 0};
  Packet chain{17, 0, 0, 0, 0, 0, 0, 0};
  for (int i = 1; i < 16; ++i) chain.insert(chain.begin(), to_the_next.begin(), to_the_next.end());
  EXPECT_TRUE(parse_ip(ipv6_packet(60, chain)));
  chain.insert(chain.begin(), to_the_next.begin(), to_the_next.end());
  EXPECT_FALSE(parse_ip(ipv6_packet(60, chain)));
  EXPECT_FALSE(parse_quoted_ip(ipv6_packet(60, chain)));
}

TEST(Ip, an_extension_header_that_is_longer_than_the_packet_is_refused) {
  EXPECT_FALSE(parse_ip(ipv6_packet(60, Packet{17, 255, 0, 0, 0, 0, 0, 0})));
  EXPECT_FALSE(parse_quoted_ip(ipv6_packet(60, Packet{17, 255, 0, 0, 0, 0, 0, 0})));
}

TEST(Ip, what_was_written_reads_back_the_same) {
  for (const auto& header : {ipv4_header, ipv6_header}) {
    const auto bytes = packet_of(header, 33);
    const auto packet = parse_ip(bytes).value();
    EXPECT_EQ(packet.header.source, header.source);
    EXPECT_EQ(packet.header.destination, header.destination);
    EXPECT_EQ(packet.header.protocol, header.protocol);
    EXPECT_EQ(packet.header.ttl, header.ttl);
    EXPECT_EQ(packet.header.traffic_class, header.traffic_class);
    EXPECT_EQ(packet.header.flow_label, header.flow_label);
    EXPECT_EQ(packet.header.identification, header.identification);
    EXPECT_EQ(packet.header.dont_fragment, header.dont_fragment);
    EXPECT_EQ(packet.header.total_length, bytes.size());
    EXPECT_TRUE(packet.header.checksum_ok);
    EXPECT_EQ(packet.payload.size(), 33U);
  }
}

TEST(Ip, an_ipv4_source_that_is_not_known_yet_is_written_as_zero) {
  auto header = ipv4_header;
  header.source = IpAddress();
  const auto packet = parse_ip(packet_of(header, 0)).value();
  EXPECT_EQ(packet.header.source, address("0.0.0.0"));
  EXPECT_TRUE(packet.header.checksum_ok);
}

TEST(Ip, padding_of_the_link_is_not_payload) {
  auto bytes = packet_of(ipv4_header, 5);
  bytes.resize(bytes.size() + 21, 0xff);
  EXPECT_EQ(parse_ip(bytes).value().payload.size(), 5U);
}

TEST(Ip, a_received_packet_that_is_cut_short_is_refused_at_every_length) {
  for (const auto& header : {ipv4_header, ipv6_header}) {
    const auto bytes = packet_of(header, 12);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto packet = parse_ip(Bytes(bytes).first(size));
      ASSERT_FALSE(packet) << size;
      EXPECT_EQ(packet.error().kind, ErrorKind::invalid);
    }
  }
}

TEST(Ip, lies_about_lengths_and_versions_are_refused) {
  auto bytes = packet_of(ipv4_header, 12);
  bytes[0] = 0x44;  // header of 16 bytes
  EXPECT_FALSE(parse_ip(bytes));
  bytes[0] = 0x4f;  // header of 60 bytes, of which 32 are there
  EXPECT_FALSE(parse_ip(bytes));
  bytes[0] = 0x55;
  EXPECT_FALSE(parse_ip(bytes));
  bytes[0] = 0x45;
  bytes[2] = bytes[3] = 0;  // total length of 0
  EXPECT_FALSE(parse_ip(bytes));
  bytes[3] = 33;  // one more than there is
  EXPECT_FALSE(parse_ip(bytes));
}

TEST(Ip, a_wrong_header_checksum_is_noticed) {
  auto bytes = packet_of(ipv4_header, 12);
  bytes[8] = 6;
  EXPECT_FALSE(parse_ip(bytes).value().header.checksum_ok);
}

TEST(Ip, ipv6_with_a_v4_mapped_address_is_refused) {
  for (const std::size_t place : {8U, 24U}) {
    auto bytes = packet_of(ipv6_header, 12);
    const auto mapped = address("192.0.2.1").bytes();
    std::ranges::copy(mapped, bytes.begin() + static_cast<std::ptrdiff_t>(place));
    EXPECT_FALSE(parse_ip(bytes));
  }
}

TEST(QuotedIp, may_end_anywhere_behind_its_header) {
  for (const auto& header : {ipv4_header, ipv6_header}) {
    const auto bytes = packet_of(header, 400);
    const auto header_size = parse_ip(bytes).value().header.header_length;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto quoted = parse_quoted_ip(Bytes(bytes).first(size));
      ASSERT_EQ(quoted.has_value(), size >= header_size) << size;
      if (!quoted) continue;
      EXPECT_EQ(quoted->payload.size(), size - header_size);
      EXPECT_EQ(quoted->header.total_length, bytes.size());
    }
  }
}

TEST(QuotedIp, a_total_length_that_cannot_be_says_nothing) {
  auto bytes = packet_of(ipv4_header, 12);
  bytes[2] = 0;
  bytes[3] = 12;
  const auto quoted = parse_quoted_ip(bytes).value();
  EXPECT_EQ(quoted.payload.size(), 12U);
  EXPECT_FALSE(quoted.header.checksum_ok);
}

TEST(QuotedIp, padding_behind_its_total_length_is_not_payload) {
  auto bytes = packet_of(ipv4_header, 12);
  bytes.resize(128);
  EXPECT_EQ(parse_quoted_ip(bytes).value().payload.size(), 12U);
}

}  // namespace
}  // namespace cw::codec
