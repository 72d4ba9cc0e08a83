#include "lab/flow.hpp"

#include <cstring>

#include "codec/tcp.hpp"

namespace cw::lab {
namespace {

// The finalizer of MurmurHash3 (Austin Appleby, public domain).
std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51'afd7'ed55'8ccdULL;
  value ^= value >> 33;
  value *= 0xc4ce'b9fe'1a85'ec53ULL;
  value ^= value >> 33;
  return value;
}

std::uint64_t add(std::uint64_t hash, std::uint64_t value) { return mix(hash ^ value) + 0x9e37'79b9'7f4a'7c15ULL; }

std::uint64_t add(std::uint64_t hash, const IpAddress& address) {
  std::uint64_t halves[2];
  std::memcpy(halves, address.bytes().data(), sizeof halves);
  return add(add(hash, halves[0]), halves[1]);
}

bool is_icmp(std::uint8_t protocol) { return protocol == codec::protocol_icmp || protocol == codec::protocol_icmpv6; }

}  // namespace

Flow flow_of(const codec::IpPacket& packet) {
  Flow flow{.source = packet.header.source,
            .destination = packet.header.destination,
            .protocol = packet.header.protocol,
            .flow_label = packet.header.flow_label};
  // Later fragments have no transport header, so routers leave it out of all fragments.
  if (packet.header.fragment_offset != 0 || packet.header.more_fragments) return flow;
  codec::ByteReader in(packet.payload);
  flow.first_word = in.u32();
  if (is_icmp(flow.protocol)) flow.icmp_identifier = in.u16();
  if (flow.protocol == codec::protocol_tcp) flow.opens = kind_of(packet) == PacketKind::tcp_syn;
  return flow;
}

PacketKind kind_of(const Flow& flow) {
  if (is_icmp(flow.protocol)) return PacketKind::icmp;
  if (flow.protocol == codec::protocol_udp) return PacketKind::udp;
  if (flow.protocol == codec::protocol_tcp) return flow.opens ? PacketKind::tcp_syn : PacketKind::tcp_ack;
  return PacketKind::other;
}

PacketKind kind_of(const codec::IpPacket& packet) {
  const auto protocol = packet.header.protocol;
  if (packet.header.fragment_offset != 0) return PacketKind::other;
  if (protocol != codec::protocol_tcp) return kind_of(Flow{.protocol = protocol});
  const auto tcp = codec::parse_tcp(packet.payload);
  if (!tcp || tcp->flags.rst) return PacketKind::other;
  if (tcp->flags.syn) return PacketKind::tcp_syn;
  return tcp->flags.ack ? PacketKind::tcp_ack : PacketKind::other;
}

std::uint64_t flow_hash(const Flow& flow, Balancing balancing, IcmpHash icmp_hash, std::uint64_t salt) {
  auto hash = add(add(salt, flow.source), flow.destination);
  if (balancing == Balancing::destination) return hash;
  hash = add(hash, std::uint64_t{flow.flow_label} << 8 | flow.protocol);
  if (is_icmp(flow.protocol) && icmp_hash == IcmpHash::addresses) return hash;
  hash = add(hash, flow.first_word);
  if (is_icmp(flow.protocol) && icmp_hash == IcmpHash::identifier) hash = add(hash, flow.icmp_identifier);
  return hash;
}

}  // namespace cw::lab
