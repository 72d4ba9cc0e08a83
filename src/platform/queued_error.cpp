#include "platform/queued_error.hpp"

#include <linux/errqueue.h>
#include <netinet/in.h>

#include <cerrno>

#include "platform/packet_assembly.hpp"

namespace cw::platform {
namespace {

constexpr std::size_t ipv4_header = 20;
constexpr std::size_t ipv6_header = 40;
constexpr std::size_t icmp_header = 8;

}  // namespace

bool is_from_network(const MessageNotes& notes) {
  return notes.error != nullptr &&
         (notes.error->ee_origin == SO_EE_ORIGIN_ICMP || notes.error->ee_origin == SO_EE_ORIGIN_ICMP6);
}

std::size_t extensions_offset(const MessageNotes& notes, std::size_t size) {
  const auto& rfc4884 = notes.error->ee_rfc4884;
  const bool there = rfc4884.len != 0 && rfc4884.len <= size && (rfc4884.flags & SO_EE_RFC4884_FLAG_INVALID) == 0;
  return there ? rfc4884.len : size;
}

void append_error(std::vector<std::uint8_t>& packet, const QueuedError& queued) {
  const bool is_v4 = queued.probed.is_v4();
  const auto& error = *queued.notes.error;
  const auto header_size = is_v4 ? ipv4_header : ipv6_header;
  const auto local = queued.notes.destination.value_or(is_v4 ? IpAddress::v4(0) : IpAddress{});
  const bool extended = queued.extensions_at < queued.quoted.size();
  const PacketEnvelope envelope{.source = queued.notes.offender,
                                .destination = local,
                                .protocol = is_v4 ? std::uint8_t{IPPROTO_ICMP} : std::uint8_t{IPPROTO_ICMPV6},
                                .ttl = queued.notes.ttl.value_or(0)};
  append_ip_header(packet, envelope, icmp_header + header_size + queued.quoted.size());
  const auto message = packet.size();
  packet.insert(packet.end(), icmp_header, 0);
  packet[message] = error.ee_type;
  packet[message + 1] = error.ee_code;
  // The length field of RFC 4884, section 4.1: words of 32 bits in IPv4, of 64 in IPv6.
  const auto length = static_cast<std::uint8_t>((header_size + queued.extensions_at) / (is_v4 ? 4 : 8));
  if (extended) packet[message + (is_v4 ? 5 : 4)] = length;
  if (error.ee_errno == EMSGSIZE) {
    packet[message + 6] = static_cast<std::uint8_t>(error.ee_info >> 8);
    packet[message + 7] = static_cast<std::uint8_t>(error.ee_info);
  }
  append_ip_header(packet,
                   {.source = local,
                    .destination = queued.probed,
                    .protocol = queued.protocol,
                    .ttl = 0,
                    .identification = queued.identification},
                   queued.extensions_at);
  packet.insert(packet.end(), queued.quoted.begin(), queued.quoted.end());
  set_icmp_checksum(packet, message, envelope);
}

}  // namespace cw::platform
