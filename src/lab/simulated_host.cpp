#include "lab/simulated_host.hpp"

#include <algorithm>

#include "codec/checksum.hpp"
#include "codec/icmp.hpp"
#include "codec/udp.hpp"
#include "lab/flow.hpp"

namespace cw::lab {
namespace {

bool contains(const std::vector<std::uint16_t>& ports, std::uint16_t port) {
  return std::ranges::find(ports, port) != ports.end();
}

bool checksum_holds(const codec::IpPacket& packet) {
  return codec::transport_checksum_holds(packet.header.source, packet.header.destination, packet.header.protocol,
                                         packet.payload);
}

std::optional<codec::Bytes> answer_icmp(ReplyBuilder& builder, const ReplyHeader& header,
                                        const codec::IpPacket& packet) {
  const auto icmp = codec::parse_icmp(packet.header, packet.payload);
  if (!icmp || !icmp->checksum_ok || icmp->message != codec::IcmpMessage::echo_request) return std::nullopt;
  return builder.echo_reply(header, *icmp->echo);
}

std::optional<codec::Bytes> port_unreachable(ReplyBuilder& builder, const ReplyHeader& header,
                                             const codec::IpPacket& packet, codec::Bytes whole) {
  const ErrorReply reply{.message = codec::IcmpMessage::unreachable_port, .quoted_ttl = packet.header.ttl};
  return builder.error(header, reply, whole);
}

std::optional<codec::Bytes> answer_udp(ReplyBuilder& builder, const ReplyHeader& header,
                                       const DestinationTraits& traits, const codec::IpPacket& packet,
                                       codec::Bytes whole) {
  const auto udp = codec::parse_udp(packet.payload);
  if (!udp) return std::nullopt;
  if (udp->checksum != 0 && !checksum_holds(packet)) return std::nullopt;
  if (contains(traits.open_udp_ports, udp->destination_port)) return std::nullopt;
  return port_unreachable(builder, header, packet, whole);
}

// RFC 9293, section 3.10.7: a SYN to an open port begins a connection, which then waits half open; a RST with the
// number that is expected ends it; what fits no connection is reset. Another SYN of a connection that waits is
// answered with an ACK of the first one (section 3.10.7.4).
std::optional<codec::Bytes> answer_tcp(ReplyBuilder& builder, const ReplyHeader& header,
                                       const DestinationTraits& traits, const codec::IpPacket& packet,
                                       HalfOpenConnections& half_open) {
  const auto tcp = codec::parse_tcp(packet.payload);
  if (!tcp || !checksum_holds(packet) || contains(traits.filtered_tcp_ports, tcp->destination_port))
    return std::nullopt;
  const HalfOpenConnections::Ends ends{.client = packet.header.source,
                                       .server = packet.header.destination,
                                       .client_port = tcp->source_port,
                                       .server_port = tcp->destination_port};
  const auto begun = half_open.find(ends);
  if (tcp->flags.rst) {
    if (begun && tcp->sequence == *begun + 1) half_open.end(ends);
    return std::nullopt;
  }
  codec::TcpHeader reply{.source_port = tcp->destination_port, .destination_port = tcp->source_port};
  if (tcp->flags.ack) {
    reply.sequence = tcp->acknowledgement;
    reply.flags = {.rst = true};
  } else if (tcp->flags.syn && contains(traits.open_tcp_ports, tcp->destination_port)) {
    const auto first = begun.value_or(tcp->sequence);
    half_open.begin(ends, first);
    reply.sequence = ~first;            // any number does
    reply.acknowledgement = first + 1;  // data that comes with a SYN is left for later
    reply.flags = {.syn = first == tcp->sequence, .ack = true};
    reply.window = 65'535;
  } else {
    const auto data = packet.payload.size() - tcp->header_length;
    reply.acknowledgement = tcp->sequence + static_cast<std::uint32_t>(data) + (tcp->flags.syn ? 1U : 0U);
    reply.flags = {.rst = true, .ack = true};
  }
  return builder.tcp(header, reply);
}

// Whether an address of a network that is only partly used is there: always the same ones.
bool is_present(const IpAddress& address, double share) {
  if (share >= 1) return true;
  const auto hash = flow_hash({.destination = address}, Balancing::destination, IcmpHash::addresses, 0);
  return static_cast<double>(hash >> 11) * 0x1.0p-53 < share;
}

}  // namespace

Behaviour behaviour_towards(const DestinationTraits& traits, const IpAddress& address, std::uint8_t protocol) {
  if (!is_present(address, traits.share)) return traits.absent;
  switch (protocol) {
    case codec::protocol_icmp:
    case codec::protocol_icmpv6:
      return traits.icmp;
    case codec::protocol_udp:
      return traits.udp;
    case codec::protocol_tcp:
      return traits.tcp;
    default:
      return Behaviour::protocol_unreachable;
  }
}

std::optional<codec::Bytes> answer(ReplyBuilder& builder, const ReplyHeader& header, const DestinationTraits& traits,
                                   const codec::IpPacket& packet, codec::Bytes whole, HalfOpenConnections& half_open) {
  // Nobody here waits for the rest of a packet.
  if (packet.header.fragment_offset != 0 || packet.header.more_fragments) return std::nullopt;
  switch (packet.header.protocol) {
    case codec::protocol_icmp:
    case codec::protocol_icmpv6:
      return answer_icmp(builder, header, packet);
    case codec::protocol_udp:
      return answer_udp(builder, header, traits, packet, whole);
    case codec::protocol_tcp:
      return answer_tcp(builder, header, traits, packet, half_open);
    default:
      return std::nullopt;
  }
}

bool deserves_error(const codec::IpPacket& packet) {
  if (packet.header.fragment_offset != 0) return false;
  const bool is_v4 = packet.header.destination.is_v4();
  if (packet.header.protocol != (is_v4 ? codec::protocol_icmp : codec::protocol_icmpv6)) return true;
  if (packet.payload.empty()) return false;
  const auto type = packet.payload[0];
  if (!is_v4) return type >= 128;  // RFC 4443, section 2.1
  return type != 3 && type != 4 && type != 5 && type != 11 && type != 12;
}

}  // namespace cw::lab
