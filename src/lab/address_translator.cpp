#include "lab/address_translator.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <ranges>

#include "codec/checksum.hpp"
#include "codec/ip.hpp"

namespace cw::lab {
namespace {

using Packet = std::span<std::uint8_t>;

// Its own inverse; ports of the upper half stay there.
constexpr std::uint16_t translated(std::uint16_t port) { return port ^ 0x1234; }
constexpr std::uint16_t other_identification = 0x2a2a;

enum class End : std::uint8_t { source, destination };
enum class Checksum : std::uint8_t { mend, leave };

std::uint16_t u16(Packet packet, std::size_t at) {
  return static_cast<std::uint16_t>(packet[at] << 8 | packet[at + 1]);
}

void put_u16(Packet packet, std::size_t at, std::uint16_t value) {
  packet[at] = static_cast<std::uint8_t>(value >> 8);
  packet[at + 1] = static_cast<std::uint8_t>(value);
}

// RFC 1624, equation 3: what changes in the words changes the checksum.
class ChecksumChange {
 public:
  void replace(Packet packet, std::size_t at, std::uint16_t value) {
    sum_.add_u16(static_cast<std::uint16_t>(~u16(packet, at)));
    sum_.add_u16(value);
    put_u16(packet, at, value);
  }
  void mend(Packet packet, std::size_t at) const {
    auto sum = sum_;
    sum.add_u16(static_cast<std::uint16_t>(~u16(packet, at)));
    put_u16(packet, at, sum.checksum());
  }

 private:
  codec::ChecksumSum sum_;
};

bool is_v4(Packet packet) { return packet[0] >> 4 == 4; }

std::size_t header_size(Packet packet) {
  return is_v4(packet) ? std::size_t{4} * (packet[0] & 0x0f) : codec::ipv6_header_size;
}

std::uint8_t protocol_of(Packet packet) { return packet[is_v4(packet) ? 9 : 6]; }

bool is_icmp(std::uint8_t protocol) { return protocol == codec::protocol_icmp || protocol == codec::protocol_icmpv6; }

// Where the address stands, from what byte of IpAddress on.
struct AddressField {
  std::size_t at;
  std::size_t first_byte;
};

AddressField field_of(Packet packet, End end) {
  if (is_v4(packet)) return {.at = end == End::source ? 12U : 16U, .first_byte = 12};
  return {.at = end == End::source ? 8U : 24U, .first_byte = 0};
}

bool has_address(Packet packet, End end, const IpAddress& address) {
  const auto [at, first_byte] = field_of(packet, end);
  return std::ranges::equal(address.bytes() | std::views::drop(first_byte),
                            packet.subspan(at, address.bytes().size() - first_byte));
}

// Only echoes have an identifier.
std::optional<std::size_t> port_field(Packet packet, End end) {
  const auto start = header_size(packet);
  const auto protocol = protocol_of(packet);
  if (protocol == codec::protocol_udp || protocol == codec::protocol_tcp) return start + (end == End::source ? 0 : 2);
  if (is_icmp(protocol)) {
    const auto type = packet[start];
    if (type == 8 || type == 0 || type == 128 || type == 129) return start + 4;
  }
  return std::nullopt;
}

std::optional<std::size_t> checksum_field(Packet packet) {
  const auto start = header_size(packet);
  switch (protocol_of(packet)) {
    case codec::protocol_udp:
      return start + 6;
    case codec::protocol_tcp:
      return start + 16;
    case codec::protocol_icmp:
    case codec::protocol_icmpv6:
      return start + 2;
    default:
      return std::nullopt;
  }
}

bool is_later_fragment(Packet packet) { return is_v4(packet) && (u16(packet, 6) & 0x1fff) != 0; }

// A quoted packet may be cut anywhere behind the first eight bytes of its transport.
void set_end(Packet packet, End end, const IpAddress& address, Checksum checksum) {
  ChecksumChange of_header;
  ChecksumChange of_transport;
  const auto [at, first_byte] = field_of(packet, end);
  for (std::size_t i = first_byte; i < address.bytes().size(); i += 2) {
    const auto word = static_cast<std::uint16_t>(address.bytes()[i] << 8 | address.bytes()[i + 1]);
    auto copy = std::array{packet[at + i - first_byte], packet[at + i - first_byte + 1]};
    // ICMP for IPv4 has no pseudo-header.
    if (protocol_of(packet) != codec::protocol_icmp) of_transport.replace(copy, 0, word);
    of_header.replace(packet, at + i - first_byte, word);
  }
  if (is_v4(packet)) of_header.mend(packet, 10);
  if (packet.size() < header_size(packet) + 8 || is_later_fragment(packet)) return;
  if (const auto port = port_field(packet, end)) of_transport.replace(packet, *port, translated(u16(packet, *port)));
  const auto field = checksum_field(packet);
  if (checksum == Checksum::mend && field && *field + 2 <= packet.size()) of_transport.mend(packet, *field);
}

bool is_error(Packet packet) {
  const auto type = packet[header_size(packet)];
  if (protocol_of(packet) == codec::protocol_icmp) return type == 3 || type == 11 || type == 12;
  return protocol_of(packet) == codec::protocol_icmpv6 && type < 128;
}

}  // namespace

void AddressTranslator::leave(Packet packet) const {
  if (!has_address(packet, End::source, inside_)) return;
  if (rules_.identification && is_v4(packet)) {
    ChecksumChange change;
    change.replace(packet, 4, u16(packet, 4) ^ other_identification);
    change.mend(packet, 10);
  }
  set_end(packet, End::source, outside_, Checksum::mend);
}

void AddressTranslator::come_back(Packet packet) const {
  if (!has_address(packet, End::destination, outside_)) return;
  set_end(packet, End::destination, inside_, Checksum::mend);
  const auto message = header_size(packet);
  if (packet.size() >= message + 8 && is_error(packet)) restore_quote(packet, message);
}

void AddressTranslator::restore_quote(Packet packet, std::size_t message) const {
  const auto quote = packet.subspan(message + 8);
  if (rules_.quotes == QuoteTranslation::none || quote.empty() || quote.size() < header_size(quote)) return;
  set_end(quote, End::source, inside_, rules_.quotes == QuoteTranslation::whole ? Checksum::mend : Checksum::leave);
  put_u16(packet, message + 2, 0);
  codec::ChecksumSum sum;
  if (!is_v4(packet))
    sum.add_pseudo_header(codec::parse_ip(packet)->header.source, inside_, codec::protocol_icmpv6,
                          static_cast<std::uint32_t>(packet.size() - message));
  sum.add(packet.subspan(message));
  put_u16(packet, message + 2, sum.checksum());
}

void set_traffic_class(Packet packet, std::uint8_t traffic_class) {
  if (is_v4(packet)) {
    ChecksumChange change;
    change.replace(packet, 0, static_cast<std::uint16_t>(packet[0] << 8 | traffic_class));
    change.mend(packet, 10);
  } else {
    packet[0] = static_cast<std::uint8_t>(0x60 | traffic_class >> 4);
    packet[1] = static_cast<std::uint8_t>((packet[1] & 0x0f) | (traffic_class & 0x0f) << 4);
  }
}

}  // namespace cw::lab
