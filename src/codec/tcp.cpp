#include "codec/tcp.hpp"

#include <cassert>

#include "codec/checksum.hpp"
#include "codec/ip.hpp"

namespace cw::codec {
namespace {

constexpr std::size_t least_header_size = 20;

constexpr std::uint8_t flag_fin = 0x01;
constexpr std::uint8_t flag_syn = 0x02;
constexpr std::uint8_t flag_rst = 0x04;
constexpr std::uint8_t flag_ack = 0x10;

TcpFlags read_flags(std::uint8_t bits) {
  return {
      .fin = (bits & flag_fin) != 0,
      .syn = (bits & flag_syn) != 0,
      .rst = (bits & flag_rst) != 0,
      .ack = (bits & flag_ack) != 0,
  };
}

}  // namespace

std::uint8_t flag_bits(const TcpFlags& flags) {
  return static_cast<std::uint8_t>((flags.fin ? flag_fin : 0) | (flags.syn ? flag_syn : 0) |
                                   (flags.rst ? flag_rst : 0) | (flags.ack ? flag_ack : 0));
}

Result<TcpHeader> parse_tcp(Bytes bytes) {
  ByteReader in(bytes);
  TcpHeader header{
      .source_port = in.u16(),
      .destination_port = in.u16(),
      .sequence = in.u32(),
      .acknowledgement = in.u32(),
  };
  header.header_length = std::size_t{4} * (in.u8() >> 4);
  header.flags = read_flags(in.u8());
  header.window = in.u16();
  in.skip(4);
  if (!in.ok() || header.header_length > bytes.size()) return fail(ErrorKind::invalid, "TCP header is cut short");
  if (header.header_length < least_header_size) return fail(ErrorKind::invalid, "TCP data offset is below 5");
  return header;
}

Result<QuotedTcp> parse_quoted_tcp(Bytes bytes) {
  ByteReader in(bytes);
  QuotedTcp header{
      .source_port = in.u16(),
      .destination_port = in.u16(),
      .sequence = in.u32(),
      .checksum = std::nullopt,
  };
  if (!in.ok()) return fail(ErrorKind::invalid, "quoted TCP header is cut short");
  in.skip(8);
  const auto checksum = in.u16();
  if (in.ok()) header.checksum = checksum;
  return header;
}

void write_tcp(ByteWriter& out, const TcpHeader& header, const IpAddress& source, const IpAddress& destination,
               std::size_t zeros_behind) {
  assert(zeros_behind <= 0xffff - least_header_size);
  const auto start = out.size();
  out.u16(header.source_port);
  out.u16(header.destination_port);
  out.u32(header.sequence);
  out.u32(header.acknowledgement);
  out.u8(least_header_size / 4 << 4);
  out.u8(flag_bits(header.flags));
  out.u16(header.window);
  out.u16(0);
  out.u16(0);
  ChecksumSum sum;
  sum.add_pseudo_header(source, destination, protocol_tcp,
                        static_cast<std::uint32_t>(least_header_size + zeros_behind));
  sum.add(out.written().subspan(start));
  out.u16_at(start + 16, sum.checksum());
}

}  // namespace cw::codec
