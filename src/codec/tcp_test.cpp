#include "codec/tcp.hpp"

#include <gtest/gtest.h>

#include <array>

#include "codec/capture_for_tests.hpp"
#include "codec/checksum.hpp"
#include "codec/icmp.hpp"
#include "codec/ip.hpp"

namespace cw::codec {
namespace {

constexpr std::size_t header_size = 20;

std::uint16_t sum_of(const IpHeader& ip, Bytes segment) {
  ChecksumSum sum;
  sum.add_pseudo_header(ip.source, ip.destination, protocol_tcp, static_cast<std::uint32_t>(segment.size()));
  sum.add(segment);
  return sum.folded();
}

// A SYN of traceroute -T from a capture, and what came back for it: a reset.
TEST(Tcp, a_connection_attempt_and_its_reset_are_read_from_a_capture) {
  for (const auto* name : {"tcp_in_icmp_time_exceeded", "tcp_in_icmpv6_time_exceeded"}) {
    TcpHeader syn;
    int resets = 0;
    for (const auto& bytes : captured_packets(name)) {
      const auto ip = parse_ip(bytes).value();
      if (ip.header.protocol != protocol_tcp) continue;
      const auto tcp = parse_tcp(ip.payload).value();
      if (tcp.flags.syn) {
        EXPECT_EQ(tcp.destination_port, 80);
        EXPECT_EQ(tcp.header_length, 40U);
        EXPECT_FALSE(tcp.flags.ack);
        syn = tcp;
      } else {
        ++resets;
        EXPECT_TRUE(tcp.flags.rst && tcp.flags.ack);
        EXPECT_FALSE(tcp.flags.fin);
        EXPECT_EQ(tcp.source_port, 80);
        EXPECT_EQ(tcp.destination_port, syn.source_port);
        EXPECT_EQ(tcp.acknowledgement, syn.sequence + 1);
        EXPECT_EQ(tcp.header_length, header_size);
      }
    }
    EXPECT_EQ(resets, 2) << name;
  }
}

TEST(Tcp, a_captured_reset_is_written_again_byte_by_byte) {
  for (const auto* name : {"tcp_in_icmp_time_exceeded", "tcp_in_icmpv6_time_exceeded"}) {
    const auto packets = captured_packets(name);
    const auto ip = parse_ip(packets.at(5)).value();
    const auto tcp = parse_tcp(ip.payload).value();
    ASSERT_TRUE(tcp.flags.rst);
    Packet written(header_size);
    ByteWriter out(written);
    write_tcp(out, tcp, ip.header.source, ip.header.destination);
    EXPECT_EQ(written, Packet(ip.payload.begin(), ip.payload.end()));
    EXPECT_EQ(sum_of(ip.header, written), 0xffff);
  }
}

TEST(Tcp, a_quote_gives_ports_and_sequence_number) {
  const auto packets = captured_packets("tcp_in_icmp_time_exceeded");
  const auto probe = parse_tcp(parse_ip(packets.at(0)).value().payload).value();
  const auto answer = parse_ip(packets.at(1)).value();
  const auto icmp = parse_icmp(answer.header, answer.payload).value();
  const auto quoted = parse_quoted_tcp(icmp.error.value().quoted.payload).value();
  EXPECT_EQ(quoted.source_port, probe.source_port);
  EXPECT_EQ(quoted.destination_port, probe.destination_port);
  EXPECT_EQ(quoted.sequence, probe.sequence);
}

TEST(Tcp, eight_bytes_of_a_quote_are_enough_and_seven_are_not) {
  constexpr std::array<std::uint8_t, 8> bytes{0x80, 0x01, 0x00, 0x50, 1, 2, 3, 4};
  EXPECT_EQ(parse_quoted_tcp(bytes).value().sequence, 0x01020304U);
  EXPECT_FALSE(parse_quoted_tcp(Bytes(bytes).first(7)));
  EXPECT_FALSE(parse_tcp(bytes));
}

TEST(Tcp, a_quote_that_goes_on_gives_the_checksum_too) {
  Packet bytes(18);
  bytes[16] = 0x12;
  bytes[17] = 0x34;
  EXPECT_EQ(parse_quoted_tcp(bytes).value().checksum, 0x1234);
  EXPECT_FALSE(parse_quoted_tcp(Bytes(bytes).first(17)).value().checksum);
}

TEST(Tcp, flags_are_told_as_on_the_wire) {
  EXPECT_EQ(flag_bits({.fin = true}), 0x01);
  EXPECT_EQ(flag_bits({.syn = true, .ack = true}), 0x12);
  EXPECT_EQ(flag_bits({.rst = true}), 0x04);
}

TEST(Tcp, zeros_that_follow_a_segment_are_in_its_checksum) {
  for (const auto address : {IpAddress::v4(0xc0000201), IpAddress::parse("2001:db8::1").value()}) {
    for (const std::size_t zeros : {1U, 28U, 1460U, 65'515U}) {
      Packet written(header_size);
      ByteWriter out(written);
      write_tcp(out, {.source_port = 1, .destination_port = 2, .sequence = 3, .flags = {.ack = true}}, address, address,
                zeros);
      written.resize(header_size + zeros);
      EXPECT_TRUE(transport_checksum_holds(address, address, protocol_tcp, written)) << zeros;
    }
  }
}

TEST(Tcp, a_data_offset_that_cannot_be_is_refused) {
  Packet bytes(header_size);
  bytes[12] = 0x40;  // 16 bytes
  EXPECT_FALSE(parse_tcp(bytes));
  bytes[12] = 0x60;  // 24 bytes, of which 20 are there
  EXPECT_FALSE(parse_tcp(bytes));
  bytes[12] = 0x50;
  EXPECT_TRUE(parse_tcp(bytes));
}

}  // namespace
}  // namespace cw::codec
