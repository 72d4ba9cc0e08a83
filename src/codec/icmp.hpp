#pragma once

// ICMP for IPv4 (RFC 792, RFC 1191) and IPv6 (RFC 4443): echo, and the errors that quote a packet, with the
// extensions of RFC 4884.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "codec/icmp_extension.hpp"
#include "codec/ip.hpp"
#include "core/ip_address.hpp"
#include "core/result.hpp"

namespace cw::codec {

// What a message is, in words that hold for both families.
enum class IcmpMessage : std::uint8_t {
  echo_request,
  echo_reply,
  time_exceeded,           // in transit: 11/0, 3/0
  unreachable_network,     // 3/0 3/6 3/11; v6 1/0 (no route)
  unreachable_host,        // 3/1 3/7 3/12; v6 1/3 (address unreachable)
  unreachable_protocol,    // 3/2; v6 4/1 (unrecognized next header)
  unreachable_port,        // 3/3; v6 1/4
  unreachable_prohibited,  // 3/9 3/10 3/13; v6 1/1 1/5 1/6
  packet_too_big,          // 3/4; v6 2/0
  unreachable_other,       // every other unreachable code
  other,
};

IcmpMessage classify_icmp(Family family, std::uint8_t type, std::uint8_t code);

struct IcmpEcho {
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
  Bytes payload;
};

struct IcmpError {
  std::uint16_t next_hop_mtu = 0;  // packet_too_big only; 0: not said
  Bytes quoted_bytes;              // the original datagram field, without extensions
  IpPacket quoted;
  std::vector<IcmpExtensionObject> extensions;
};

struct IcmpPacket {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  IcmpMessage message = IcmpMessage::other;
  bool checksum_ok = true;
  std::optional<IcmpEcho> echo;    // of echo_request and echo_reply
  std::optional<IcmpError> error;  // of every error whose quote could be read
};

// The payload of an IP packet. IPv6's checksum covers the addresses, hence the header.
Result<IcmpPacket> parse_icmp(const IpHeader& ip, Bytes payload);

// Type and code of an echo request, echo reply and of errors, by family.
struct IcmpTypeCode {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
};
IcmpTypeCode icmp_type_code(Family family, IcmpMessage message);

// Writes an echo message with a valid checksum. `source` matters for IPv6 only. So many bytes of zero belong to
// the payload too, which the caller appends.
void write_icmp_echo(ByteWriter& out, IcmpMessage message, const IcmpEcho& echo, const IpAddress& source,
                     const IpAddress& destination, std::size_t zeros_behind = 0);
// Writes an error that quotes `original` (a whole IP packet), cut and padded as RFC 4884 wants where there are
// extension objects (which are written after it), else cut to 548 (IPv4) or 1,192 (IPv6) bytes of quote.
void write_icmp_error(ByteWriter& out, IcmpMessage message, std::uint16_t next_hop_mtu, Bytes original,
                      const std::vector<IcmpExtensionObject>& extensions, const IpAddress& source,
                      const IpAddress& destination);

}  // namespace cw::codec
