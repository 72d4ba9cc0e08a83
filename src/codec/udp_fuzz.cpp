// Any bytes as a UDP header, and as the payload of one that is written: it reads back the same, with a checksum
// that is right and never zero, in both families.

#include "codec/udp.hpp"

#include <vector>

#include "codec/checksum.hpp"
#include "codec/fuzz_property.hpp"
#include "codec/ip.hpp"

using namespace cw::codec;

namespace {

void require_round_trip(const UdpHeader& ports, Bytes payload, const cw::IpAddress& source,
                        const cw::IpAddress& destination) {
  std::vector<std::uint8_t> buffer(udp_header_size + payload.size());
  ByteWriter out(buffer);
  write_udp(out, ports.source_port, ports.destination_port, payload, source, destination);
  const auto again = parse_udp(buffer);
  require(again && again->source_port == ports.source_port && again->destination_port == ports.destination_port);
  require(again->length == buffer.size() && again->checksum != 0);
  ChecksumSum sum;
  sum.add_pseudo_header(source, destination, protocol_udp, again->length);
  sum.add(buffer);
  require(sum.folded() == 0xffff);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  const auto header = parse_udp(bytes);
  require(header.has_value() == (size >= udp_header_size));
  if (!header || size > 0xffff) return 0;
  const auto payload = bytes.subspan(udp_header_size);
  require_round_trip(*header, payload, cw::IpAddress::v4(header->checksum), cw::IpAddress::v4(header->length));
  cw::IpAddress::Bytes address{0x20, 0x01, 0x0d, 0xb8};
  address[15] = bytes.back();
  require_round_trip(*header, payload, cw::IpAddress::v6(address), cw::IpAddress::v6(address));
  return 0;
}
