#include "platform/packet_assembly.hpp"

#include <netinet/in.h>

namespace cw::platform {
namespace {

void append_u16(std::vector<std::uint8_t>& packet, std::size_t value) {
  packet.push_back(static_cast<std::uint8_t>(value >> 8));
  packet.push_back(static_cast<std::uint8_t>(value));
}

void append_v4(std::vector<std::uint8_t>& packet, const IpAddress& address) {
  const auto value = address.is_v4() ? address.v4_value() : 0;
  append_u16(packet, value >> 16);
  append_u16(packet, value & 0xffff);
}

void append_v6(std::vector<std::uint8_t>& packet, const IpAddress& address) {
  packet.insert(packet.end(), address.bytes().begin(), address.bytes().end());
}

std::uint64_t sum_of(std::span<const std::uint8_t> bytes) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) sum += i % 2 == 0 ? std::uint64_t{bytes[i]} << 8 : bytes[i];
  return sum;
}

std::uint16_t checksum_of(std::uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

void put_checksum(std::vector<std::uint8_t>& packet, std::size_t at, std::uint16_t checksum) {
  packet[at] = static_cast<std::uint8_t>(checksum >> 8);
  packet[at + 1] = static_cast<std::uint8_t>(checksum);
}

void append_v4_header(std::vector<std::uint8_t>& packet, const PacketEnvelope& envelope, std::size_t payload_length) {
  const auto start = packet.size();
  append_u16(packet, 0x4500);
  append_u16(packet, sizeof(std::uint32_t) * 5 + payload_length);
  append_u16(packet, envelope.identification);
  append_u16(packet, 0);
  packet.push_back(envelope.ttl);
  packet.push_back(envelope.protocol);
  append_u16(packet, 0);
  append_v4(packet, envelope.source);
  append_v4(packet, envelope.destination);
  put_checksum(packet, start + 10, checksum_of(sum_of(std::span(packet).subspan(start))));
}

void append_v6_header(std::vector<std::uint8_t>& packet, const PacketEnvelope& envelope, std::size_t payload_length) {
  append_u16(packet, 0x6000);
  append_u16(packet, 0);
  append_u16(packet, payload_length);
  packet.push_back(envelope.protocol);
  packet.push_back(envelope.ttl);
  append_v6(packet, envelope.source);
  append_v6(packet, envelope.destination);
}

}  // namespace

void append_ip_header(std::vector<std::uint8_t>& packet, const PacketEnvelope& envelope, std::size_t payload_length) {
  if (envelope.source.is_v4())
    append_v4_header(packet, envelope, payload_length);
  else
    append_v6_header(packet, envelope, payload_length);
}

void set_icmp_checksum(std::vector<std::uint8_t>& packet, std::size_t offset, const PacketEnvelope& envelope) {
  put_checksum(packet, offset + 2, 0);
  const auto message = std::span(packet).subspan(offset);
  auto sum = sum_of(message);
  if (!envelope.source.is_v4())
    sum += sum_of(envelope.source.bytes()) + sum_of(envelope.destination.bytes()) + message.size() + IPPROTO_ICMPV6;
  put_checksum(packet, offset + 2, checksum_of(sum));
}

}  // namespace cw::platform
