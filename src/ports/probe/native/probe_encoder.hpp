#pragma once

// From a probe to its packet. The payload of every probe is twelve bytes: two that make the checksum what it
// has to be, two of zero, and the cookie.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "model/measurement_request.hpp"
#include "ports/probe/native/probe_flow.hpp"

namespace cw::probe {

inline constexpr std::size_t probe_payload_size = 12;
inline constexpr std::size_t cookie_offset = 4;                              // in the payload
inline constexpr std::size_t probe_transport_size = 8 + probe_payload_size;  // ICMP and UDP headers are alike long
inline constexpr std::size_t longest_probe = 40 + probe_transport_size;

using ProbeBuffer = std::array<std::uint8_t, longest_probe>;

// Writes the whole IP packet and returns how long it is. `flow.method` is icmp or udp.
std::size_t encode_probe(const ProbeFlow& flow, Ttl ttl, std::uint16_t sequence, const CookieKey& key,
                         ProbeBuffer& out);

}  // namespace cw::probe
