#include "ports/probe/native/probe_decoder.hpp"

#include <gtest/gtest.h>

#include "codec/checksum.hpp"
#include "codec/ip.hpp"
#include "codec/tcp.hpp"
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

ProbeFlow flow_of(Case way) {
  return make_flow({.address = address(way.family, 7), .method = way.method, .flow = 2}, address(way.family, 1),
                   identity);
}

Packet probe(Case way, int ttl = 7, std::uint16_t size = 0) {
  ProbeBuffer buffer;
  const auto written =
      encode_probe(flow_of(way), Ttl{static_cast<std::uint8_t>(ttl)}, sequence, identity.cookie_key, buffer, size);
  Packet packet(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(written));
  if (size != 0) packet.resize(size);
  return packet;
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
                                         Case{Family::v4, Method::udp}, Case{Family::v6, Method::udp},
                                         Case{Family::v4, Method::tcp}, Case{Family::v6, Method::tcp},
                                         Case{Family::v4, Method::tcp_ack}, Case{Family::v6, Method::tcp_ack}));

TEST_P(ProbeDecoder, an_error_tells_which_probe_it_is_about) {
  const auto [family, method] = GetParam();
  const auto reply = decode(error_about(probe(GetParam(), 1), family));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->probed, address(family, 7));
  EXPECT_EQ(reply->from, address(family, 99));
  EXPECT_EQ(reply->method, is_tcp(method) ? Method::tcp : method);
  EXPECT_EQ(reply->sequence, sequence);
  EXPECT_EQ(reply->message, codec::IcmpMessage::time_exceeded);
  EXPECT_EQ(reply->quoted_ttl, 1);
  EXPECT_EQ(reply->reply_ttl, 250);
  ASSERT_TRUE(reply->cookie);
  EXPECT_TRUE(cookie_fits(*reply, identity.cookie_key, sequence));
  EXPECT_FALSE(cookie_fits(*reply, CookieKey{3, 4}, sequence));
  EXPECT_FALSE(reply->next_hop_mtu);
  EXPECT_FALSE(reply->tcp_flags);
  EXPECT_TRUE(may_be_about(*reply, flow_of(GetParam())));
  EXPECT_FALSE(is_rewritten(*reply, flow_of(GetParam()), identity.cookie_key, sequence));
}

TEST_P(ProbeDecoder, a_quote_of_only_eight_bytes_is_enough) {
  const auto family = GetParam().family;
  auto original = probe(GetParam());
  original.resize((family == Family::v4 ? 20 : 40) + 8);
  const auto reply = decode(error_about(original, family));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->sequence, sequence);
  EXPECT_EQ(reply->cookie.has_value(), is_tcp(GetParam().method));  // which has it in the eight bytes
  EXPECT_FALSE(is_rewritten(*reply, flow_of(GetParam()), identity.cookie_key, sequence));
}

TEST_P(ProbeDecoder, a_quote_of_a_long_probe_cut_anywhere_is_recognised) {
  for (const int size : {100, 576, 1280, 1500, 9000}) {
    auto original = probe(GetParam(), 7, static_cast<std::uint16_t>(size));
    const std::size_t header = GetParam().family == Family::v4 ? 20 : 40;
    for (const auto quoted : {header + 8, header + 20, header + 40, std::size_t{548}}) {
      if (quoted > original.size()) continue;
      const Packet cut(original.begin(), original.begin() + static_cast<std::ptrdiff_t>(quoted));
      const auto reply = decode(error_about(cut, GetParam().family, codec::IcmpMessage::packet_too_big));
      ASSERT_TRUE(reply) << size << " " << quoted;
      EXPECT_EQ(reply->sequence, sequence);
      EXPECT_TRUE(cookie_fits(*reply, identity.cookie_key, sequence));
      EXPECT_FALSE(is_rewritten(*reply, flow_of(GetParam()), identity.cookie_key, sequence));
    }
  }
}

TEST_P(ProbeDecoder, another_source_in_the_quote_is_seen_and_the_probe_found_all_the_same) {
  auto original = probe(GetParam());
  original[GetParam().family == Family::v4 ? 15 : 23] ^= 0x40;
  const auto reply = decode(error_about(original, GetParam().family));
  ASSERT_TRUE(reply);
  EXPECT_TRUE(may_be_about(*reply, flow_of(GetParam())));
  EXPECT_TRUE(is_rewritten(*reply, flow_of(GetParam()), identity.cookie_key, sequence));
}

