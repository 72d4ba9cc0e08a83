#pragma once

// From a probe to its packet. The payload of ICMP and UDP probes is two bytes that make the checksum what it has to
// be, the sequence number, the cookie, and the text of our identity where there is one. TCP probes have none: a
// segment that opens a connection carries no data. A probe may be made longer with zeros, to find the path's MTU.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "model/measurement_request.hpp"
#include "ports/probe/native/probe_flow.hpp"

namespace cw::probe {

inline constexpr std::size_t probe_payload_size = 12;  // without the text
inline constexpr std::size_t sequence_offset = 2;      // in the payload
inline constexpr std::size_t cookie_offset = 4;
inline constexpr std::size_t probe_transport_size = 8 + probe_payload_size;  // ICMP and UDP headers are alike long
inline constexpr std::size_t tcp_segment_size = 20;
inline constexpr std::size_t longest_probe = 40 + probe_transport_size + longest_identity_text;

using ProbeBuffer = std::array<std::uint8_t, longest_probe>;

// Writes the beginning of the IP packet and returns how long that is; zeros follow up to `size`, the length of the
// whole packet, where it is not 0. Such a packet must not be fragmented, and has as much of the text as fits in.
//
// A long TCP probe is an ACK whatever the method: data belongs into a connection, and what fits none is answered
// with the number that was sent (RFC 9293, section 3.10.7.1). A SYN with data gets through to few.
std::size_t encode_probe(const ProbeFlow& flow, Ttl ttl, std::uint16_t sequence, const CookieKey& key, ProbeBuffer& out,
                         std::uint16_t size = 0);

// The RST that ends what a SYN of this flow began, for a SYN-ACK that acknowledged `next_sequence`.
std::size_t encode_reset(const ProbeFlow& flow, std::uint32_t next_sequence, ProbeBuffer& out);

// The shortest packet that `encode_probe` can make.
std::size_t shortest_probe(const ProbeFlow& flow);

}  // namespace cw::probe
