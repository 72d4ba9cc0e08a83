#pragma once

// Builds the packets that routers and hosts answer with. What is returned stays valid until the next call.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/icmp.hpp"
#include "codec/ip.hpp"
#include "codec/tcp.hpp"
#include "core/ip_address.hpp"

namespace cw::lab {

// Larger packets are not carried: the jumbo frames of Ethernet are the largest that routers do.
inline constexpr std::size_t most_packet_bytes = 9'216;

struct ReplyHeader {
  IpAddress source;
  IpAddress destination;
  std::uint8_t ttl = 64;
  std::uint16_t identification = 0;
};

struct ErrorReply {
  codec::IcmpMessage message = codec::IcmpMessage::time_exceeded;
  std::uint16_t next_hop_mtu = 0;
  std::uint8_t quoted_ttl = 1;    // as the packet came in
  std::uint16_t quote_bytes = 0;  // 0: as many as the RFC allows
  const std::vector<std::uint32_t>* mpls = nullptr;
};

// Rewrites the TTL of a whole packet, and with it the checksum of an IPv4 header.
void set_ttl(std::span<std::uint8_t> packet, std::uint8_t ttl);

class ReplyBuilder {
 public:
  codec::Bytes error(const ReplyHeader& header, const ErrorReply& reply, codec::Bytes original);
  codec::Bytes echo_reply(const ReplyHeader& header, const codec::IcmpEcho& request);
  codec::Bytes tcp(const ReplyHeader& header, const codec::TcpHeader& tcp);

 private:
  codec::Bytes finish(const ReplyHeader& header, std::uint8_t protocol, codec::Bytes body);

  std::array<std::uint8_t, most_packet_bytes> quote_{};
  std::array<std::uint8_t, most_packet_bytes> body_{};
  std::array<std::uint8_t, most_packet_bytes + codec::ipv6_header_size> packet_{};
};

}  // namespace cw::lab