TEST_P(ProbeDecoder, another_port_or_identifier_needs_the_cookie_for_proof) {
  const bool is_v4 = GetParam().family == Family::v4;
  const std::size_t transport = is_v4 ? 20 : 40;
  auto original = probe(GetParam());
  original[transport + (GetParam().method == Method::icmp ? 5 : 1)] ^= 0x40;
  const auto reply = decode(error_about(original, GetParam().family));
  ASSERT_TRUE(reply);
  EXPECT_TRUE(may_be_about(*reply, flow_of(GetParam())));
  EXPECT_TRUE(is_rewritten(*reply, flow_of(GetParam()), identity.cookie_key, sequence));
  // The same without a cookie, or with a false one.
  auto damaged = original;
  damaged[transport + (is_tcp(GetParam().method) ? 7 : 14)] ^= 1;
  const auto forged = decode(error_about(damaged, GetParam().family));
  EXPECT_TRUE(!forged || !cookie_fits(*forged, identity.cookie_key, sequence));
  if (is_tcp(GetParam().method)) return;
  original.resize(transport + 8);
  const auto cut = decode(error_about(original, GetParam().family));
  EXPECT_TRUE(!cut || !may_be_about(*cut, flow_of(GetParam())));
}

class Ipv4ProbeDecoder : public ProbeDecoder {};

INSTANTIATE_TEST_SUITE_P(Ways, Ipv4ProbeDecoder,
                         testing::Values(Case{Family::v4, Method::icmp}, Case{Family::v4, Method::udp},
                                         Case{Family::v4, Method::tcp}, Case{Family::v4, Method::tcp_ack}));

TEST_P(Ipv4ProbeDecoder, what_old_routers_do_to_a_quotes_identification_is_no_translation) {
  auto swapped = probe(GetParam());
  std::swap(swapped[4], swapped[5]);
  auto zeroed = probe(GetParam());
  zeroed[4] = zeroed[5] = 0;
  for (const auto& original : {swapped, zeroed}) {
    const auto reply = decode(error_about(original, Family::v4));
    ASSERT_TRUE(reply);
    EXPECT_FALSE(is_rewritten(*reply, flow_of(GetParam()), identity.cookie_key, sequence));
  }
}

TEST_P(ProbeDecoder, the_traffic_class_is_told_as_the_router_saw_it) {
  auto original = probe(GetParam());
  if (GetParam().family == Family::v4)
    original[1] = 0x28;
  else
    original[0] = 0x62, original[1] = static_cast<std::uint8_t>(0x80 | (original[1] & 0x0f));
  const auto reply = decode(error_about(original, GetParam().family));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->quote->traffic_class, 0x28);
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
  EXPECT_FALSE(reply->quote);
  EXPECT_FALSE(is_rewritten(*reply, flow_of(GetParam()), identity.cookie_key, sequence));
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

TEST(ProbeDecoderForUdp, a_translated_port_of_ipv6_leaves_the_number_in_the_payload) {
  const Case way{Family::v6, Method::udp};
  auto original = probe(way);
  original[40] ^= 0x12;
  original[46] ^= 0x34;  // the checksum that goes with it
  const auto reply = decode(error_about(original, Family::v6));
  ASSERT_TRUE(reply);
  EXPECT_NE(reply->sequence, sequence);
  EXPECT_EQ(reply->other_sequence, sequence);
  EXPECT_TRUE(may_be_about(*reply, flow_of(way)));
  EXPECT_TRUE(cookie_fits(*reply, identity.cookie_key, sequence));
}

