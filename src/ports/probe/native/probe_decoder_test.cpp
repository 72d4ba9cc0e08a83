#include "ports/probe/native/probe_decoder.hpp"

#include <gtest/gtest.h>

#include "codec/checksum.hpp"
#include "codec/ip.hpp"
#include "ports/probe/native/probe_encoder.hpp"

namespace cw::probe {
namespace {

const ProbeIdentity identity{.icmp_identifier_v4 = 0x1234, .icmp_identifier_v6 = 0x4321, .cookie_key = {1, 2}};
constexpr std::uint16_t sequence = 0x0a0b;

using Packet = std::vector<std::uint8_t>;

struct Case {
  Family family;
  Method method;
};

IpAddress address(Family family, int last) {
  return *IpAddress::parse((family == Family::v4 ? "203.0.113." : "2001:db8::") + std::to_string(last));
}

Packet probe(Case way, int ttl = 7) {
  const auto flow =
      make_flow({.address = address(way.family, 7), .method = way.method, .flow = 2}, address(way.family, 1), identity);
  ProbeBuffer buffer;
  const auto size = encode_probe(flow, Ttl{static_cast<std::uint8_t>(ttl)}, sequence, identity.cookie_key, buffer);
  return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size)};
}

template <class WriteMessage>
Packet from_router(Family family, int last, WriteMessage write_message) {
  Packet body(1500);
  codec::ByteWriter message(body);
  write_message(message);
  Packet packet(1600);
  codec::ByteWriter out(packet);
  codec::write_ip(out,
                  {.source = address(family, last),
                   .destination = address(family, 1),
                   .protocol = family == Family::v4 ? codec::protocol_icmp : codec::protocol_icmpv6,
                   .ttl = 250},
                  message.size());
  out.bytes(message.written());
  packet.resize(out.size());
  return packet;
}

Packet error_about(const Packet& original, Family family,
                   codec::IcmpMessage message = codec::IcmpMessage::time_exceeded,
                   const std::vector<codec::IcmpExtensionObject>& extensions = {}) {
  return from_router(family, 99, [&](codec::ByteWriter& out) {
    codec::write_icmp_error(out, message, 1400, original, extensions, address(family, 99), address(family, 1));
  });
}

Packet echo_reply_to(const Packet& original, Family family) {
  const auto ip = codec::parse_ip(original);
  const auto echo = codec::parse_icmp(ip->header, ip->payload)->echo;
  return from_router(family, 7, [&](codec::ByteWriter& out) {
    codec::write_icmp_echo(out, codec::IcmpMessage::echo_reply, *echo, address(family, 7), address(family, 1));
  });
}

auto decode(const Packet& packet, PacketOrigin origin = PacketOrigin::received) {
  return decode_reply(packet, origin, identity);
}

std::optional<Rejection> rejection(const Packet& packet) {
  const auto reply = decode(packet);
  return reply ? std::nullopt : std::optional(reply.error());
}

class ProbeDecoder : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(Ways, ProbeDecoder,
                         testing::Values(Case{Family::v4, Method::icmp}, Case{Family::v6, Method::icmp},
                                         Case{Family::v4, Method::udp}, Case{Family::v6, Method::udp}));

TEST_P(ProbeDecoder, an_error_tells_which_probe_it_is_about) {
  const auto [family, method] = GetParam();
  const auto reply = decode(error_about(probe(GetParam(), 1), family));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->probed, address(family, 7));
  EXPECT_EQ(reply->from, address(family, 99));
  EXPECT_EQ(reply->method, method);
  EXPECT_EQ(reply->sequence, sequence);
  EXPECT_EQ(reply->message, codec::IcmpMessage::time_exceeded);
  EXPECT_EQ(reply->quoted_ttl, 1);
  EXPECT_EQ(reply->reply_ttl, 250);
  EXPECT_EQ(reply->cookie, probe_cookie(identity.cookie_key, reply->probed, sequence));
  EXPECT_FALSE(reply->next_hop_mtu);
}

TEST_P(ProbeDecoder, a_quote_of_only_eight_bytes_is_enough) {
  const auto family = GetParam().family;
  auto original = probe(GetParam());
  original.resize((family == Family::v4 ? 20 : 40) + 8);
  const auto reply = decode(error_about(original, family));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->sequence, sequence);
  EXPECT_FALSE(reply->cookie);
}

