#include "ports/probe/native/probe_encoder.hpp"

#include <algorithm>
#include <cassert>

#include "codec/checksum.hpp"
#include "codec/icmp.hpp"
#include "codec/ip.hpp"
#include "codec/tcp.hpp"
#include "codec/udp.hpp"

namespace cw::probe {
namespace {

// What hosts send with.
constexpr std::uint8_t reset_ttl = 64;
constexpr std::uint16_t tcp_window = 65'535;

void write_u16(std::span<std::uint8_t> at, std::uint16_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

// Header and payload of ICMP and UDP, or the segment of TCP: what is written, and the zeros behind it.
struct Extent {
  std::size_t written = 0;
  std::size_t zeros = 0;

  [[nodiscard]] std::size_t total() const { return written + zeros; }
};

std::size_t ip_header_size(const ProbeFlow& flow) {
  return flow.destination.is_v4() ? codec::ipv4_header_size : codec::ipv6_header_size;
}

Extent extent_of(const ProbeFlow& flow, std::uint16_t size) {
  const auto least = is_tcp(flow.method) ? tcp_segment_size : probe_transport_size;
  const auto text = is_tcp(flow.method) ? 0 : flow.text.size();
  if (size == 0) return {.written = least + text};
  assert(size >= ip_header_size(flow) + least);
  const auto room = size - ip_header_size(flow);
  const auto written = std::min(room, least + text);
  return {.written = written, .zeros = room - written};
}

struct Payload {
  std::array<std::uint8_t, probe_payload_size + longest_identity_text> bytes{};
  std::size_t size = 0;

  [[nodiscard]] codec::Bytes view() const { return codec::Bytes(bytes).first(size); }
};

Payload make_payload(const ProbeFlow& flow, std::uint16_t sequence, const CookieKey& key, std::size_t size) {
  Payload payload{.size = size};
  const auto cookie = probe_cookie(key, flow.destination, sequence);
  write_u16(std::span(payload.bytes).subspan(sequence_offset), sequence);
  for (std::size_t i = 0; i < sizeof(cookie); ++i)
    payload.bytes[cookie_offset + i] = static_cast<std::uint8_t>(cookie >> (56 - 8 * i));
  const auto text = flow.text.substr(0, size - probe_payload_size);
  std::ranges::copy(text, payload.bytes.begin() + probe_payload_size);
  return payload;
}

// Chooses the first two bytes so that a packet which sums to `sum` without them gets `checksum`.
void set_checksum(Payload& payload, const codec::ChecksumSum& sum, std::uint16_t checksum) {
  write_u16(payload.bytes, codec::checksum_difference(static_cast<std::uint16_t>(~checksum), sum.folded()));
}

void write_icmp_probe(codec::ByteWriter& out, const ProbeFlow& flow, std::uint16_t sequence, Payload payload,
                      const Extent& extent) {
  const auto family = flow.destination.family();
  const auto [type, code] = codec::icmp_type_code(family, codec::IcmpMessage::echo_request);
  codec::ChecksumSum sum;
  if (family == Family::v6)
    sum.add_pseudo_header(flow.source, flow.destination, codec::protocol_icmpv6,
                          static_cast<std::uint32_t>(extent.total()));
  sum.add_u16(static_cast<std::uint16_t>(type << 8 | code));
  sum.add_u16(flow.icmp_identifier);
  sum.add_u16(sequence);
  sum.add(payload.view());
  set_checksum(payload, sum, flow.icmp_checksum);
  codec::write_icmp_echo(out, codec::IcmpMessage::echo_request,
                         {.identifier = flow.icmp_identifier, .sequence = sequence, .payload = payload.view()},
                         flow.source, flow.destination, extent.zeros);
}

void write_udp_probe(codec::ByteWriter& out, const ProbeFlow& flow, std::uint16_t sequence, Payload payload,
                     const Extent& extent) {
  const auto length = static_cast<std::uint16_t>(extent.total());
  codec::ChecksumSum sum;
  sum.add_pseudo_header(flow.source, flow.destination, codec::protocol_udp, length);
  sum.add_u16(flow.source_port);
  sum.add_u16(flow.destination_port);
  sum.add_u16(length);
  sum.add(payload.view());
  set_checksum(payload, sum, sequence);
  codec::write_udp(out, flow.source_port, flow.destination_port, payload.view(), flow.source, flow.destination,
                   extent.zeros);
}

void write_tcp_probe(codec::ByteWriter& out, const ProbeFlow& flow, std::uint32_t token, const Extent& extent) {
  codec::TcpHeader header{.source_port = flow.source_port,
                          .destination_port = flow.destination_port,
                          .sequence = token,
                          .window = tcp_window};
  if (flow.method == Method::tcp && extent.zeros == 0) {
    header.flags.syn = true;
  } else {
    header.flags.ack = true;
    header.acknowledgement = token;
  }
  codec::write_tcp(out, header, flow.source, flow.destination, extent.zeros);
}

std::uint8_t protocol_of(const ProbeFlow& flow) {
  switch (flow.method) {
    case Method::icmp:
      return flow.destination.is_v4() ? codec::protocol_icmp : codec::protocol_icmpv6;
    case Method::udp:
      return codec::protocol_udp;
    case Method::tcp:
    case Method::tcp_ack:
      return codec::protocol_tcp;
  }
  return 0;
}

}  // namespace

std::size_t shortest_probe(const ProbeFlow& flow) {
  return ip_header_size(flow) + (is_tcp(flow.method) ? tcp_segment_size : probe_transport_size);
}

std::size_t encode_probe(const ProbeFlow& flow, Ttl ttl, std::uint16_t sequence, const CookieKey& key, ProbeBuffer& out,
                         std::uint16_t size) {
  assert(sequence >= lowest_sequence && sequence <= sequence_count);
  const auto extent = extent_of(flow, size);
  codec::ByteWriter writer(out);
  codec::write_ip(writer,
                  {.source = flow.source,
                   .destination = flow.destination,
                   .protocol = protocol_of(flow),
                   .ttl = ttl.value,
                   .traffic_class = flow.traffic_class,
                   .flow_label = flow.flow_label,
                   .identification = sequence,
                   .dont_fragment = size != 0},
                  extent.total());
  if (is_tcp(flow.method)) {
    write_tcp_probe(writer, flow, tcp_token(key, flow.destination, sequence), extent);
    return writer.size();
  }
  const auto payload = make_payload(flow, sequence, key, extent.written - 8);
  if (flow.method == Method::udp)
    write_udp_probe(writer, flow, sequence, payload, extent);
  else
    write_icmp_probe(writer, flow, sequence, payload, extent);
  return writer.size();
}

std::size_t encode_reset(const ProbeFlow& flow, std::uint32_t next_sequence, ProbeBuffer& out) {
  codec::ByteWriter writer(out);
  codec::write_ip(writer,
                  {.source = flow.source,
                   .destination = flow.destination,
                   .protocol = codec::protocol_tcp,
                   .ttl = reset_ttl,
                   .traffic_class = flow.traffic_class,
                   .flow_label = flow.flow_label,
                   .identification = static_cast<std::uint16_t>(next_sequence >> 16)},
                  tcp_segment_size);
  codec::write_tcp(writer,
                   {.source_port = flow.source_port,
                    .destination_port = flow.destination_port,
                    .sequence = next_sequence,
                    .flags = {.rst = true}},
                   flow.source, flow.destination);
  return writer.size();
}

}  // namespace cw::probe
