#pragma once

// UDP header, RFC 768.

#include <cstddef>
#include <cstdint>

#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "core/ip_address.hpp"
#include "core/result.hpp"

namespace cw::codec {

inline constexpr std::size_t udp_header_size = 8;

struct UdpHeader {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint16_t length = 0;
  std::uint16_t checksum = 0;
};

// The first eight bytes; a quote may have no more. Whether the rest is there is the caller's question.
Result<UdpHeader> parse_udp(Bytes bytes);
// Header and payload with a valid checksum (0xffff where it would be 0). So many bytes of zero belong to the payload
// too, which the caller appends.
void write_udp(ByteWriter& out, std::uint16_t source_port, std::uint16_t destination_port, Bytes payload,
               const IpAddress& source, const IpAddress& destination, std::size_t zeros_behind = 0);

}  // namespace cw::codec
