#pragma once

// IPv4 (RFC 791) and IPv6 (RFC 8200) headers. Where the two agree one struct serves both.

#include <cstddef>
#include <cstdint>

#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "core/ip_address.hpp"
#include "core/result.hpp"

namespace cw::codec {

inline constexpr std::uint8_t protocol_icmp = 1;
inline constexpr std::uint8_t protocol_tcp = 6;
inline constexpr std::uint8_t protocol_udp = 17;
inline constexpr std::uint8_t protocol_icmpv6 = 58;
inline constexpr std::size_t ipv4_header_size = 20;
inline constexpr std::size_t ipv6_header_size = 40;

struct IpHeader {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;  // IPv6: of the transport, behind extension headers
  std::uint8_t ttl = 0;       // IPv6: hop limit
  std::uint8_t traffic_class = 0;
  std::uint32_t flow_label = 0;       // IPv6
  std::uint16_t identification = 0;   // IPv4
  bool dont_fragment = false;         // IPv4
  std::uint16_t fragment_offset = 0;  // in units of 8 bytes; a later fragment has no transport header
  bool more_fragments = false;
  std::size_t total_length = 0;   // as the header says, header included
  std::size_t header_length = 0;  // options and extension headers included
  bool checksum_ok = true;        // IPv4: of the header; a quoted header's may be wrong
};

struct IpPacket {
  IpHeader header;
  Bytes payload;  // the transport part; cut to the total length, or shorter where the bytes end (quotes are cut)
};

// A received packet: `invalid` where the header is cut short, has no known version or lies about its lengths.
Result<IpPacket> parse_ip(Bytes bytes);
// The packet quoted in an ICMP error: the same, but the total length may promise more than is there, and
// routers leave the quoted checksum stale.
Result<IpPacket> parse_quoted_ip(Bytes bytes);

// Writes a header without options for `payload_length` bytes that follow; family by the destination. An
// unspecified or absent IPv4 source is written as 0.0.0.0, with the checksum of what is written.
void write_ip(ByteWriter& out, const IpHeader& header, std::size_t payload_length);

}  // namespace cw::codec
