#include "platform/next_hops.hpp"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>

#include "platform/wire_socket.hpp"

namespace cw::platform {
namespace {

// About 6 MiB when all are in use. One more, and all are forgotten.
constexpr std::size_t most_destinations = 65'536;
constexpr int news_buffer_bytes = 256 << 10;
constexpr std::size_t ethernet_address_bytes = 6;
// ARPHRD_RAWIP, which not every C library names: mobile modems.
constexpr std::uint16_t raw_ip_link = 519;

constexpr std::uint32_t group(int number) { return std::uint32_t{1} << (number - 1); }
constexpr std::uint32_t groups_of_interest =
    group(RTNLGRP_LINK) | group(RTNLGRP_NEIGH) | group(RTNLGRP_IPV4_IFADDR) | group(RTNLGRP_IPV6_IFADDR) |
    group(RTNLGRP_IPV4_ROUTE) | group(RTNLGRP_IPV6_ROUTE) | group(RTNLGRP_IPV4_RULE) | group(RTNLGRP_IPV6_RULE);

Result<FileDescriptor> open_route_socket(std::uint32_t groups, int flags) {
  FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_ROUTE));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = groups;
  if (!socket.is_open() || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail(ErrorKind::unavailable, "the kernel lets nobody ask it for routes (netlink)");
  return socket;
}

bool is_way_out(std::uint8_t route_type) {
  switch (route_type) {
    case RTN_UNICAST:
    case RTN_LOCAL:
    case RTN_BROADCAST:
    case RTN_ANYCAST:
    case RTN_MULTICAST:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<NextHops> NextHops::open(const WireOptions& options) {
  NextHops hops(options);
  hops.questions_ = TRY(open_route_socket(0, 0));
  // The kernel answers while it is asked; the time limit only makes sure of that.
  const timeval limit{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(hops.questions_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  hops.news_ = TRY(open_route_socket(groups_of_interest, SOCK_NONBLOCK));
  set_option(hops.news_, SOL_SOCKET, SO_RCVBUF, news_buffer_bytes);
  hops.forget();
  return hops;
}

void NextHops::forget() {
  by_destination_.clear();
  by_next_hop_.clear();
  ways_.clear();
  links_.clear();
  chosen_interface_ = options_.interface.empty() ? 0 : ::if_nametoindex(options_.interface.c_str());
}

// ---- questions

template <class News>
std::optional<News> NextHops::ask(const RouteRequest& request) {
  if (::send(questions_.get(), request.data(), request.size(), 0) < 0) return std::nullopt;
  for (;;) {
    const auto size = ::recv(questions_.get(), answer_.data(), answer_.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return std::nullopt;
    for (const auto& message : parse_route_messages(std::span(answer_).first(static_cast<std::size_t>(size)))) {
      // An answer that came too late for the question before.
      if (message.sequence != sequence_) continue;
      if (const auto* news = std::get_if<News>(&message.content)) return *news;
      return std::nullopt;
    }
  }
}

WayOut* NextHops::find(const IpAddress& destination) {
  if (const auto known = by_destination_.find(destination); known != by_destination_.end()) return known->second;
  if (by_destination_.size() >= most_destinations) forget();
  auto* way = look_up(destination);
  if (way != nullptr) by_destination_.emplace(destination, way);
  return way;
}

WayOut* NextHops::look_up(const IpAddress& destination) {
  if (!options_.interface.empty() && chosen_interface_ == 0) return nullptr;
  const auto& chosen_source = options_.source(destination.family());
  const auto route = ask<RouteNews>(
      ask_route({.destination = destination, .source = chosen_source, .interface = chosen_interface_}, ++sequence_));
  if (!route || !is_way_out(route->type)) return nullptr;
  const auto source = chosen_source ? chosen_source : route->source;
  if (!source) return nullptr;
  WayOut way{.interface = route->interface, .source = *source};
  if (route->type == RTN_UNICAST && !route->encapsulated) way.link = link_of(route->interface);
  if (way.link == WayOut::Link::addressed) {
    way.next_hop = route->gateway.value_or(destination);
    way.is_shared = route->gateway.has_value();
  }
  return way_to(way);
}

WayOut* NextHops::way_to(const WayOut& wanted) {
  const auto [first, last] = by_next_hop_.equal_range(wanted.next_hop);
  for (auto entry = first; entry != last; ++entry) {
    const auto& way = *entry->second;
    if (way.interface == wanted.interface && way.source == wanted.source && way.link == wanted.link)
      return entry->second;
  }
  auto& way = ways_.emplace_back(wanted);
  by_next_hop_.emplace(way.next_hop, &way);
  if (way.link == WayOut::Link::addressed)
    if (const auto neighbour = ask<NeighbourNews>(ask_neighbour(way.next_hop, way.interface, ++sequence_)))
      apply(*neighbour);
  return &way;
}

WayOut::Link NextHops::link_of(std::uint32_t interface) {
  if (const auto known = links_.find(interface); known != links_.end()) return known->second;
  auto link = WayOut::Link::kernel;
  if (const auto news = ask<LinkNews>(ask_link(interface, ++sequence_))) {
    if (news->type == ARPHRD_ETHER) link = WayOut::Link::addressed;
    if (news->type == ARPHRD_NONE || news->type == ARPHRD_PPP || news->type == raw_ip_link) link = WayOut::Link::plain;
  }
  links_.emplace(interface, link);
  return link;
}

// ---- news

void NextHops::take_news() {
  for (;;) {
    const auto size = ::recv(news_.get(), answer_.data(), answer_.size(), MSG_DONTWAIT);
    // Some were lost: then nothing is certain any more.
    if (size < 0 && errno == ENOBUFS) forget();
    if (size < 0 && (errno == ENOBUFS || errno == EINTR)) continue;
    if (size <= 0) return;
    for (const auto& message : parse_route_messages(std::span(answer_).first(static_cast<std::size_t>(size)))) {
      if (const auto* neighbour = std::get_if<NeighbourNews>(&message.content))
        apply(*neighbour);
      else
        forget();
    }
  }
}

void NextHops::apply(const NeighbourNews& news) {
  constexpr unsigned valid = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY;
  const auto [first, last] = by_next_hop_.equal_range(news.address);
  for (auto entry = first; entry != last; ++entry) {
    auto& way = *entry->second;
    if (way.interface != news.interface) continue;
    way.is_resolved = (news.state & valid) != 0 && news.link_address.size == ethernet_address_bytes;
    way.is_stale = news.state == NUD_STALE;
    way.link_address = news.link_address;
    if (way.is_resolved) way.unresolved_packets = 0;
  }
}

}  // namespace cw::platform
