#include "ports/probe/native/probe_flow.hpp"

namespace cw::probe {
namespace {

// Any value but the two zeros of one's complement.
std::uint16_t icmp_checksum_of(std::uint16_t flow) {
  constexpr std::uint32_t first = 0x4242;
  return static_cast<std::uint16_t>(1 + (first + flow) % 0xfffe);
}

std::uint16_t default_port(Method method) { return is_tcp(method) ? default_tcp_port : default_udp_port; }

}  // namespace

ProbeFlow beside(const ProbeFlow& flow, std::uint16_t offset) {
  if (offset == 0) return flow;
  auto other = flow;
  other.icmp_checksum = static_cast<std::uint16_t>(1 + (flow.icmp_checksum - 1u + offset) % 0xfffe);
  other.source_port = static_cast<std::uint16_t>(lowest_source_port | (flow.source_port + offset));
  other.flow_label = (flow.flow_label & 0xf0000) | ((flow.flow_label + offset) & 0xffff);
  return other;
}

ProbeFlow make_flow(const MeasurementRequest& request, const IpAddress& source, const ProbeIdentity& identity) {
  constexpr std::uint32_t nonzero_label = 0x10000;
  return ProbeFlow{
      .source = source,
      .destination = request.address,
      .method = request.method,
      .icmp_identifier = identity.icmp_identifier(request.address.family()),
      .icmp_checksum = icmp_checksum_of(request.flow),
      .source_port = static_cast<std::uint16_t>(lowest_source_port | request.flow),
      .destination_port = request.port.value_or(default_port(request.method)),
      .flow_label = nonzero_label | request.flow,
      .traffic_class = static_cast<std::uint8_t>(request.dscp << 2),
      .text = std::string_view(identity.text).substr(0, longest_identity_text),
  };
}

std::uint32_t tcp_token(const CookieKey& key, const IpAddress& destination, std::uint16_t sequence) {
  return std::uint32_t{sequence} << 16 | (probe_cookie(key, destination, sequence) & 0xffff);
}

}  // namespace cw::probe
