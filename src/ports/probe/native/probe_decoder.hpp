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
  bad_checksum,  // of the IPv4 header, the ICMP message or the TCP segment
  foreign,       // well formed, and about somebody else's packet
};

// What an ICMP error shows of our packet beside what tells which one it was.
struct ProbeQuote {
  IpAddress source;
  std::size_t length = 0;            // as its IP header says
  std::uint16_t identification = 0;  // IPv4
  std::uint16_t identifier = 0;      // ICMP
  std::uint16_t checksum = 0;        // of ICMP, UDP or TCP; 0: not there
  std::uint8_t traffic_class = 0;
};

struct ProbeReply {
  IpAddress probed;  // where the probe went, as far as the reply tells
  IpAddress from;
  IpAddress to;
  Method method = Method::icmp;  // tcp for both kinds of TCP probes
  std::uint16_t sequence = 0;
  // IPv4 and UDP: the number as the other field has it. A router that translates addresses changes one of them.
  std::optional<std::uint16_t> other_sequence;
  std::uint16_t source_port = 0;  // UDP and TCP: of our probe
  std::uint16_t destination_port = 0;
  std::optional<std::uint64_t> cookie;  // where the reply goes on so far; always in an echo reply and in a segment
  std::uint64_t cookie_bits = ~std::uint64_t{0};  // those of the cookie that are there
  codec::IcmpMessage message = codec::IcmpMessage::other;
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  std::optional<std::uint8_t> reply_ttl;
  std::optional<std::uint8_t> quoted_ttl;
  std::optional<std::uint8_t> tcp_flags;  // of a segment; then there is no ICMP message
  std::optional<ProbeQuote> quote;        // of an ICMP error that came whole
  std::optional<std::uint16_t> next_hop_mtu;
  std::vector<codec::MplsEntry> mpls;
};

// How much of a packet is true: a wire that had to put it together does not know the quoted TTL.
enum class PacketOrigin : std::uint8_t { received, reconstructed };

// 1. Answers are echo replies, ICMP errors that quote a probe, and of TCP segments to our ports those with RST or
//    with SYN and ACK. A segment that only acknowledges answers an older probe once more.
// 2. A router that translates addresses may change the identifier of a quoted echo request or the source port of a
//    quoted UDP or TCP probe. Such a quote is ours when it has our cookie.
std::expected<ProbeReply, Rejection> decode_reply(std::span<const std::uint8_t> packet, PacketOrigin origin,
                                                  const ProbeIdentity& identity);

// Whether the reply may be about a probe of that flow; with another source port the cookie has to prove it.
bool may_be_about(const ProbeReply& reply, const ProbeFlow& flow);
// Routers that quote only the first bytes of a packet leave no cookie to look at.
bool cookie_fits(const ProbeReply& reply, const CookieKey& key, std::uint16_t sequence);
// A SYN-ACK to a SYN of ours, be it one that nobody waits for any more: the host holds a connection half open.
bool leaves_half_open(const ProbeReply& reply, const CookieKey& key);
// Whether the quote differs from the probe as it was sent in what translators of addresses change: source address,
// port or identifier, checksum, IPv4 identification. What a router has zeroed or swapped by byte order proves
// nothing.
bool is_rewritten(const ProbeReply& reply, const ProbeFlow& flow, const CookieKey& key, std::uint16_t sequence);

}  // namespace cw::probe
