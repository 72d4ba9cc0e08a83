#pragma once

// How whoever owns an address answers a packet that was delivered to it: a host, or a router as one.

#include <cstdint>
#include <optional>

#include "codec/ip.hpp"
#include "lab/half_open_connections.hpp"
#include "lab/reply_builder.hpp"
#include "lab/scenario.hpp"

namespace cw::lab {

// What a destination makes of a packet before anything is built.
Behaviour behaviour_towards(const DestinationTraits& traits, const IpAddress& address, std::uint8_t protocol);

// The answer of somebody whose behaviour is `answers`; nothing where there is none (an answer to an answer, a
// spoiled checksum, an open UDP port, a filtered TCP port). `header.source` is the address that was asked.
std::optional<codec::Bytes> answer(ReplyBuilder& builder, const ReplyHeader& header, const DestinationTraits& traits,
                                   const codec::IpPacket& packet, codec::Bytes whole, HalfOpenConnections& half_open);

// RFC 1122, section 3.2.2: no error about an error, or about a later fragment.
bool deserves_error(const codec::IpPacket& packet);

}  // namespace cw::lab