TEST_P(ProbeDecoder, labels_are_read_behind_a_padded_quote) {
  const std::vector<codec::MplsEntry> labels{{.label = 77, .traffic_class = 1, .bottom = true, .ttl = 1}};
  const auto family = GetParam().family;
  const auto reply =
      decode(error_about(probe(GetParam()), family, codec::IcmpMessage::time_exceeded, {codec::mpls_object(labels)}));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->mpls, labels);
  EXPECT_EQ(reply->sequence, sequence);
  EXPECT_TRUE(reply->cookie);
}

TEST_P(ProbeDecoder, a_packet_that_was_too_big_tells_the_mtu) {
  const auto reply = decode(error_about(probe(GetParam()), GetParam().family, codec::IcmpMessage::packet_too_big));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->next_hop_mtu, 1400);
}

TEST_P(ProbeDecoder, a_reconstructed_packet_has_no_quoted_ttl) {
  const auto reply = decode(error_about(probe(GetParam()), GetParam().family), PacketOrigin::reconstructed);
  ASSERT_TRUE(reply);
  EXPECT_FALSE(reply->quoted_ttl);
}

TEST_P(ProbeDecoder, every_flipped_bit_of_the_message_is_noticed) {
  const auto packet = error_about(probe(GetParam()), GetParam().family);
  const std::size_t start = GetParam().family == Family::v4 ? 20 : 40;
  for (std::size_t bit = start * 8; bit < packet.size() * 8; ++bit) {
    auto damaged = packet;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_EQ(rejection(damaged), Rejection::bad_checksum) << bit;
  }
}

TEST_P(ProbeDecoder, every_cut_packet_is_refused) {
  const auto packet = error_about(probe(GetParam()), GetParam().family);
  for (std::size_t size = 0; size < packet.size(); ++size)
    EXPECT_EQ(rejection(Packet(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size))),
              Rejection::unparsable)
        << size;
}

class EchoDecoder : public testing::TestWithParam<Family> {
 protected:
  static Packet request() { return probe({GetParam(), Method::icmp}); }
};

INSTANTIATE_TEST_SUITE_P(Families, EchoDecoder, testing::Values(Family::v4, Family::v6));

TEST_P(EchoDecoder, an_echo_reply_tells_its_probe_and_brings_the_cookie) {
  const auto reply = decode(echo_reply_to(request(), GetParam()));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->message, codec::IcmpMessage::echo_reply);
  EXPECT_EQ(reply->probed, address(GetParam(), 7));
  EXPECT_EQ(reply->sequence, sequence);
  EXPECT_EQ(reply->cookie, probe_cookie(identity.cookie_key, reply->probed, sequence));
}

TEST_P(EchoDecoder, other_programs_answers_are_foreign) {
  const codec::IcmpEcho others{.identifier = 0x7777, .sequence = sequence, .payload = {}};
  const auto write = [&](codec::ByteWriter& out) {
    codec::write_icmp_echo(out, codec::IcmpMessage::echo_reply, others, address(GetParam(), 7), address(GetParam(), 1));
  };
  EXPECT_EQ(rejection(from_router(GetParam(), 7, write)), Rejection::foreign);
}

TEST_P(EchoDecoder, our_own_request_coming_by_is_foreign) { EXPECT_EQ(rejection(request()), Rejection::foreign); }

TEST_P(EchoDecoder, an_error_about_another_programs_ping_is_foreign) {
  const codec::IcmpEcho others{.identifier = 0x7777, .sequence = sequence, .payload = {}};
  Packet original(100);
  codec::ByteWriter out(original);
  const bool is_v4 = GetParam() == Family::v4;
  codec::write_ip(out,
                  {.source = address(GetParam(), 1),
                   .destination = address(GetParam(), 7),
                   .protocol = is_v4 ? codec::protocol_icmp : codec::protocol_icmpv6,
                   .ttl = 1},
                  8);
  codec::write_icmp_echo(out, codec::IcmpMessage::echo_request, others, address(GetParam(), 1), address(GetParam(), 7));
  original.resize(out.size());
  EXPECT_EQ(rejection(error_about(original, GetParam())), Rejection::foreign);
}

TEST(ProbeDecoderForUdp, a_translated_checksum_leaves_the_identification) {
  const Case way{Family::v4, Method::udp};
  auto original = probe(way);
  original[26] ^= 0x5a;  // of the UDP checksum
  const auto reply = decode(error_about(original, Family::v4));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->sequence, sequence);
  EXPECT_NE(reply->other_sequence, sequence);
}

}  // namespace
}  // namespace cw::probe
