#pragma once

// What nping of the nmap project prints with -v2: a line for every packet, with the time since its start to a
// tenth of a millisecond.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/measurement.hpp"

namespace cw::probe {

struct NpingPacket {
  enum class Direction : std::uint8_t { sent, received };
  Direction direction = Direction::sent;
  Duration at{};  // since nping's start
  IpAddress from;
  IpAddress to;
  std::optional<std::uint8_t> icmp_type;  // nothing: UDP or TCP
  std::uint8_t icmp_code = 0;
  std::optional<std::uint16_t> identifier;  // of an echo
  std::optional<std::uint16_t> sequence;
  std::optional<std::uint16_t> source_port;  // of UDP and TCP
  std::optional<std::uint16_t> destination_port;
  std::optional<std::uint8_t> tcp_flags;
  std::optional<std::uint8_t> ttl;
};

// In the order of the lines. `invalid` without the line that ends a run ("Nping done").
Result<std::vector<NpingPacket>> parse_nping(std::string_view text);

// 1. An echo reply belongs to the probe of its identifier and number. On a busy machine nping 0.7.93 gives one number
//    to two echo requests: the reply is that of the unanswered one that was sent not longer ago than `timeout`, else
//    of the only unanswered one. `invalid` where that leaves two.
// 2. Everything else belongs to the probe that was sent last before it, and not longer ago than `timeout`; other
//    ports than a probe's are not ours. Who asks for those waits that long between two probes.
// 3. The first answer to a probe counts; others are duplicates. A later answer than `timeout` is late.
Result<std::vector<Reply>> match_nping(const std::vector<NpingPacket>& packets, Duration timeout);

}  // namespace cw::probe
