#pragma once

// The Internet checksum (RFC 1071) and its pseudo-headers (RFC 768, RFC 8200 section 8.1).

#include <cstdint>

#include "codec/byte_reader.hpp"
#include "core/ip_address.hpp"

namespace cw::codec {

// A running one's-complement sum; the order of even-sized parts does not matter.
class ChecksumSum {
 public:
  void add(Bytes bytes);  // an odd last byte is padded with zero
  void add_u16(std::uint16_t value) { sum_ += value; }
  void add_pseudo_header(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol,
                         std::uint32_t length);
  // Folded to sixteen bits, not complemented.
  [[nodiscard]] std::uint16_t folded() const;
  // What belongs into a checksum field.
  [[nodiscard]] std::uint16_t checksum() const { return static_cast<std::uint16_t>(~folded()); }

 private:
  std::uint64_t sum_ = 0;
};

std::uint16_t internet_checksum(Bytes bytes);
// Whether a whole UDP, TCP or ICMPv6 message with that checksum field came as it was sent.
bool transport_checksum_holds(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol,
                              Bytes message);
// One's-complement difference a - b: the two bytes that, added to data summing to `b`, make it sum to `a`. Zero
// has two forms; data that is not all zero reaches a sum of 0 as 0xffff.
std::uint16_t checksum_difference(std::uint16_t a, std::uint16_t b);

}  // namespace cw::codec
