#pragma once

// Puts whole IP packets together from the parts that the kernel hands out: it strips IPv6 headers from raw
// sockets, and every header from unprivileged ones.

#include <cstdint>
#include <span>
#include <vector>

#include "core/ip_address.hpp"

namespace cw::platform {

struct PacketEnvelope {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;
  std::uint8_t ttl = 0;              // 0: not known
  std::uint16_t identification = 0;  // IPv4 only
};

// Appends a header for `payload_length` bytes; the family is the source's.
void append_ip_header(std::vector<std::uint8_t>& packet, const PacketEnvelope& envelope, std::size_t payload_length);

// Sets the checksum of the ICMP message that goes from `offset` to the end (RFC 792; RFC 4443, section 2.3).
void set_icmp_checksum(std::vector<std::uint8_t>& packet, std::size_t offset, const PacketEnvelope& envelope);

}  // namespace cw::platform
