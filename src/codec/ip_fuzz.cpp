// Any bytes as a packet. What is read lies inside them, a received packet is also a quote, a quote may be cut
// anywhere behind its header, and what is written from a parsed header reads back the same.

#include "codec/ip.hpp"

#include <vector>

#include "codec/fuzz_property.hpp"

using namespace cw::codec;

namespace {

void require_same_header(const IpHeader& a, const IpHeader& b) {
  require(a.source == b.source && a.destination == b.destination && a.protocol == b.protocol && a.ttl == b.ttl &&
          a.traffic_class == b.traffic_class && a.flow_label == b.flow_label && a.identification == b.identification);
}

void require_sound(const IpPacket& packet, Bytes bytes) {
  require_inside(packet.payload, bytes);
  require(packet.header.header_length + packet.payload.size() <= bytes.size());
  require(packet.header.source.family() == packet.header.destination.family());
}

void require_cut_quote_agrees(const IpPacket& quoted, Bytes bytes, std::size_t size) {
  const std::vector<std::uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  const auto again = parse_quoted_ip(cut);
  require(again.has_value() == (size >= quoted.header.header_length));
  if (!again) return;
  require_sound(*again, cut);
  require_same_header(again->header, quoted.header);
}

void require_round_trip(const IpPacket& packet) {
  auto header = packet.header;
  if (header.destination.family() == cw::Family::v6) header.protocol = protocol_udp;  // no extension headers again
  std::vector<std::uint8_t> bytes(ipv6_header_size + packet.payload.size());
  ByteWriter out(bytes);
  write_ip(out, header, packet.payload.size());
  out.bytes(packet.payload);
  const auto again = parse_ip(out.written());
  require(again.has_value());
  require_same_header(again->header, header);
  require(again->header.checksum_ok && same_bytes(again->payload, packet.payload));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  const auto received = parse_ip(bytes);
  const auto quoted = parse_quoted_ip(bytes);
  if (received) {
    require(quoted.has_value());
    require_same_header(received->header, quoted->header);
    require(same_bytes(received->payload, quoted->payload));
    require(received->header.header_length + received->payload.size() == received->header.total_length);
    require_round_trip(*received);
  }
  if (quoted) {
    require_sound(*quoted, bytes);
    for (const auto cut : {size / 2, quoted->header.header_length - 1, quoted->header.header_length})
      require_cut_quote_agrees(*quoted, bytes, cut);
  }
  return 0;
}
