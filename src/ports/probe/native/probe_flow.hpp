#pragma once

// What stays the same in every probe of a measurement, because routers that share their load among several
// links choose by it: addresses, protocol, ports or ICMP checksum and identifier, IPv6 flow label ("Avoiding
// traceroute anomalies with Paris traceroute", Augustin et al., IMC 2006; RFC 6438 for the flow label). What
// tells probes apart lies elsewhere.
//
//   ICMP  identifier and checksum constant; the sequence number tells, the payload makes up for it
//   UDP   ports constant; the checksum tells (and is valid, as the payload makes up for it), in IPv4 the
//         identification of the IP header as well
//   TCP   ports constant; the upper half of the sequence number tells, its lower half is of the cookie. What
//         answers a segment, RST or SYN-ACK, brings the whole number back (RFC 9293, section 3.10.7); routers
//         quote it with the ports

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/ip_address.hpp"
#include "model/measurement_request.hpp"
#include "ports/probe/native/probe_cookie.hpp"

namespace cw::probe {

// Neither 0 nor 0xffff: a UDP checksum cannot be told apart at those two, an IPv4 identification of 0 is
// filled in by the kernel.
inline constexpr std::uint16_t lowest_sequence = 1;
inline constexpr std::uint32_t sequence_count = 0xfffe;

inline constexpr std::uint16_t default_udp_port = 33434;
inline constexpr std::uint16_t default_tcp_port = 80;

// The source ports of all flows.
inline constexpr std::uint16_t lowest_source_port = 0x8000;

inline constexpr std::size_t longest_identity_text = 64;

inline bool is_tcp(Method method) { return method == Method::tcp || method == Method::tcp_ack; }

// By what an engine knows its own probes.
struct ProbeIdentity {
  std::uint16_t icmp_identifier_v4 = 0;
  std::uint16_t icmp_identifier_v6 = 0;
  CookieKey cookie_key;
  // Stands in the payload of ICMP and UDP probes, so that who looks at one knows whom to ask; longest_identity_text
  // bytes at most.
  std::string text = {};

  [[nodiscard]] std::uint16_t icmp_identifier(Family family) const {
    return family == Family::v4 ? icmp_identifier_v4 : icmp_identifier_v6;
  }
};

struct ProbeFlow {
  IpAddress source;
  IpAddress destination;
  Method method = Method::icmp;
  std::uint16_t icmp_identifier = 0;
  std::uint16_t icmp_checksum = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t flow_label = 0;
  std::uint8_t traffic_class = 0;  // the DSCP, and two bits of zero
  std::string_view text;           // of the identity, which outlives the flow
};

// The flow that lies `offset` beside this one: only what load balancers look at differs.
ProbeFlow beside(const ProbeFlow& flow, std::uint16_t offset);

// The same request gives the same flow in every run, so that a path found today can be compared with
// yesterday's; only the ICMP identifier belongs to the engine.
ProbeFlow make_flow(const MeasurementRequest& request, const IpAddress& source, const ProbeIdentity& identity);

// The number that a TCP probe carries as its sequence number, an ACK also as its acknowledgement.
std::uint32_t tcp_token(const CookieKey& key, const IpAddress& destination, std::uint16_t sequence);

}  // namespace cw::probe
