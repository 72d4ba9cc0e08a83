#include "lab/reply_builder.hpp"

#include <algorithm>

#include "codec/checksum.hpp"

namespace cw::lab {
namespace {

std::uint8_t icmp_protocol(Family family) {
  return family == Family::v4 ? codec::protocol_icmp : codec::protocol_icmpv6;
}

// The header with its options and eight bytes more (RFC 792).
std::size_t least_quote(codec::Bytes original) {
  const auto header = original[0] >> 4 == 4 ? std::size_t{4} * (original[0] & 0x0f) : codec::ipv6_header_size;
  return header + 8;
}

std::vector<codec::IcmpExtensionObject> label_stack(const std::vector<std::uint32_t>& labels) {
  if (labels.empty()) return {};
  std::vector<codec::MplsEntry> entries;
  for (const auto label : labels) entries.push_back({.label = label, .traffic_class = 0, .bottom = false, .ttl = 1});
  entries.back().bottom = true;
  return {codec::mpls_object(entries)};
}

}  // namespace

void set_ttl(std::span<std::uint8_t> packet, std::uint8_t ttl) {
  if (packet[0] >> 4 == 6) {
    packet[7] = ttl;
    return;
  }
  packet[8] = ttl;
  packet[10] = packet[11] = 0;
  const auto header_bytes = std::min<std::size_t>(std::size_t{4} * (packet[0] & 0x0f), packet.size());
  const auto checksum = codec::internet_checksum(packet.first(header_bytes));
  packet[10] = static_cast<std::uint8_t>(checksum >> 8);
  packet[11] = static_cast<std::uint8_t>(checksum);
}

codec::Bytes ReplyBuilder::error(const ReplyHeader& header, const ErrorReply& reply, codec::Bytes original) {
  const auto family = header.destination.family();
  // Nobody quotes more than the least MTU.
  const auto most =
      reply.quote_bytes != 0 ? std::max<std::size_t>(reply.quote_bytes, least_quote(original)) : std::size_t{1'280};
  const auto quote = std::span(quote_).first(std::min({original.size(), quote_.size(), most}));
  std::ranges::copy(original.first(quote.size()), quote.begin());
  // Routers lowered it on the way.
  set_ttl(quote, reply.quoted_ttl);
  codec::ByteWriter out(body_);
  static const std::vector<codec::IcmpExtensionObject> no_extensions;
  const bool labelled = reply.mpls != nullptr && !reply.mpls->empty();
  codec::write_icmp_error(out, reply.message, reply.next_hop_mtu, quote,
                          labelled ? label_stack(*reply.mpls) : no_extensions, header.source, header.destination);
  return finish(header, icmp_protocol(family), out.written());
}

codec::Bytes ReplyBuilder::echo_reply(const ReplyHeader& header, const codec::IcmpEcho& request) {
  codec::ByteWriter out(body_);
  codec::write_icmp_echo(out, codec::IcmpMessage::echo_reply, request, header.source, header.destination);
  return finish(header, icmp_protocol(header.destination.family()), out.written());
}

codec::Bytes ReplyBuilder::tcp(const ReplyHeader& header, const codec::TcpHeader& tcp) {
  codec::ByteWriter out(body_);
  codec::write_tcp(out, tcp, header.source, header.destination);
  return finish(header, codec::protocol_tcp, out.written());
}

codec::Bytes ReplyBuilder::finish(const ReplyHeader& header, std::uint8_t protocol, codec::Bytes body) {
  codec::ByteWriter out(packet_);
  codec::write_ip(out,
                  {.source = header.source,
                   .destination = header.destination,
                   .protocol = protocol,
                   .ttl = header.ttl,
                   .identification = header.identification},
                  body.size());
  out.bytes(body);
  return out.written();
}

}  // namespace cw::lab
