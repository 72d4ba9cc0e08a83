#pragma once

// From a received packet to what it says about a probe. Everything here was written by somebody else; what is
// accepted has still to be matched with a probe that was really sent.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <vector>

#include "codec/icmp.hpp"
#include "codec/icmp_extension.hpp"
#include "core/ip_address.hpp"
#include "model/measurement_request.hpp"
#include "ports/probe/native/probe_flow.hpp"

namespace cw::probe {

enum class Rejection : std::uint8_t {
  unparsable,    // cut short, or not what its own lengths say
  bad_checksum,  // of the IPv4 header or of the ICMP message
  foreign,       // well formed, and about somebody else's packet
};

struct ProbeReply {
  IpAddress probed;  // where the probe went, as far as the reply tells
  IpAddress from;
  Method method = Method::icmp;
  std::uint16_t sequence = 0;
  // IPv4 and UDP: the number as the other field has it. A router that translates addresses changes one of them.
  std::optional<std::uint16_t> other_sequence;
  std::uint16_t source_port = 0;  // UDP
  std::uint16_t destination_port = 0;
  std::optional<std::uint64_t> cookie;  // where the reply goes on so far; always in an echo reply
  codec::IcmpMessage message = codec::IcmpMessage::other;
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  std::optional<std::uint8_t> reply_ttl;
  std::optional<std::uint8_t> quoted_ttl;
  std::optional<std::uint16_t> next_hop_mtu;
  std::vector<codec::MplsEntry> mpls;
};

// How much of a packet is true: a wire that had to put it together does not know the quoted TTL.
enum class PacketOrigin : std::uint8_t { received, reconstructed };

std::expected<ProbeReply, Rejection> decode_reply(std::span<const std::uint8_t> packet, PacketOrigin origin,
                                                  const ProbeIdentity& identity);

}  // namespace cw::probe
