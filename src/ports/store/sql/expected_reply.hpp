#pragma once

// What a reply is expected to be, so that only the rest of it need be stored.

#include <cstdint>
#include <optional>

#include "model/measurement.hpp"

namespace cw::store {

struct IcmpKind {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  friend bool operator==(const IcmpKind&, const IcmpKind&) = default;
};

// RFC 792 and RFC 4443: "time exceeded in transit" from a router; from the probed address an echo reply, or "port
// unreachable" to UDP.
inline IcmpKind expected_icmp(const IpAddress& from, const IpAddress& probed, Method method) {
  const bool v4 = from.is_v4();
  if (from != probed) return v4 ? IcmpKind{11, 0} : IcmpKind{3, 0};
  switch (method) {
    case Method::icmp:
      return v4 ? IcmpKind{0, 0} : IcmpKind{129, 0};
    case Method::udp:
      return v4 ? IcmpKind{3, 3} : IcmpKind{1, 4};
    case Method::tcp:
    case Method::tcp_ack:
      return {0, 0};
  }
  return {0, 0};
}

// A router decides on a packet that has one hop left (RFC 1812, section 5.3.1).
inline std::optional<std::uint8_t> expected_quoted_ttl(const IpAddress& from, const IpAddress& probed) {
  if (from == probed) return std::nullopt;
  return std::uint8_t{1};
}

}  // namespace cw::store
