#pragma once

// TCP header, RFC 9293 section 3.1. Of a quoted header only ports and sequence number are sure to be there.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "core/ip_address.hpp"
#include "core/result.hpp"

namespace cw::codec {

struct TcpFlags {
  bool fin = false;
  bool syn = false;
  bool rst = false;
  bool ack = false;
  friend bool operator==(const TcpFlags&, const TcpFlags&) = default;
};
// As on the wire: FIN is 1, SYN 2, RST 4, ACK 16.
std::uint8_t flag_bits(const TcpFlags& flags);

struct TcpHeader {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  TcpFlags flags;
  std::uint16_t window = 0;
  std::size_t header_length = 0;
};

struct QuotedTcp {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::optional<std::uint16_t> checksum;  // where the quote goes on so far
};

Result<TcpHeader> parse_tcp(Bytes bytes);
Result<QuotedTcp> parse_quoted_tcp(Bytes bytes);
// A header without options, with a valid checksum. So many bytes of zero follow it, which the caller appends.
void write_tcp(ByteWriter& out, const TcpHeader& header, const IpAddress& source, const IpAddress& destination,
               std::size_t zeros_behind = 0);

}  // namespace cw::codec
