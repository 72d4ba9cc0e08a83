// Any bytes as a TCP header. A whole header and its first eight bytes agree, and what is written from it reads
// back the same with a right checksum.

#include "codec/tcp.hpp"

#include <array>

#include "codec/checksum.hpp"
#include "codec/fuzz_property.hpp"
#include "codec/ip.hpp"

using namespace cw::codec;

namespace {

void require_round_trip(const TcpHeader& header, const cw::IpAddress& address) {
  std::array<std::uint8_t, 20> buffer{};
  ByteWriter out(buffer);
  write_tcp(out, header, address, address);
  const auto again = parse_tcp(buffer);
  require(again && again->source_port == header.source_port && again->destination_port == header.destination_port);
  require(again->sequence == header.sequence && again->acknowledgement == header.acknowledgement);
  require(again->flags.fin == header.flags.fin && again->flags.syn == header.flags.syn);
  require(again->flags.rst == header.flags.rst && again->flags.ack == header.flags.ack);
  require(again->window == header.window && again->header_length == buffer.size());
  ChecksumSum sum;
  sum.add_pseudo_header(address, address, protocol_tcp, buffer.size());
  sum.add(buffer);
  require(sum.folded() == 0xffff);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  const auto quoted = parse_quoted_tcp(bytes);
  require(quoted.has_value() == (size >= 8));
  const auto header = parse_tcp(bytes);
  if (!header) return 0;
  require(quoted && quoted->source_port == header->source_port && quoted->sequence == header->sequence);
  require(quoted->destination_port == header->destination_port);
  require(header->header_length >= 20 && header->header_length <= size);
  require_round_trip(*header, cw::IpAddress::v4(header->sequence));
  require_round_trip(*header, cw::IpAddress());
  return 0;
}
