#pragma once

// What load balancers tell flows apart by: addresses, protocol, IPv6 flow label, and the first four bytes of the
// transport header, which are the ports of UDP and TCP and the type, code and checksum of ICMP.

#include <cstdint>

#include "codec/ip.hpp"
#include "core/ip_address.hpp"
#include "lab/scenario.hpp"

namespace cw::lab {

struct Flow {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;
  std::uint32_t flow_label = 0;
  std::uint32_t first_word = 0;
  std::uint16_t icmp_identifier = 0;
  bool opens = true;  // TCP: a SYN

  [[nodiscard]] std::uint16_t destination_port() const { return static_cast<std::uint16_t>(first_word); }
};

Flow flow_of(const codec::IpPacket& packet);
PacketKind kind_of(const Flow& flow);
PacketKind kind_of(const codec::IpPacket& packet);

// The same for every packet of a flow, as a router with these settings sees it. `salt` differs from router to
// router, as otherwise all of them would choose alike.
std::uint64_t flow_hash(const Flow& flow, Balancing balancing, IcmpHash icmp_hash, std::uint64_t salt);

}  // namespace cw::lab
