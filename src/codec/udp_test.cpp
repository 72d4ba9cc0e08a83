#include "codec/udp.hpp"

#include <gtest/gtest.h>

#include <array>

#include "codec/capture_for_tests.hpp"
#include "codec/checksum.hpp"
#include "codec/ip.hpp"

namespace cw::codec {
namespace {

// Over a whole datagram and its pseudo-header; 0xffff where the checksum is right.
std::uint16_t sum_of(const IpAddress& source, const IpAddress& destination, Bytes datagram) {
  ChecksumSum sum;
  sum.add_pseudo_header(source, destination, protocol_udp, static_cast<std::uint32_t>(datagram.size()));
  sum.add(datagram);
  return sum.folded();
}

TEST(Udp, probes_of_traceroute_are_read_from_a_capture) {
  for (const auto* name : {"udp_in_icmp_time_exceeded", "udp_in_icmpv6_time_exceeded"}) {
    const auto packets = captured_packets(name);
    const auto ip = parse_ip(packets.at(0)).value();
    ASSERT_EQ(ip.header.protocol, protocol_udp);
    const auto udp = parse_udp(ip.payload).value();
    EXPECT_GE(udp.source_port, 1024);
    EXPECT_EQ(udp.destination_port, 33434);
    EXPECT_EQ(udp.length, 40);
    EXPECT_EQ(sum_of(ip.header.source, ip.header.destination, ip.payload), 0xffff);
  }
}

TEST(Udp, a_captured_datagram_is_written_again_byte_by_byte) {
  for (const auto* name : {"udp_in_icmp_time_exceeded", "udp_in_icmpv6_time_exceeded"}) {
    const auto packets = captured_packets(name);
    const auto ip = parse_ip(packets.at(0)).value();
    const auto udp = parse_udp(ip.payload).value();
    Packet written(ip.payload.size());
    ByteWriter out(written);
    write_udp(out, udp.source_port, udp.destination_port, ip.payload.subspan(udp_header_size), ip.header.source,
              ip.header.destination);
    EXPECT_EQ(written, Packet(ip.payload.begin(), ip.payload.end()));
  }
}

TEST(Udp, eight_bytes_of_a_quote_are_enough_and_seven_are_not) {
  constexpr std::array<std::uint8_t, 8> bytes{0x80, 0x01, 0x82, 0x9a, 0x02, 0x00, 0xbe, 0xef};
  const auto udp = parse_udp(bytes).value();
  EXPECT_EQ(udp.source_port, 0x8001);
  EXPECT_EQ(udp.destination_port, 33434);
  EXPECT_EQ(udp.length, 512);
  EXPECT_EQ(udp.checksum, 0xbeef);
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(parse_udp(Bytes(bytes).first(size)));
}

TEST(Udp, zeros_that_follow_are_in_length_and_checksum) {
  for (const auto& address : {IpAddress::parse("192.0.2.1").value(), IpAddress::parse("2001:db8::1").value()}) {
    for (const std::size_t zeros : {1U, 1460U, 65'524U}) {
      std::vector<std::uint8_t> datagram(11);
      ByteWriter out(datagram);
      write_udp(out, 1, 2, std::array<std::uint8_t, 3>{1, 2, 3}, address, address, zeros);
      datagram.resize(11 + zeros);
      EXPECT_EQ(parse_udp(datagram).value().length, 11 + zeros);
      EXPECT_EQ(sum_of(address, address, datagram), 0xffff);
    }
  }
}

TEST(Udp, a_checksum_that_would_be_zero_is_written_as_ones) {
  const auto address = IpAddress::parse("192.0.2.1").value();
  std::array<std::uint8_t, 10> datagram{};
  ByteWriter first(datagram);
  write_udp(first, 1, 2, std::array<std::uint8_t, 2>{}, address, address);
  const auto checksum = parse_udp(datagram).value().checksum;
  // The checksum of an empty payload, put into the payload, makes the sum come out as all ones.
  const std::array<std::uint8_t, 2> payload{static_cast<std::uint8_t>(checksum >> 8),
                                            static_cast<std::uint8_t>(checksum & 0xff)};
  ByteWriter second(datagram);
  write_udp(second, 1, 2, payload, address, address);
  EXPECT_EQ(parse_udp(datagram).value().checksum, 0xffff);
  EXPECT_EQ(sum_of(address, address, datagram), 0xffff);
}

}  // namespace
}  // namespace cw::codec
