#include "codec/icmp.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <span>
#include <utility>

#include "codec/checksum.hpp"

namespace cw::codec {
namespace {

constexpr std::size_t icmp_header_size = 8;
// The least original datagram in front of extensions, and the place where routers that do not say its length
// put them (RFC 4884, sections 4 and 5.5).
constexpr std::size_t quote_before_extensions = 128;
// The minimum MTU of each family is the bound of an error (RFC 1812, section 4.3.2.3; RFC 4443, section 2.4).
constexpr std::size_t longest_quote_v4 = 548;
constexpr std::size_t longest_quote_v6 = 1192;

struct MessageRow {
  std::uint8_t type;
  std::uint8_t code;
  IcmpMessage message;
};

// The first row of a message is the one that is written.
constexpr std::array rows_v4{
    MessageRow{8, 0, IcmpMessage::echo_request},
    MessageRow{0, 0, IcmpMessage::echo_reply},
    MessageRow{11, 0, IcmpMessage::time_exceeded},
    MessageRow{3, 0, IcmpMessage::unreachable_network},
    MessageRow{3, 6, IcmpMessage::unreachable_network},
    MessageRow{3, 11, IcmpMessage::unreachable_network},
    MessageRow{3, 1, IcmpMessage::unreachable_host},
    MessageRow{3, 7, IcmpMessage::unreachable_host},
    MessageRow{3, 12, IcmpMessage::unreachable_host},
    MessageRow{3, 2, IcmpMessage::unreachable_protocol},
    MessageRow{3, 3, IcmpMessage::unreachable_port},
    MessageRow{3, 13, IcmpMessage::unreachable_prohibited},
    MessageRow{3, 9, IcmpMessage::unreachable_prohibited},
    MessageRow{3, 10, IcmpMessage::unreachable_prohibited},
    MessageRow{3, 4, IcmpMessage::packet_too_big},
    MessageRow{3, 5, IcmpMessage::unreachable_other},
    MessageRow{12, 0, IcmpMessage::other},
};
constexpr std::array rows_v6{
    MessageRow{128, 0, IcmpMessage::echo_request},
    MessageRow{129, 0, IcmpMessage::echo_reply},
    MessageRow{3, 0, IcmpMessage::time_exceeded},
    MessageRow{1, 0, IcmpMessage::unreachable_network},
    MessageRow{1, 3, IcmpMessage::unreachable_host},
    MessageRow{4, 1, IcmpMessage::unreachable_protocol},
    MessageRow{1, 4, IcmpMessage::unreachable_port},
    MessageRow{1, 1, IcmpMessage::unreachable_prohibited},
    MessageRow{1, 5, IcmpMessage::unreachable_prohibited},
    MessageRow{1, 6, IcmpMessage::unreachable_prohibited},
    MessageRow{2, 0, IcmpMessage::packet_too_big},
    MessageRow{1, 2, IcmpMessage::unreachable_other},
    MessageRow{4, 0, IcmpMessage::other},
};

std::span<const MessageRow> rows_of(Family family) {
  return family == Family::v4 ? std::span<const MessageRow>(rows_v4) : std::span<const MessageRow>(rows_v6);
}

// What differs between the two families.
struct FamilyRules {
  std::uint8_t protocol;
  std::uint8_t unreachable_type;
  std::size_t length_offset;  // of the field of RFC 4884, in the message
  std::size_t length_unit;    // of its value, in bytes
  std::size_t longest_quote;
};
constexpr FamilyRules rules_v4{.protocol = protocol_icmp,
                               .unreachable_type = 3,
                               .length_offset = 5,
                               .length_unit = 4,
                               .longest_quote = longest_quote_v4};
constexpr FamilyRules rules_v6{.protocol = protocol_icmpv6,
                               .unreachable_type = 1,
                               .length_offset = 4,
                               .length_unit = 8,
                               .longest_quote = longest_quote_v6};

const FamilyRules& rules_of(Family family) { return family == Family::v4 ? rules_v4 : rules_v6; }

// Messages that quote a packet, whatever their code: unreachable, source quench, redirect, time exceeded and
// parameter problem of RFC 792, the four errors of RFC 4443.
bool quotes_a_packet(Family family, std::uint8_t type) {
  if (family == Family::v6) return type >= 1 && type <= 4;
  return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

// Messages that may carry extensions (RFC 4884, section 4).
bool may_carry_extensions(Family family, std::uint8_t type) {
  if (family == Family::v6) return type == 1 || type == 3;
  return type == 3 || type == 11 || type == 12;
}

std::uint16_t message_checksum(const FamilyRules& rules, const IpAddress& source, const IpAddress& destination,
                               Bytes message, std::size_t zeros_behind = 0) {
  ChecksumSum sum;
  if (rules.protocol == protocol_icmpv6)
    sum.add_pseudo_header(source, destination, protocol_icmpv6,
                          static_cast<std::uint32_t>(message.size() + zeros_behind));
  sum.add(message);
  return sum.checksum();
}

IcmpEcho parse_echo(Bytes message) {
  ByteReader in(message);
  in.skip(4);
  return IcmpEcho{.identifier = in.u16(), .sequence = in.u16(), .payload = in.rest()};
}

std::uint16_t read_next_hop_mtu(Family family, Bytes message) {
  ByteReader in(message);
  in.skip(4);
  // Sixteen bits hold the MTU of every path there is; more than that is a claim.
  return static_cast<std::uint16_t>(
      std::min<std::uint32_t>(family == Family::v4 ? in.u32() & 0xffff : in.u32(), 0xffff));
}

struct SplitQuote {
  Bytes quote;
  std::vector<IcmpExtensionObject> extensions;
};

// Cheap and without allocation, as most long quotes have no extensions behind byte 128: version 2, and a checksum
// that was really made and is right.
bool proves_to_be_extensions(Bytes bytes) {
  return bytes.size() >= 4 && bytes[0] >> 4 == 2 && (bytes[2] != 0 || bytes[3] != 0) && internet_checksum(bytes) == 0;
}

// 1. A length field that lies inside the message ends the quote, and extensions follow it.
// 2. Less than 128 bytes are not what RFC 4884 allows; such a field is believed only if extensions are there,
//    because older routers leave anything in it.
// 3. Without a length field there may be extensions behind byte 128, if version and checksum prove it (RFC 4884,
//    section 5.5); otherwise all is quote.
SplitQuote split_quote(Bytes body, std::size_t stated_length) {
  const auto quote_length = stated_length != 0 ? stated_length : quote_before_extensions;
  if (quote_length > body.size()) return {.quote = body, .extensions = {}};
  const auto quote = body.first(quote_length);
  const auto behind = body.subspan(quote_length);
  const bool worth_reading = stated_length != 0 ? !behind.empty() : proves_to_be_extensions(behind);
  if (worth_reading)
    if (auto extensions = parse_icmp_extensions(behind)) return {.quote = quote, .extensions = std::move(*extensions)};
  return {.quote = stated_length >= quote_before_extensions ? quote : body, .extensions = {}};
}

// The second word of an error: what RFC 4884 puts into its unused bytes, and the MTU where there is one.
void write_rest_of_header(ByteWriter& out, Family family, std::uint16_t next_hop_mtu, std::size_t length_field) {
  const auto word = static_cast<std::uint32_t>(length_field) << (family == Family::v4 ? 16 : 24);
  out.u32(word | next_hop_mtu);
}

void write_checksum(ByteWriter& out, std::size_t start, const IpAddress& source, const IpAddress& destination,
                    std::size_t zeros_behind = 0) {
  const auto message = out.written().subspan(start);
  out.u16_at(start + 2, message_checksum(rules_of(destination.family()), source, destination, message, zeros_behind));
}

std::optional<IcmpError> parse_error(Family family, const IcmpPacket& packet, Bytes message) {
  const auto& rules = rules_of(family);
  const auto body = message.subspan(icmp_header_size);
  auto split = may_carry_extensions(family, packet.type)
                   ? split_quote(body, message[rules.length_offset] * rules.length_unit)
                   : SplitQuote{.quote = body, .extensions = {}};
  const auto quoted = parse_quoted_ip(split.quote);
  // An error is of the family of the packet that caused it.
  if (!quoted || quoted->header.destination.family() != family) return std::nullopt;
  return IcmpError{
      .next_hop_mtu =
          packet.message == IcmpMessage::packet_too_big ? read_next_hop_mtu(family, message) : std::uint16_t{0},
      .quoted_bytes = split.quote,
      .quoted = *quoted,
      .extensions = std::move(split.extensions),
  };
}

}  // namespace

IcmpMessage classify_icmp(Family family, std::uint8_t type, std::uint8_t code) {
  for (const auto& row : rows_of(family))
    if (row.type == type && row.code == code) return row.message;
  return type == rules_of(family).unreachable_type ? IcmpMessage::unreachable_other : IcmpMessage::other;
}

IcmpTypeCode icmp_type_code(Family family, IcmpMessage message) {
  const auto row = std::ranges::find(rows_of(family), message, &MessageRow::message);
  return {.type = row->type, .code = row->code};
}

Result<IcmpPacket> parse_icmp(const IpHeader& ip, Bytes payload) {
  const auto family = ip.destination.family();
  const auto& rules = rules_of(family);
  if (ip.protocol != rules.protocol || ip.fragment_offset != 0)
    return fail(ErrorKind::invalid, "IP packet does not begin an ICMP message of its family");
  if (payload.size() < icmp_header_size) return fail(ErrorKind::invalid, "ICMP header is cut short");
  IcmpPacket packet{
      .type = payload[0],
      .code = payload[1],
      .message = classify_icmp(family, payload[0], payload[1]),
      .checksum_ok = message_checksum(rules, ip.source, ip.destination, payload) == 0,
      .echo = std::nullopt,
      .error = std::nullopt,
  };
  if (packet.message == IcmpMessage::echo_request || packet.message == IcmpMessage::echo_reply)
    packet.echo = parse_echo(payload);
  else if (quotes_a_packet(family, packet.type))
    packet.error = parse_error(family, packet, payload);
  return packet;
}

void write_icmp_echo(ByteWriter& out, IcmpMessage message, const IcmpEcho& echo, const IpAddress& source,
                     const IpAddress& destination, std::size_t zeros_behind) {
  assert(message == IcmpMessage::echo_request || message == IcmpMessage::echo_reply);
  const auto start = out.size();
  const auto [type, code] = icmp_type_code(destination.family(), message);
  out.u8(type);
  out.u8(code);
  out.u16(0);
  out.u16(echo.identifier);
  out.u16(echo.sequence);
  out.bytes(echo.payload);
  write_checksum(out, start, source, destination, zeros_behind);
}

void write_icmp_error(ByteWriter& out, IcmpMessage message, std::uint16_t next_hop_mtu, Bytes original,
                      const std::vector<IcmpExtensionObject>& extensions, const IpAddress& source,
                      const IpAddress& destination) {
  const auto family = destination.family();
  const auto& rules = rules_of(family);
  const auto start = out.size();
  const auto [type, code] = icmp_type_code(family, message);
  const bool extended = !extensions.empty() && may_carry_extensions(family, type);
  const auto quote =
      original.first(std::min(original.size(), extended ? quote_before_extensions : rules.longest_quote));
  out.u8(type);
  out.u8(code);
  out.u16(0);
  write_rest_of_header(out, family, message == IcmpMessage::packet_too_big ? next_hop_mtu : std::uint16_t{0},
                       extended ? quote_before_extensions / rules.length_unit : 0);
  out.bytes(quote);
  if (extended) {
    out.zeros(quote_before_extensions - quote.size());
    write_icmp_extensions(out, extensions);
  }
  write_checksum(out, start, source, destination);
}

}  // namespace cw::codec
