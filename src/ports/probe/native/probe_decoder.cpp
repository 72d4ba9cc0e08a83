#include "ports/probe/native/probe_decoder.hpp"

#include "codec/ip.hpp"
#include "codec/udp.hpp"
#include "ports/probe/native/probe_encoder.hpp"

namespace cw::probe {
namespace {

using Decoded = std::expected<ProbeReply, Rejection>;

std::unexpected<Rejection> reject(Rejection why) { return std::unexpected(why); }

// Messages that answer a probe; a redirect or a source quench does not.
bool answers_a_probe(codec::IcmpMessage message) {
  return message != codec::IcmpMessage::echo_request && message != codec::IcmpMessage::other;
}

// A quote need not go on so far.
std::optional<std::uint64_t> read_cookie(codec::Bytes payload) {
  if (payload.size() < probe_payload_size) return std::nullopt;
  std::uint64_t cookie = 0;
  for (const auto byte : payload.subspan(cookie_offset, sizeof(cookie))) cookie = cookie << 8 | byte;
  return cookie;
}

Decoded decode_echo_reply(ProbeReply reply, const codec::IcmpPacket& icmp, const ProbeIdentity& identity) {
  if (!icmp.echo) return reject(Rejection::unparsable);
  if (icmp.echo->identifier != identity.icmp_identifier(reply.from.family())) return reject(Rejection::foreign);
  reply.probed = reply.from;
  reply.method = Method::icmp;
  reply.sequence = icmp.echo->sequence;
  reply.cookie = read_cookie(icmp.echo->payload);
  if (!reply.cookie) return reject(Rejection::foreign);
  return reply;
}

Decoded decode_quoted_icmp(ProbeReply reply, codec::Bytes quoted, const ProbeIdentity& identity) {
  const auto family = reply.probed.family();
  codec::ByteReader in(quoted);
  const auto type = in.u8();
  const auto code = in.u8();
  in.skip(2);
  const auto identifier = in.u16();
  reply.sequence = in.u16();
  if (!in.ok()) return reject(Rejection::unparsable);
  if (codec::classify_icmp(family, type, code) != codec::IcmpMessage::echo_request) return reject(Rejection::foreign);
  if (identifier != identity.icmp_identifier(family)) return reject(Rejection::foreign);
  reply.method = Method::icmp;
  reply.cookie = read_cookie(in.rest());
  return reply;
}

Decoded decode_quoted_udp(ProbeReply reply, const codec::IpPacket& quoted) {
  const auto udp = codec::parse_udp(quoted.payload);
  if (!udp) return reject(Rejection::unparsable);
  reply.method = Method::udp;
  reply.source_port = udp->source_port;
  reply.destination_port = udp->destination_port;
  reply.sequence = udp->checksum;
  if (reply.probed.is_v4()) {
    reply.sequence = quoted.header.identification;
    reply.other_sequence = udp->checksum;
  }
  reply.cookie = read_cookie(quoted.payload.subspan(codec::udp_header_size));
  return reply;
}

Decoded decode_error(ProbeReply reply, const codec::IcmpPacket& icmp, PacketOrigin origin,
                     const ProbeIdentity& identity) {
  if (!icmp.error) return reject(Rejection::unparsable);
  const auto& quoted = icmp.error->quoted;
  if (quoted.header.fragment_offset != 0) return reject(Rejection::foreign);
  reply.probed = quoted.header.destination;
  if (origin == PacketOrigin::received) reply.quoted_ttl = quoted.header.ttl;
  if (icmp.message == codec::IcmpMessage::packet_too_big) reply.next_hop_mtu = icmp.error->next_hop_mtu;
  if (!icmp.error->extensions.empty()) reply.mpls = codec::mpls_entries(icmp.error->extensions);
  switch (quoted.header.protocol) {
    case codec::protocol_icmp:
    case codec::protocol_icmpv6:
      return decode_quoted_icmp(std::move(reply), quoted.payload, identity);
    case codec::protocol_udp:
      return decode_quoted_udp(std::move(reply), quoted);
    default:
      return reject(Rejection::foreign);
  }
}

}  // namespace

Decoded decode_reply(std::span<const std::uint8_t> packet, PacketOrigin origin, const ProbeIdentity& identity) {
  const auto ip = codec::parse_ip(packet);
  if (!ip) return reject(Rejection::unparsable);
  if (!ip->header.checksum_ok) return reject(Rejection::bad_checksum);
  if (ip->header.protocol != codec::protocol_icmp && ip->header.protocol != codec::protocol_icmpv6)
    return reject(Rejection::foreign);
  const auto icmp = codec::parse_icmp(ip->header, ip->payload);
  if (!icmp) return reject(Rejection::unparsable);
  if (!icmp->checksum_ok) return reject(Rejection::bad_checksum);
  if (!answers_a_probe(icmp->message)) return reject(Rejection::foreign);
  ProbeReply reply;
  reply.from = ip->header.source;
  reply.message = icmp->message;
  reply.icmp_type = icmp->type;
  reply.icmp_code = icmp->code;
  // No packet arrives with a TTL of 0; a wire that was not told writes that.
  if (ip->header.ttl != 0) reply.reply_ttl = ip->header.ttl;
  if (icmp->message == codec::IcmpMessage::echo_reply) return decode_echo_reply(std::move(reply), *icmp, identity);
  return decode_error(std::move(reply), *icmp, origin, identity);
}

}  // namespace cw::probe
