#include "codec/checksum.hpp"

#include <bit>
#include <cstring>

namespace cw::codec {
namespace {

std::uint16_t fold(std::uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

// Of at most four bytes; those that are not there are zero.
std::uint32_t read_word(Bytes bytes, std::size_t size) {
  std::uint32_t value = 0;
  if (size > 0) std::memcpy(&value, bytes.data(), size);
  return value;
}

std::uint16_t in_network_order(std::uint16_t value) {
  return std::endian::native == std::endian::big ? value : static_cast<std::uint16_t>(value << 8 | value >> 8);
}

}  // namespace

void ChecksumSum::add(Bytes bytes) {
  // Whole 32-bit words fold to the same sixteen bits as their halves, in whatever order the machine has its bytes
  // (RFC 1071, section 2); 64 bits hold the sum of more words than any packet has.
  constexpr std::size_t word = sizeof(std::uint32_t);
  std::uint64_t sum = 0;
  for (; bytes.size() >= word; bytes = Bytes(bytes.data() + word, bytes.size() - word)) sum += read_word(bytes, word);
  sum += read_word(bytes, bytes.size());
  sum_ += in_network_order(fold(sum));
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

std::uint16_t ChecksumSum::folded() const { return fold(sum_); }

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
