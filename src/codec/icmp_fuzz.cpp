// Any bytes as an IP packet with ICMP inside. What is read lies inside them and fits its classification; echoes
// and errors that are written from what was read read back the same.

#include "codec/icmp.hpp"

#include <vector>

#include "codec/fuzz_property.hpp"

using namespace cw::codec;

namespace {

constexpr std::size_t most_before_extensions = 128;
constexpr std::size_t most_quoted_v4 = 548;
constexpr std::size_t most_quoted_v6 = 1192;

IpHeader reply_header(const IpHeader& ip) {
  return {.source = ip.source, .destination = ip.destination, .protocol = ip.protocol, .ttl = 64};
}

void require_echo_round_trip(const IpHeader& ip, const IcmpPacket& packet) {
  std::vector<std::uint8_t> buffer(8 + packet.echo->payload.size());
  ByteWriter out(buffer);
  write_icmp_echo(out, packet.message, *packet.echo, ip.source, ip.destination);
  const auto again = parse_icmp(reply_header(ip), out.written());
  require(again && again->message == packet.message && again->checksum_ok && again->echo.has_value());
  require(again->echo->identifier == packet.echo->identifier && again->echo->sequence == packet.echo->sequence);
  require(same_bytes(again->echo->payload, packet.echo->payload));
}

// A long quote whose end looks like extensions cannot be told from one with extensions once no length is said.
bool ends_like_extensions(Bytes quote) {
  return quote.size() > most_before_extensions && parse_icmp_extensions(quote.subspan(most_before_extensions));
}

void require_error_round_trip(const IpHeader& ip, const IcmpPacket& packet) {
  const auto family = ip.destination.family();
  // The rarer errors are written as one of them, which may have no place for extensions.
  if (icmp_type_code(family, packet.message).type != packet.type) return;
  const auto& error = *packet.error;
  std::vector<std::uint8_t> buffer(70'000);
  ByteWriter out(buffer);
  write_icmp_error(out, packet.message, error.next_hop_mtu, error.quoted_bytes, error.extensions, ip.source,
                   ip.destination);
  const auto again = parse_icmp(reply_header(ip), out.written());
  require(again && again->message == packet.message && again->checksum_ok);
  const auto most_quoted = family == cw::Family::v4 ? most_quoted_v4 : most_quoted_v6;
  const auto kept = error.extensions.empty() ? most_quoted : most_before_extensions;
  if (error.quoted.header.header_length > kept || ends_like_extensions(error.quoted_bytes)) return;
  require(again->error.has_value());
  require(again->error->quoted.header.destination == error.quoted.header.destination);
  require(again->error->quoted.header.protocol == error.quoted.header.protocol);
  require(again->error->next_hop_mtu == error.next_hop_mtu);
  require(again->error->extensions.size() == error.extensions.size());
}

void require_sound(const IpHeader& ip, const IcmpPacket& packet, Bytes payload) {
  const auto family = ip.destination.family();
  require(packet.message == classify_icmp(family, packet.type, packet.code));
  require(classify_icmp(family, icmp_type_code(family, packet.message).type,
                        icmp_type_code(family, packet.message).code) == packet.message);
  const bool is_echo = packet.message == IcmpMessage::echo_request || packet.message == IcmpMessage::echo_reply;
  require(packet.echo.has_value() == is_echo);
  require(!(packet.echo && packet.error));
  if (packet.echo) {
    require_inside(packet.echo->payload, payload);
    require_echo_round_trip(ip, packet);
  }
  if (packet.error) {
    require_inside(packet.error->quoted_bytes, payload);
    require_inside(packet.error->quoted.payload, packet.error->quoted_bytes);
    require(packet.error->quoted.header.destination.family() == family);
    require_error_round_trip(ip, packet);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto ip = parse_ip(Bytes(data, size));
  if (!ip) return 0;
  // A message that is told to be of another protocol or the middle of a packet is refused.
  const auto packet = parse_icmp(ip->header, ip->payload);
  if (!packet) return 0;
  require(ip->header.fragment_offset == 0);
  require_sound(ip->header, *packet, ip->payload);
  return 0;
}
