#include "codec/ip.hpp"

#include <algorithm>
#include <cassert>

#include "codec/checksum.hpp"

namespace cw::codec {
namespace {

// Extension headers that are walked over (RFC 8200, section 4; RFC 7045, section 4).
constexpr std::uint8_t next_hop_by_hop = 0;
constexpr std::uint8_t next_routing = 43;
constexpr std::uint8_t next_fragment = 44;
constexpr std::uint8_t next_authentication = 51;
constexpr std::uint8_t next_destination_options = 60;
constexpr std::uint8_t next_mobility = 135;
constexpr std::uint8_t next_host_identity = 139;
constexpr std::uint8_t next_shim6 = 140;
// RFC 8200 names at most seven in a packet; longer chains are an attack.
constexpr int most_extension_headers = 16;

constexpr std::uint16_t ipv4_dont_fragment = 0x4000;
constexpr std::uint16_t ipv4_more_fragments = 0x2000;
constexpr std::uint16_t ipv4_offset_mask = 0x1fff;

enum class Origin : std::uint8_t { received, quoted };

std::unexpected<Error> cut_short() { return fail(ErrorKind::invalid, "IP header is cut short"); }

IpAddress read_v6_address(ByteReader& in) {
  IpAddress::Bytes bytes{};
  std::ranges::copy(in.take(bytes.size()), bytes.begin());
  return IpAddress::v6(bytes);
}

// 1. A received packet has the length that its header states, or more (padding of the link).
// 2. A quote may end anywhere; what goes beyond the stated length is padding.
// 3. Some routers spoil the total length before they quote; one that cannot be says nothing.
Result<IpPacket> with_payload(const IpHeader& header, Bytes bytes, Origin origin) {
  const auto rest = bytes.subspan(header.header_length);
  if (header.total_length < header.header_length) {
    if (origin == Origin::quoted) return IpPacket{.header = header, .payload = rest};
    return fail(ErrorKind::invalid, "IP total length is less than the header");
  }
  const auto payload_length = header.total_length - header.header_length;
  if (payload_length > rest.size() && origin == Origin::received)
    return fail(ErrorKind::invalid, "IP total length is more than was received");
  return IpPacket{.header = header, .payload = rest.first(std::min(payload_length, rest.size()))};
}

Result<IpPacket> parse_v4(Bytes bytes, Origin origin) {
  ByteReader in(bytes);
  IpHeader header;
  header.header_length = std::size_t{4} * (in.u8() & 0x0f);
  header.traffic_class = in.u8();
  header.total_length = in.u16();
  header.identification = in.u16();
  const auto fragment = in.u16();
  header.ttl = in.u8();
  header.protocol = in.u8();
  in.skip(2);
  header.source = IpAddress::v4(in.u32());
  header.destination = IpAddress::v4(in.u32());
  if (!in.ok() || header.header_length > bytes.size()) return cut_short();
  if (header.header_length < ipv4_header_size) return fail(ErrorKind::invalid, "IPv4 header length is below 20");
  header.dont_fragment = (fragment & ipv4_dont_fragment) != 0;
  header.more_fragments = (fragment & ipv4_more_fragments) != 0;
  header.fragment_offset = fragment & ipv4_offset_mask;
  header.checksum_ok = internet_checksum(bytes.first(header.header_length)) == 0;
  return with_payload(header, bytes, origin);
}

bool is_extension_header(std::uint8_t next) {
  return next == next_hop_by_hop || next == next_routing || next == next_fragment || next == next_authentication ||
         next == next_destination_options || next == next_mobility || next == next_host_identity || next == next_shim6;
}

void read_fragment_header(ByteReader& in, IpHeader& header) {
  in.skip(1);
  const auto fragment = in.u16();
  in.skip(4);
  header.fragment_offset = static_cast<std::uint16_t>(fragment >> 3);
  header.more_fragments = (fragment & 1) != 0;
}

void skip_extension_header(ByteReader& in, std::uint8_t kind) {
  const std::size_t length = in.u8();
  // The authentication header counts in 4 bytes less two, the others in 8 bytes less one (RFC 4302, section 2.2).
  const auto size = kind == next_authentication ? 4 * (length + 2) : 8 * (length + 1);
  in.skip(size - 2);
}

// Leaves `header.protocol` at the transport, or at what hides it: a later fragment, encryption.
bool walk_extension_headers(ByteReader& in, IpHeader& header) {
  for (int walked = 0; is_extension_header(header.protocol); ++walked) {
    if (header.fragment_offset != 0) break;  // what follows is the middle of something
    if (walked == most_extension_headers) return false;
    const auto kind = header.protocol;
    header.protocol = in.u8();
    if (kind == next_fragment)
      read_fragment_header(in, header);
    else
      skip_extension_header(in, kind);
    if (!in.ok()) return false;
  }
  return true;
}

Result<IpPacket> parse_v6(Bytes bytes, Origin origin) {
  ByteReader in(bytes);
  IpHeader header;
  const auto first_word = in.u32();
  header.traffic_class = static_cast<std::uint8_t>(first_word >> 20 & 0xff);
  header.flow_label = first_word & 0xfffff;
  header.total_length = ipv6_header_size + in.u16();
  header.protocol = in.u8();
  header.ttl = in.u8();
  header.source = read_v6_address(in);
  header.destination = read_v6_address(in);
  if (!in.ok()) return cut_short();
  // Such an address would be taken for an IPv4 one; on the wire it has no business (RFC 4942, section 2.2).
  if (header.source.is_v4() || header.destination.is_v4())
    return fail(ErrorKind::invalid, "IPv6 header holds a v4-mapped address");
  if (!walk_extension_headers(in, header))
    return fail(ErrorKind::invalid, "IPv6 extension headers are cut short or too many");
  header.header_length = in.position();
  return with_payload(header, bytes, origin);
}

Result<IpPacket> parse(Bytes bytes, Origin origin) {
  if (bytes.empty()) return cut_short();
  switch (bytes[0] >> 4) {
    case 4:
      return parse_v4(bytes, origin);
    case 6:
      return parse_v6(bytes, origin);
    default:
      return fail(ErrorKind::invalid, "IP version is neither 4 nor 6");
  }
}

void write_v4(ByteWriter& out, const IpHeader& header, std::size_t payload_length) {
  const auto start = out.size();
  assert(payload_length <= 0xffff - ipv4_header_size);
  out.u8(0x45);
  out.u8(header.traffic_class);
  out.u16(static_cast<std::uint16_t>(ipv4_header_size + payload_length));
  out.u16(header.identification);
  out.u16(static_cast<std::uint16_t>((header.dont_fragment ? ipv4_dont_fragment : 0) |
                                     (header.more_fragments ? ipv4_more_fragments : 0) |
                                     (header.fragment_offset & ipv4_offset_mask)));
  out.u8(header.ttl);
  out.u8(header.protocol);
  out.u16(0);
  out.u32(header.source.is_v4() ? header.source.v4_value() : 0);
  out.u32(header.destination.v4_value());
  out.u16_at(start + 10, internet_checksum(out.written().subspan(start)));
}

void write_v6(ByteWriter& out, const IpHeader& header, std::size_t payload_length) {
  assert(payload_length <= 0xffff);
  out.u32(std::uint32_t{6} << 28 | std::uint32_t{header.traffic_class} << 20 | (header.flow_label & 0xfffff));
  out.u16(static_cast<std::uint16_t>(payload_length));
  out.u8(header.protocol);
  out.u8(header.ttl);
  out.bytes(header.source.bytes());
  out.bytes(header.destination.bytes());
}

}  // namespace

Result<IpPacket> parse_ip(Bytes bytes) { return parse(bytes, Origin::received); }

Result<IpPacket> parse_quoted_ip(Bytes bytes) { return parse(bytes, Origin::quoted); }

void write_ip(ByteWriter& out, const IpHeader& header, std::size_t payload_length) {
  if (header.destination.is_v4())
    write_v4(out, header, payload_length);
  else
    write_v6(out, header, payload_length);
}

}  // namespace cw::codec
