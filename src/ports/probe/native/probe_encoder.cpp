#include "ports/probe/native/probe_encoder.hpp"

#include <cassert>

#include "codec/checksum.hpp"
#include "codec/icmp.hpp"
#include "codec/ip.hpp"
#include "codec/udp.hpp"

namespace cw::probe {
namespace {

using Payload = std::array<std::uint8_t, probe_payload_size>;

void write_u16(std::span<std::uint8_t> at, std::uint16_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

Payload payload_with_cookie(std::uint64_t cookie) {
  Payload payload{};
  for (std::size_t i = 0; i < sizeof(cookie); ++i)
    payload[cookie_offset + i] = static_cast<std::uint8_t>(cookie >> (56 - 8 * i));
  return payload;
}

// Chooses the first two bytes so that a packet which sums to `sum` without them gets `checksum`.
void set_checksum(Payload& payload, const codec::ChecksumSum& sum, std::uint16_t checksum) {
  write_u16(payload, codec::checksum_difference(static_cast<std::uint16_t>(~checksum), sum.folded()));
}

void write_icmp_probe(codec::ByteWriter& out, const ProbeFlow& flow, std::uint16_t sequence, Payload payload) {
  const auto family = flow.destination.family();
  const auto [type, code] = codec::icmp_type_code(family, codec::IcmpMessage::echo_request);
  codec::ChecksumSum sum;
  if (family == Family::v6)
    sum.add_pseudo_header(flow.source, flow.destination, codec::protocol_icmpv6, probe_transport_size);
  sum.add_u16(static_cast<std::uint16_t>(type << 8 | code));
  sum.add_u16(flow.icmp_identifier);
  sum.add_u16(sequence);
  sum.add(payload);
  set_checksum(payload, sum, flow.icmp_checksum);
  codec::write_icmp_echo(out, codec::IcmpMessage::echo_request,
                         {.identifier = flow.icmp_identifier, .sequence = sequence, .payload = payload}, flow.source,
                         flow.destination);
}

void write_udp_probe(codec::ByteWriter& out, const ProbeFlow& flow, std::uint16_t sequence, Payload payload) {
  codec::ChecksumSum sum;
  sum.add_pseudo_header(flow.source, flow.destination, codec::protocol_udp, probe_transport_size);
  sum.add_u16(flow.source_port);
  sum.add_u16(flow.destination_port);
  sum.add_u16(probe_transport_size);
  sum.add(payload);
  set_checksum(payload, sum, sequence);
  codec::write_udp(out, flow.source_port, flow.destination_port, payload, flow.source, flow.destination);
}

std::uint8_t protocol_of(const ProbeFlow& flow) {
  if (flow.method == Method::udp) return codec::protocol_udp;
  return flow.destination.is_v4() ? codec::protocol_icmp : codec::protocol_icmpv6;
}

}  // namespace

std::size_t encode_probe(const ProbeFlow& flow, Ttl ttl, std::uint16_t sequence, const CookieKey& key,
                         ProbeBuffer& out) {
  assert(flow.method != Method::tcp);
  assert(sequence >= lowest_sequence && sequence <= sequence_count);
  codec::ByteWriter writer(out);
  codec::write_ip(writer,
                  {.source = flow.source,
                   .destination = flow.destination,
                   .protocol = protocol_of(flow),
                   .ttl = ttl.value,
                   .flow_label = flow.flow_label,
                   .identification = sequence},
                  probe_transport_size);
  const auto payload = payload_with_cookie(probe_cookie(key, flow.destination, sequence));
  if (flow.method == Method::udp)
    write_udp_probe(writer, flow, sequence, payload);
  else
    write_icmp_probe(writer, flow, sequence, payload);
  return writer.size();
}

}  // namespace cw::probe
