#include "codec/udp.hpp"

#include <cassert>

#include "codec/checksum.hpp"
#include "codec/ip.hpp"

namespace cw::codec {

Result<UdpHeader> parse_udp(Bytes bytes) {
  ByteReader in(bytes);
  const UdpHeader header{
      .source_port = in.u16(),
      .destination_port = in.u16(),
      .length = in.u16(),
      .checksum = in.u16(),
  };
  if (!in.ok()) return fail(ErrorKind::invalid, "UDP header is cut short");
  return header;
}

void write_udp(ByteWriter& out, std::uint16_t source_port, std::uint16_t destination_port, Bytes payload,
               const IpAddress& source, const IpAddress& destination, std::size_t zeros_behind) {
  assert(payload.size() + zeros_behind <= 0xffff - udp_header_size);
  const auto start = out.size();
  const auto length = static_cast<std::uint16_t>(udp_header_size + payload.size() + zeros_behind);
  out.u16(source_port);
  out.u16(destination_port);
  out.u16(length);
  out.u16(0);
  out.bytes(payload);
  ChecksumSum sum;
  sum.add_pseudo_header(source, destination, protocol_udp, length);
  sum.add(out.written().subspan(start));
  // Zero says that the sender made none.
  out.u16_at(start + 6, sum.checksum() == 0 ? std::uint16_t{0xffff} : sum.checksum());
}

}  // namespace cw::codec
