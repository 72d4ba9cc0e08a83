#include "ports/probe/native/probe_decoder.hpp"

#include <optional>

#include "codec/checksum.hpp"
#include "codec/ip.hpp"
#include "codec/tcp.hpp"
#include "codec/udp.hpp"
#include "ports/probe/native/probe_encoder.hpp"

namespace cw::probe {
namespace {

constexpr std::size_t tcp_checksum_offset = 16;

// Why the packet is no reply; nothing while it may be one.
using Objection = std::optional<Rejection>;

// Messages that answer a probe; a redirect or a source quench does not.
bool answers_a_probe(codec::IcmpMessage message) {
  return message != codec::IcmpMessage::echo_request && message != codec::IcmpMessage::other;
}

std::uint16_t read_u16(codec::Bytes at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }

std::uint16_t swapped(std::uint16_t value) { return static_cast<std::uint16_t>(value << 8 | value >> 8); }

// Of the probe as it was sent; nothing where the quote lies about its length.
std::optional<std::uint16_t> tcp_checksum(const ProbeFlow& flow, const CookieKey& key, std::uint16_t sequence,
                                          std::size_t length) {
  const auto shortest = shortest_probe(flow);
  if (length < shortest || length > 0xffff) return std::nullopt;
  ProbeBuffer buffer;
  const auto size = length == shortest ? std::uint16_t{0} : static_cast<std::uint16_t>(length);
  const auto written = encode_probe(flow, Ttl{1}, sequence, key, buffer, size);
  return read_u16(codec::Bytes(buffer).subspan(written - tcp_segment_size + tcp_checksum_offset));
}

// A quote need not go on so far.
std::optional<std::uint64_t> read_cookie(codec::Bytes payload) {
  if (payload.size() < probe_payload_size) return std::nullopt;
  std::uint64_t cookie = 0;
  for (const auto byte : payload.subspan(cookie_offset, sizeof(cookie))) cookie = cookie << 8 | byte;
  return cookie;
}

// Proof that the quoted packet was ours where a translator has changed what it is known by.
bool proves_ours(const ProbeReply& reply, const ProbeIdentity& identity) {
  return reply.cookie && cookie_fits(reply, identity.cookie_key, reply.sequence);
}

Objection read_echo_reply(ProbeReply& reply, const codec::IcmpPacket& icmp, const ProbeIdentity& identity) {
  if (!icmp.echo) return Rejection::unparsable;
  if (icmp.echo->identifier != identity.icmp_identifier(reply.from.family())) return Rejection::foreign;
  reply.probed = reply.from;
  reply.method = Method::icmp;
  reply.sequence = icmp.echo->sequence;
  reply.cookie = read_cookie(icmp.echo->payload);
  if (!reply.cookie) return Rejection::foreign;
  return std::nullopt;
}

Objection read_quoted_icmp(ProbeReply& reply, ProbeQuote& quote, codec::Bytes quoted, const ProbeIdentity& identity) {
  const auto family = reply.probed.family();
  codec::ByteReader in(quoted);
  const auto type = in.u8();
  const auto code = in.u8();
  quote.checksum = in.u16();
  quote.identifier = in.u16();
  reply.sequence = in.u16();
  if (!in.ok()) return Rejection::unparsable;
  if (codec::classify_icmp(family, type, code) != codec::IcmpMessage::echo_request) return Rejection::foreign;
  reply.method = Method::icmp;
  reply.cookie = read_cookie(in.rest());
  if (quote.identifier != identity.icmp_identifier(family) && !proves_ours(reply, identity)) return Rejection::foreign;
  return std::nullopt;
}

Objection read_quoted_udp(ProbeReply& reply, ProbeQuote& quote, const codec::IpPacket& quoted) {
  const auto udp = codec::parse_udp(quoted.payload);
  if (!udp) return Rejection::unparsable;
  const auto payload = quoted.payload.subspan(codec::udp_header_size);
  quote.checksum = udp->checksum;
  reply.method = Method::udp;
  reply.source_port = udp->source_port;
  reply.destination_port = udp->destination_port;
  reply.sequence = udp->checksum;
  reply.cookie = read_cookie(payload);
  if (reply.probed.is_v4()) {
    reply.sequence = quoted.header.identification;
    reply.other_sequence = udp->checksum;
  } else if (reply.cookie) {
    reply.other_sequence = read_u16(payload.subspan(sequence_offset));
  }
  return std::nullopt;
}

// The token is the sequence number and sixteen bits of the cookie.
void read_token(ProbeReply& reply, std::uint32_t token) {
  reply.sequence = static_cast<std::uint16_t>(token >> 16);
  reply.cookie = token & 0xffff;
  reply.cookie_bits = 0xffff;
}

Objection read_quoted_tcp(ProbeReply& reply, ProbeQuote& quote, const codec::IpPacket& quoted) {
  const auto tcp = codec::parse_quoted_tcp(quoted.payload);
  if (!tcp) return Rejection::unparsable;
  quote.checksum = tcp->checksum.value_or(0);
  reply.method = Method::tcp;
  reply.source_port = tcp->source_port;
  reply.destination_port = tcp->destination_port;
  read_token(reply, tcp->sequence);
  return std::nullopt;
}

Objection read_quoted(ProbeReply& reply, ProbeQuote& quote, const codec::IpPacket& quoted,
                      const ProbeIdentity& identity) {
  switch (quoted.header.protocol) {
    case codec::protocol_icmp:
    case codec::protocol_icmpv6:
      return read_quoted_icmp(reply, quote, quoted.payload, identity);
    case codec::protocol_udp:
      return read_quoted_udp(reply, quote, quoted);
    case codec::protocol_tcp:
      return read_quoted_tcp(reply, quote, quoted);
    default:
      return Rejection::foreign;
  }
}

Objection read_error(ProbeReply& reply, const codec::IcmpPacket& icmp, PacketOrigin origin,
                     const ProbeIdentity& identity) {
  if (!icmp.error) return Rejection::unparsable;
  const auto& quoted = icmp.error->quoted;
  if (quoted.header.fragment_offset != 0) return Rejection::foreign;
  reply.probed = quoted.header.destination;
  if (icmp.message == codec::IcmpMessage::packet_too_big) reply.next_hop_mtu = icmp.error->next_hop_mtu;
  if (!icmp.error->extensions.empty()) reply.mpls = codec::mpls_entries(icmp.error->extensions);
  ProbeQuote quote{.source = quoted.header.source,
                   .length = quoted.header.total_length,
                   .identification = quoted.header.identification,
                   .traffic_class = quoted.header.traffic_class};
  if (const auto objection = read_quoted(reply, quote, quoted, identity)) return objection;
  if (origin == PacketOrigin::received) {
    reply.quoted_ttl = quoted.header.ttl;
    reply.quote = quote;
  }
  return std::nullopt;
}

Objection read_icmp(ProbeReply& reply, const codec::IpPacket& ip, PacketOrigin origin, const ProbeIdentity& identity) {
  const auto icmp = codec::parse_icmp(ip.header, ip.payload);
  if (!icmp) return Rejection::unparsable;
  if (!icmp->checksum_ok) return Rejection::bad_checksum;
  if (!answers_a_probe(icmp->message)) return Rejection::foreign;
  reply.message = icmp->message;
  reply.icmp_type = icmp->type;
  reply.icmp_code = icmp->code;
  if (icmp->message == codec::IcmpMessage::echo_reply) return read_echo_reply(reply, *icmp, identity);
  return read_error(reply, *icmp, origin, identity);
}

// Between machines of one host, kernels leave the checksum to a network card that is none: the field then holds the
// sum of the pseudo-header alone (Linux, CHECKSUM_PARTIAL).
bool came_whole(const codec::IpPacket& ip) {
  const auto& source = ip.header.source;
  const auto& destination = ip.header.destination;
  if (codec::transport_checksum_holds(source, destination, codec::protocol_tcp, ip.payload)) return true;
  codec::ChecksumSum pseudo;
  pseudo.add_pseudo_header(source, destination, codec::protocol_tcp, static_cast<std::uint32_t>(ip.payload.size()));
  return read_u16(ip.payload.subspan(tcp_checksum_offset)) == pseudo.folded();
}

// RFC 9293, section 3.10.7: the answer to a SYN acknowledges its number and one more; the RST that answers an ACK
// has the number that the ACK acknowledged. Some hosts acknowledge in that RST too.
Objection read_segment(ProbeReply& reply, const codec::IpPacket& ip, const ProbeIdentity& identity) {
  const auto tcp = codec::parse_tcp(ip.payload);
  if (!tcp) return Rejection::unparsable;
  if (!came_whole(ip)) return Rejection::bad_checksum;
  const bool accepts = tcp->flags.syn && tcp->flags.ack;
  if (tcp->destination_port < lowest_source_port || !(accepts || tcp->flags.rst)) return Rejection::foreign;
  reply.probed = reply.from;
  reply.method = Method::tcp;
  reply.source_port = tcp->destination_port;
  reply.destination_port = tcp->source_port;
  reply.tcp_flags = codec::flag_bits(tcp->flags);
  if (tcp->flags.ack) read_token(reply, tcp->acknowledgement - 1);
  if (!accepts && !proves_ours(reply, identity)) read_token(reply, tcp->sequence);
  return std::nullopt;
}

Objection read_packet(ProbeReply& reply, codec::Bytes packet, PacketOrigin origin, const ProbeIdentity& identity) {
  const auto ip = codec::parse_ip(packet);
  if (!ip) return Rejection::unparsable;
  if (!ip->header.checksum_ok) return Rejection::bad_checksum;
  reply.from = ip->header.source;
  reply.to = ip->header.destination;
  // No packet arrives with a TTL of 0; a wire that was not told writes that.
  if (ip->header.ttl != 0) reply.reply_ttl = ip->header.ttl;
  switch (ip->header.protocol) {
    case codec::protocol_icmp:
    case codec::protocol_icmpv6:
      return read_icmp(reply, *ip, origin, identity);
    case codec::protocol_tcp:
      return read_segment(reply, *ip, identity);
    default:
      return Rejection::foreign;
  }
}

}  // namespace

std::expected<ProbeReply, Rejection> decode_reply(std::span<const std::uint8_t> packet, PacketOrigin origin,
                                                  const ProbeIdentity& identity) {
  std::expected<ProbeReply, Rejection> reply;
  if (const auto objection = read_packet(*reply, packet, origin, identity)) reply = std::unexpected(*objection);
  return reply;
}

bool may_be_about(const ProbeReply& reply, const ProbeFlow& flow) {
  if (is_tcp(reply.method) != is_tcp(flow.method)) return false;
  if (!is_tcp(reply.method) && reply.method != flow.method) return false;
  if (reply.method == Method::icmp) return true;
  if (reply.destination_port != flow.destination_port) return false;
  return reply.source_port == flow.source_port || (reply.quote && reply.cookie);
}

bool cookie_fits(const ProbeReply& reply, const CookieKey& key, std::uint16_t sequence) {
  if (!reply.cookie) return true;
  return ((*reply.cookie ^ probe_cookie(key, reply.probed, sequence)) & reply.cookie_bits) == 0;
}

bool leaves_half_open(const ProbeReply& reply, const CookieKey& key) {
  return reply.tcp_flags == codec::flag_bits({.syn = true, .ack = true}) && cookie_fits(reply, key, reply.sequence);
}

bool is_rewritten(const ProbeReply& reply, const ProbeFlow& flow, const CookieKey& key, std::uint16_t sequence) {
  if (!reply.quote) return false;
  const auto& quote = *reply.quote;
  if (quote.source != flow.source) return true;
  if (flow.method == Method::icmp ? quote.identifier != flow.icmp_identifier : reply.source_port != flow.source_port)
    return true;
  if (flow.source.is_v4() && quote.identification != 0 && quote.identification != sequence &&
      quote.identification != swapped(sequence))
    return true;
  if (quote.checksum == 0) return false;
  switch (flow.method) {
    case Method::icmp:
      return quote.checksum != flow.icmp_checksum;
    case Method::udp:
      return quote.checksum != sequence;
    case Method::tcp:
    case Method::tcp_ack:
      return quote.checksum != tcp_checksum(flow, key, sequence, quote.length).value_or(quote.checksum);
  }
  return false;
}

}  // namespace cw::probe
