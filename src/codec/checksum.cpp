#include "codec/checksum.hpp"

namespace cw::codec {

void ChecksumSum::add(Bytes bytes) {
  // Whole 32-bit words fold to the same sixteen bits as their halves (RFC 1071, section 2), and 64 bits hold the
  // sum of more words than any packet has.
  std::size_t i = 0;
  for (; bytes.size() - i >= 4; i += 4)
    sum_ += (std::uint32_t{bytes[i]} << 24) | (std::uint32_t{bytes[i + 1]} << 16) | (std::uint32_t{bytes[i + 2]} << 8) |
            std::uint32_t{bytes[i + 3]};
  for (; i < bytes.size(); ++i) sum_ += i % 2 == 0 ? std::uint32_t{bytes[i]} << 8 : std::uint32_t{bytes[i]};
}

void ChecksumSum::add_pseudo_header(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol,
                                    std::uint32_t length) {
  if (destination.is_v4()) {
    // A source that is not yet known is written as 0.0.0.0, whatever its family.
    if (source.is_v4()) add(Bytes(source.bytes()).last(4));
    add(Bytes(destination.bytes()).last(4));
  } else {
    add(source.bytes());
    add(destination.bytes());
  }
  add_u16(static_cast<std::uint16_t>(length >> 16));
  add_u16(static_cast<std::uint16_t>(length & 0xffff));
  add_u16(protocol);
}

std::uint16_t ChecksumSum::folded() const {
  std::uint64_t sum = sum_;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

std::uint16_t internet_checksum(Bytes bytes) {
  ChecksumSum sum;
  sum.add(bytes);
  return sum.checksum();
}

bool transport_checksum_holds(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol,
                              Bytes message) {
  ChecksumSum sum;
  sum.add_pseudo_header(source, destination, protocol, static_cast<std::uint32_t>(message.size()));
  sum.add(message);
  return sum.checksum() == 0;
}

std::uint16_t checksum_difference(std::uint16_t a, std::uint16_t b) {
  if (a == b) return 0;
  ChecksumSum sum;
  sum.add_u16(a);
  sum.add_u16(static_cast<std::uint16_t>(~b));
  return sum.folded();
}

}  // namespace cw::codec
