#pragma once

// The kernel's routing messages (rtnetlink, RFC 3549, section 3; rtnetlink(7)) as far as sending probes needs
// them: what is asked, and what a datagram of answers or of news says. Pure: the socket is elsewhere.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "core/ip_address.hpp"

namespace cw::platform {

struct LinkAddress {
  static constexpr std::size_t most_bytes = 8;  // what a sockaddr_ll has room for
  std::array<std::uint8_t, most_bytes> bytes{};
  std::uint8_t size = 0;

  friend bool operator==(const LinkAddress&, const LinkAddress&) = default;
};

// The way to one destination.
struct RouteNews {
  std::uint8_t type = 0;  // RTN_UNICAST, RTN_LOCAL, ...
  std::uint32_t interface = 0;
  std::optional<IpAddress> gateway;  // without one, the destination itself is the next hop
  std::optional<IpAddress> source;
  bool encapsulated = false;  // the kernel puts more around the packet than a link header
};

struct NeighbourNews {
  std::uint32_t interface = 0;
  IpAddress address;
  std::uint16_t state = 0;  // NUD_REACHABLE, ...; 0 when it was removed
  LinkAddress link_address;
};

struct LinkNews {
  std::uint32_t interface = 0;
  std::uint16_t type = 0;  // ARPHRD_ETHER, ...
};

// The answer to a request that was refused, or that has nothing more to say (0).
struct Verdict {
  int error = 0;  // an errno
};

// An address, a rule, ...: something changed that routes depend on.
struct OtherNews {};

struct RouteMessage {
  std::uint32_t sequence = 0;
  std::variant<RouteNews, NeighbourNews, LinkNews, Verdict, OtherNews> content;
};

// The messages of one datagram, as far as they are whole; what cannot be read is left out.
std::vector<RouteMessage> parse_route_messages(std::span<const std::uint8_t> datagram);

using RouteRequest = std::vector<std::uint8_t>;

struct RouteQuestion {
  IpAddress destination;
  std::optional<IpAddress> source;
  std::uint32_t interface = 0;  // 0: any
};
RouteRequest ask_route(const RouteQuestion& question, std::uint32_t sequence);
RouteRequest ask_neighbour(const IpAddress& address, std::uint32_t interface, std::uint32_t sequence);
RouteRequest ask_link(std::uint32_t interface, std::uint32_t sequence);

}  // namespace cw::platform