class SegmentDecoder : public testing::TestWithParam<Family> {
 protected:
  static Case way(Method method = Method::tcp) { return {GetParam(), method}; }
  static std::uint32_t token() { return tcp_token(identity.cookie_key, address(GetParam(), 7), sequence); }
  // From the probed host, to the port that the probe came from.
  static Packet segment(codec::TcpHeader header) {
    header.source_port = 80;
    if (header.destination_port == 0) header.destination_port = flow_of(way()).source_port;
    Packet packet(100);
    codec::ByteWriter out(packet);
    codec::write_ip(out,
                    {.source = address(GetParam(), 7),
                     .destination = address(GetParam(), 1),
                     .protocol = codec::protocol_tcp,
                     .ttl = 51},
                    tcp_segment_size);
    codec::write_tcp(out, header, address(GetParam(), 7), address(GetParam(), 1));
    packet.resize(out.size());
    return packet;
  }
  static void expect_answer(const Packet& packet, Method method, std::uint8_t flags) {
    const auto reply = decode(packet);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->probed, address(GetParam(), 7));
    EXPECT_EQ(reply->from, reply->probed);
    EXPECT_EQ(reply->to, address(GetParam(), 1));
    EXPECT_EQ(reply->sequence, sequence);
    EXPECT_EQ(reply->tcp_flags, flags);
    EXPECT_EQ(reply->icmp_type, 0);
    EXPECT_EQ(reply->reply_ttl, 51);
    EXPECT_FALSE(reply->quoted_ttl);
    EXPECT_TRUE(cookie_fits(*reply, identity.cookie_key, sequence));
    EXPECT_TRUE(may_be_about(*reply, flow_of(way(method))));
    EXPECT_FALSE(may_be_about(*reply, flow_of(way(Method::udp))));
    EXPECT_EQ(leaves_half_open(*reply, identity.cookie_key), flags == 0x12);
  }
};

INSTANTIATE_TEST_SUITE_P(Families, SegmentDecoder, testing::Values(Family::v4, Family::v6));

TEST_P(SegmentDecoder, the_answers_to_syn_and_ack_tell_their_probe) {
  expect_answer(segment({.sequence = 99, .acknowledgement = token() + 1, .flags = {.syn = true, .ack = true}}),
                Method::tcp, 0x12);
  expect_answer(segment({.acknowledgement = token() + 1, .flags = {.rst = true, .ack = true}}), Method::tcp, 0x14);
  expect_answer(segment({.sequence = token(), .flags = {.rst = true}}), Method::tcp_ack, 0x04);
  // With an acknowledgement of its own making.
  expect_answer(segment({.sequence = token(), .acknowledgement = 7, .flags = {.rst = true, .ack = true}}),
                Method::tcp_ack, 0x14);
}

TEST_P(SegmentDecoder, a_guessed_number_has_a_false_cookie) {
  for (const auto guess : {token() + 2, token(), token() ^ 0x8000}) {
    const auto reply = decode(segment({.acknowledgement = guess, .flags = {.syn = true, .ack = true}}));
    ASSERT_TRUE(reply);
    EXPECT_FALSE(cookie_fits(*reply, identity.cookie_key, reply->sequence));
    EXPECT_FALSE(leaves_half_open(*reply, identity.cookie_key));
  }
}

TEST_P(SegmentDecoder, segments_of_other_connections_are_foreign) {
  EXPECT_EQ(rejection(segment({.acknowledgement = token() + 1, .flags = {.ack = true}})), Rejection::foreign);
  EXPECT_EQ(rejection(segment({.sequence = token(), .flags = {.syn = true}})), Rejection::foreign);
  EXPECT_EQ(rejection(segment({.sequence = token(), .flags = {.fin = true, .ack = true}})), Rejection::foreign);
  EXPECT_EQ(rejection(segment({.destination_port = 443, .sequence = token(), .flags = {.rst = true}})),
            Rejection::foreign);
}

TEST_P(SegmentDecoder, a_spoiled_segment_is_noticed_and_one_whose_checksum_was_left_to_the_card_is_not_spoiled) {
  const auto good = segment({.acknowledgement = token() + 1, .flags = {.syn = true, .ack = true}});
  const std::size_t start = GetParam() == Family::v4 ? 20 : 40;
  for (std::size_t bit = start * 8; bit < good.size() * 8; ++bit) {
    auto damaged = good;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    const auto why = rejection(damaged);
    EXPECT_TRUE(why == Rejection::bad_checksum || why == Rejection::unparsable) << bit;
  }
  codec::ChecksumSum pseudo;
  pseudo.add_pseudo_header(address(GetParam(), 7), address(GetParam(), 1), codec::protocol_tcp, tcp_segment_size);
  auto left = good;
  left[start + 16] = static_cast<std::uint8_t>(pseudo.folded() >> 8);
  left[start + 17] = static_cast<std::uint8_t>(pseudo.folded());
  EXPECT_TRUE(decode(left));
}

}  // namespace
}  // namespace cw::probe
