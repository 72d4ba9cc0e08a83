// What is written as ICMP, and how the original datagram is told from the extensions behind it.

#include <gtest/gtest.h>

#include <array>

#include "codec/capture_for_tests.hpp"
#include "codec/icmp.hpp"

namespace cw::codec {
namespace {

struct Ends {
  IpAddress router;
  IpAddress host;
  std::uint8_t protocol;
};

Ends ends_of(Family family) {
  if (family == Family::v4)
    return {IpAddress::parse("198.51.100.2").value(), IpAddress::parse("192.0.2.1").value(), protocol_icmp};
  return {IpAddress::parse("2001:db8:2::2").value(), IpAddress::parse("2001:db8:1::1").value(), protocol_icmpv6};
}

IpHeader header_of(Family family) {
  const auto ends = ends_of(family);
  return {.source = ends.router, .destination = ends.host, .protocol = ends.protocol, .ttl = 60};
}

// A probe of `size` bytes in all, its payload a count.
Packet probe(Family family, std::size_t size) {
  const auto ends = ends_of(family);
  Packet packet(size);
  ByteWriter out(packet);
  const auto header_size = family == Family::v4 ? ipv4_header_size : ipv6_header_size;
  write_ip(out, {.source = ends.host, .destination = ends.router, .protocol = protocol_udp, .ttl = 1},
           size - header_size);
  for (std::size_t i = out.size(); i < size; ++i) packet[i] = static_cast<std::uint8_t>(i);
  return packet;
}

const std::vector<MplsEntry> stack{{.label = 3, .traffic_class = 7, .bottom = true, .ttl = 255}};

Packet error_message(Family family, IcmpMessage message, Bytes original,
                     const std::vector<IcmpExtensionObject>& extensions, std::uint16_t mtu = 0) {
  const auto ends = ends_of(family);
  Packet bytes(2000);
  ByteWriter out(bytes);
  write_icmp_error(out, message, mtu, original, extensions, ends.router, ends.host);
  bytes.resize(out.size());
  return bytes;
}

class IcmpOfBothFamilies : public testing::TestWithParam<Family> {};
INSTANTIATE_TEST_SUITE_P(Families, IcmpOfBothFamilies, testing::Values(Family::v4, Family::v6),
                         [](const auto& family) { return family.param == Family::v4 ? "v4" : "v6"; });

TEST_P(IcmpOfBothFamilies, an_echo_reads_back_the_same) {
  const std::array<std::uint8_t, 5> payload{1, 2, 3, 4, 5};
  const auto ends = ends_of(GetParam());
  for (const auto message : {IcmpMessage::echo_request, IcmpMessage::echo_reply}) {
    Packet bytes(13);
    ByteWriter out(bytes);
    write_icmp_echo(out, message, {.identifier = 0x1234, .sequence = 0xfedc, .payload = payload}, ends.router,
                    ends.host);
    const auto icmp = parse_icmp(header_of(GetParam()), bytes).value();
    EXPECT_EQ(icmp.message, message);
    EXPECT_TRUE(icmp.checksum_ok);
    EXPECT_EQ(icmp.echo->identifier, 0x1234);
    EXPECT_EQ(icmp.echo->sequence, 0xfedc);
    EXPECT_EQ(Packet(icmp.echo->payload.begin(), icmp.echo->payload.end()), Packet(payload.begin(), payload.end()));
  }
}

TEST_P(IcmpOfBothFamilies, zeros_that_follow_an_echo_are_in_its_checksum) {
  const auto ip = header_of(GetParam());
  constexpr std::array<std::uint8_t, 3> payload{1, 2, 3};
  Packet message(11);
  ByteWriter out(message);
  write_icmp_echo(out, IcmpMessage::echo_request, {.identifier = 1, .sequence = 2, .payload = payload}, ip.source,
                  ip.destination, 1400);
  message.resize(1411);
  const auto read = parse_icmp(ip, message).value();
  EXPECT_TRUE(read.checksum_ok);
  EXPECT_EQ(read.echo.value().payload.size(), 1403);
}

TEST_P(IcmpOfBothFamilies, every_error_reads_back_the_same) {
  const auto original = probe(GetParam(), 60);
  for (const auto message :
       {IcmpMessage::time_exceeded, IcmpMessage::unreachable_network, IcmpMessage::unreachable_host,
        IcmpMessage::unreachable_protocol, IcmpMessage::unreachable_port, IcmpMessage::unreachable_prohibited,
        IcmpMessage::packet_too_big, IcmpMessage::unreachable_other, IcmpMessage::other}) {
    const auto bytes = error_message(GetParam(), message, original, {}, 1480);
    const auto icmp = parse_icmp(header_of(GetParam()), bytes).value();
    EXPECT_EQ(icmp.message, message);
    EXPECT_TRUE(icmp.checksum_ok);
    ASSERT_TRUE(icmp.error);
    EXPECT_EQ(Packet(icmp.error->quoted_bytes.begin(), icmp.error->quoted_bytes.end()), original);
    EXPECT_EQ(icmp.error->next_hop_mtu, message == IcmpMessage::packet_too_big ? 1480 : 0);
  }
}

TEST_P(IcmpOfBothFamilies, a_long_original_is_cut_to_what_an_error_may_hold) {
  const auto bytes = error_message(GetParam(), IcmpMessage::time_exceeded, probe(GetParam(), 1400), {});
  EXPECT_EQ(bytes.size(), 8U + (GetParam() == Family::v4 ? 548U : 1192U));
  EXPECT_EQ(parse_icmp(header_of(GetParam()), bytes).value().error->quoted.header.total_length, 1400U);
}

TEST_P(IcmpOfBothFamilies, extensions_follow_a_quote_of_128_bytes) {
  for (const std::size_t size : {60U, 128U, 1400U}) {
    const auto original = probe(GetParam(), size);
    const auto bytes = error_message(GetParam(), IcmpMessage::time_exceeded, original, {mpls_object(stack)});
    EXPECT_EQ(bytes.size(), 8U + 128U + 12U);
    const auto icmp = parse_icmp(header_of(GetParam()), bytes).value();
    EXPECT_TRUE(icmp.checksum_ok);
    ASSERT_TRUE(icmp.error);
    EXPECT_EQ(icmp.error->quoted_bytes.size(), 128U);
    EXPECT_EQ(icmp.error->quoted.header.total_length, size);
    EXPECT_EQ(mpls_entries(icmp.error->extensions), stack);
  }
}

TEST_P(IcmpOfBothFamilies, extensions_are_found_behind_128_bytes_when_the_length_is_not_said) {
  auto bytes = error_message(GetParam(), IcmpMessage::time_exceeded, probe(GetParam(), 1400), {mpls_object(stack)});
  bytes[4] = bytes[5] = 0;
  const auto icmp = parse_icmp(header_of(GetParam()), bytes).value();
  EXPECT_EQ(mpls_entries(icmp.error->extensions), stack);
  EXPECT_EQ(icmp.error->quoted_bytes.size(), 128U);
}

TEST_P(IcmpOfBothFamilies, without_a_length_only_a_right_checksum_makes_extensions_of_what_follows) {
  for (const unsigned spoilt : {0U, 1U}) {
    auto bytes = error_message(GetParam(), IcmpMessage::time_exceeded, probe(GetParam(), 1400), {mpls_object(stack)});
    bytes[4] = bytes[5] = 0;
    // Either no checksum was made, or it is wrong.
    bytes[8 + 128 + 2] = static_cast<std::uint8_t>(spoilt);
    bytes[8 + 128 + 3] = 0;
    const auto icmp = parse_icmp(header_of(GetParam()), bytes).value();
    EXPECT_TRUE(icmp.error->extensions.empty());
    EXPECT_EQ(icmp.error->quoted_bytes.size(), bytes.size() - 8);
  }
}

TEST_P(IcmpOfBothFamilies, without_a_length_a_checksum_that_was_not_made_is_no_proof_even_where_the_sum_is_right) {
  // 0x2000 + 6 + 0x0909 + 0xd6f0 is 0xffff, so the checksum of zero verifies.
  const IcmpExtensionObject object{.class_number = 9, .class_type = 9, .body = {0xd6, 0xf0}};
  auto bytes = error_message(GetParam(), IcmpMessage::time_exceeded, probe(GetParam(), 1400), {object});
  bytes[4] = bytes[5] = 0;
  EXPECT_EQ(parse_icmp(header_of(GetParam()), bytes).value().error->extensions.size(), 1U);
  bytes[8 + 128 + 2] = bytes[8 + 128 + 3] = 0;
  EXPECT_TRUE(parse_icmp(header_of(GetParam()), bytes).value().error->extensions.empty());
}

TEST_P(IcmpOfBothFamilies, broken_extensions_behind_a_stated_length_are_left_out_and_the_quote_is_kept) {
  auto bytes = error_message(GetParam(), IcmpMessage::time_exceeded, probe(GetParam(), 60), {mpls_object(stack)});
  bytes.back() ^= 1;
  const auto icmp = parse_icmp(header_of(GetParam()), bytes).value();
  EXPECT_TRUE(icmp.error->extensions.empty());
  EXPECT_EQ(icmp.error->quoted_bytes.size(), 128U);
}

TEST_P(IcmpOfBothFamilies, rubbish_in_the_length_field_of_an_old_router_leaves_the_quote_whole) {
  const auto original = probe(GetParam(), 200);
  for (const std::uint8_t rubbish : {std::uint8_t{1}, std::uint8_t{8}, std::uint8_t{255}}) {
    auto bytes = error_message(GetParam(), IcmpMessage::time_exceeded, original, {});
    bytes[GetParam() == Family::v4 ? 5 : 4] = rubbish;
    const auto icmp = parse_icmp(header_of(GetParam()), bytes).value();
    ASSERT_TRUE(icmp.error) << int{rubbish};
    EXPECT_EQ(icmp.error->quoted_bytes.size(), original.size());
  }
}

TEST_P(IcmpOfBothFamilies, an_error_that_quotes_the_other_family_is_not_believed) {
  const auto other = GetParam() == Family::v4 ? Family::v6 : Family::v4;
  const auto bytes = error_message(GetParam(), IcmpMessage::time_exceeded, probe(other, 60), {});
  EXPECT_FALSE(parse_icmp(header_of(GetParam()), bytes).value().error);
}

TEST(Icmpv6, a_packet_too_big_has_no_place_for_extensions) {
  const auto original = probe(Family::v6, 60);
  const auto bytes = error_message(Family::v6, IcmpMessage::packet_too_big, original, {mpls_object(stack)}, 1280);
  EXPECT_EQ(bytes.size(), 8U + 60U);
  EXPECT_EQ(parse_icmp(header_of(Family::v6), bytes).value().error->next_hop_mtu, 1280);
}

TEST(Icmpv6, an_mtu_beyond_sixteen_bits_is_the_largest_there_is) {
  auto bytes = error_message(Family::v6, IcmpMessage::packet_too_big, probe(Family::v6, 60), {}, 1280);
  bytes[4] = 1;
  EXPECT_EQ(parse_icmp(header_of(Family::v6), bytes).value().error->next_hop_mtu, 65535);
}

}  // namespace
}  // namespace cw::codec
