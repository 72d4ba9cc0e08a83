#pragma once

// Where packets go that leave beside the kernel's own output path: interface, next hop, its link address and our
// source address for each destination, asked of the kernel over netlink and remembered until it says that
// something changed. What the kernel does better by itself (local addresses, tunnels that wrap packets, unusual
// links, neighbours not yet known) is marked so.

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "platform/file_descriptor.hpp"
#include "platform/route_message.hpp"
#include "platform/wire_options.hpp"

namespace cw::platform {

struct WayOut {
  enum class Link : std::uint8_t {
    plain,      // packets go as they are: TUN, WireGuard, PPP
    addressed,  // the next hop's link address goes before them
    kernel,     // only through the kernel
  };
  Link link = Link::kernel;
  std::uint32_t interface = 0;
  IpAddress next_hop;  // unspecified where the link needs none
  IpAddress source;
  LinkAddress link_address;
  bool is_shared = false;    // by destinations: the next hop is a gateway
  bool is_resolved = false;  // the link address is known and held to be true
  // The kernel doubts the link address. It asks the neighbour again when it sends a packet itself, and only then.
  bool is_stale = false;
  // Packets that were given to the kernel, which keeps them until it has found the link address.
  std::size_t unresolved_packets = 0;
  Instant unresolved_since;

  [[nodiscard]] bool needs_kernel() const {
    return link == Link::kernel || (link == Link::addressed && (!is_resolved || is_stale));
  }
};

class NextHops {
 public:
  static Result<NextHops> open(const WireOptions& options);

  // Null without a route. It stays there until the next `take_news` or `find`.
  WayOut* find(const IpAddress& destination);

  // Readable when there are news.
  [[nodiscard]] int descriptor() const { return news_.get(); }
  // Reads what has changed. Never waits.
  void take_news();

 private:
  explicit NextHops(const WireOptions& options) : options_(options), answer_(most_answer_bytes) {}

  static constexpr std::size_t most_answer_bytes = 32 << 10;  // what the kernel puts in one datagram at most

  void forget();
  void apply(const NeighbourNews& news);
  template <class News>
  std::optional<News> ask(const RouteRequest& request);
  WayOut* look_up(const IpAddress& destination);
  WayOut* way_to(const WayOut& wanted);
  [[nodiscard]] WayOut::Link link_of(std::uint32_t interface);

  WireOptions options_;
  FileDescriptor questions_;
  FileDescriptor news_;
  std::uint32_t sequence_ = 0;
  std::vector<std::uint8_t> answer_;

  std::uint32_t chosen_interface_ = 0;
  std::unordered_map<std::uint32_t, WayOut::Link> links_;
  std::deque<WayOut> ways_;
  std::unordered_multimap<IpAddress, WayOut*> by_next_hop_;
  std::unordered_map<IpAddress, WayOut*> by_destination_;
};

}  // namespace cw::platform
