#include "platform/ring_wire.hpp"

#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "platform/packet_batch.hpp"

namespace cw::platform {
namespace {

constexpr std::string_view how_to_mend =
    "packet sockets need CAP_NET_RAW: run `sudo setcap cap_net_raw+ep` on the cyberwatch binary, or start it as root";

// Some thousand packets may be under way to the device.
constexpr int send_buffer_bytes = 2 << 20;

// The kernel keeps about 200 small packets for a neighbour that it is looking for, and drops the oldest without a
// word when there are more. After a while it has given up: then the packets may be lost as any other program's.
constexpr std::size_t most_unresolved_packets = 128;
constexpr Duration patience_with_neighbour = std::chrono::seconds(1);

// The kernel is left to fill in an IPv4 header's source, checksum or identification.
bool is_complete(const OutgoingPacket& packet) {
  const auto bytes = packet.bytes;
  if (bytes.empty() || bytes[0] >> 4 != 4) return true;
  constexpr std::array fields_of_two_bytes{4, 10, 12};
  if (bytes.size() < 20) return false;
  return std::ranges::all_of(fields_of_two_bytes, [&](std::size_t at) { return (bytes[at] | bytes[at + 1]) != 0; });
}

sockaddr_ll address_on(const WayOut& way, Family family) {
  sockaddr_ll address;
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(family == Family::v4 ? ETH_P_IP : ETH_P_IPV6);
  address.sll_ifindex = static_cast<int>(way.interface);
  address.sll_hatype = 0;
  address.sll_pkttype = 0;
  address.sll_halen = way.link_address.size;
  std::ranges::copy(way.link_address.bytes, address.sll_addr);
  return address;
}

}  // namespace

RingWire::RingWire(Parts parts)
    : wait_(std::move(parts.wait)),
      hops_(std::move(parts.hops)),
      sender_(std::move(parts.sender)),
      socket_(std::move(parts.socket)),
      v4_(std::move(parts.v4)),
      v6_(std::move(parts.v6)),
      batch_(std::make_unique<Batch>()) {}

RingWire::~RingWire() = default;

Result<std::unique_ptr<RingWire>> RingWire::open(const WireOptions& options, std::size_t ring_bytes) {
  TRY(check(options));
  // The header is the kernel's work: so interfaces with and without link addresses are served alike.
  auto socket = open_socket(AF_PACKET, SOCK_DGRAM, 0);
  if (!socket && socket.error().kind == ErrorKind::unavailable)
    return fail(ErrorKind::unavailable, std::string(how_to_mend));
  if (!socket) return std::unexpected(std::move(socket).error());
  if (!set_option(*socket, SOL_SOCKET, SO_SNDBUFFORCE, send_buffer_bytes))
    set_option(*socket, SOL_SOCKET, SO_SNDBUF, send_buffer_bytes);
  const std::uint32_t interface = options.interface.empty() ? 0 : ::if_nametoindex(options.interface.c_str());
  auto v4 = TRY(PacketRing::open({.family = Family::v4, .interface = interface, .bytes = ring_bytes}));
  auto v6 = TRY(PacketRing::open({.family = Family::v6, .interface = interface, .bytes = ring_bytes}));
  auto sender = TRY(RawSender::open(options));
  // One is tried now, while there are other wires to fall back to.
  TRY((sender.has(Family::v4) ? v4 : v6).start());
  return std::unique_ptr<RingWire>(new RingWire({.wait = TRY(WakeableWait::open()),
                                                 .hops = TRY(NextHops::open(options)),
                                                 .sender = std::move(sender),
                                                 .socket = *std::move(socket),
                                                 .v4 = std::move(v4),
                                                 .v6 = std::move(v6)}));
}

WireTraits RingWire::traits() const {
  return {.name = "ring", .has_v4 = sender_.has(Family::v4), .has_v6 = sender_.has(Family::v6)};
}

WireCounters RingWire::counters() const {
  auto counters = counters_;
  counters.receive_drops = v4_.drops() + v6_.drops();
  return counters;
}

Result<IpAddress> RingWire::source_for(const IpAddress& destination) {
  TRY(ring(destination.family()).start());
  hops_.take_news();
  if (const auto* way = hops_.find(destination)) return way->source;
  return fail(ErrorKind::unavailable, fmt::format("no route to {}", destination.to_string()));
}

// ---- out

// 1. What can go straight to its next hop goes in batches through the packet socket.
// 2. Everything else, and what that socket refuses, is the kernel's to send or to refuse.
Result<std::size_t> RingWire::send(std::span<const OutgoingPacket> packets, std::vector<std::size_t>& refused) {
  hops_.take_news();
  std::size_t taken = 0;
  while (taken < packets.size()) {
    const auto count = TRY(gather(packets.subspan(taken)));
    const int sent = count > 0 ? batch_->send(socket_) : 0;
    if (sent > 0) {
      taken += static_cast<std::size_t>(sent);
      counters_.packets_sent += static_cast<std::uint64_t>(sent);
      continue;
    }
    if (sent < 0 && buffer_is_full(errno)) break;
    switch (send_by_kernel(packets[taken])) {
      case Outcome::full:
        return taken;
      case Outcome::refused:
        refused.push_back(taken);
        break;
      case Outcome::sent:
        break;
    }
    ++taken;
  }
  return taken;
}

// Fills the batch with the packets at the front that can go straight to their next hop.
Result<std::size_t> RingWire::gather(std::span<const OutgoingPacket> packets) {
  batch_->clear();
  const WayOut* way = nullptr;
  sockaddr_ll address;
  for (const auto& packet : packets) {
    if (batch_->is_full()) break;
    // Probes of one destination often follow one another.
    if (way == nullptr || packet.destination != packets[batch_->size() - 1].destination) {
      const auto family = packet.destination.family();
      TRY(ring(family).start());
      way = hops_.find(packet.destination);
      if (way == nullptr || way->needs_kernel()) break;
      address = address_on(*way, family);
    }
    if (!is_complete(packet)) break;
    batch_->add(packet, address, sizeof address);
  }
  return batch_->size();
}

RingWire::Outcome RingWire::send_by_kernel(const OutgoingPacket& packet) {
  auto* way = hops_.find(packet.destination);
  const bool is_unresolved = way != nullptr && way->link == WayOut::Link::addressed && !way->is_resolved;
  if (is_unresolved && is_to_wait_for(*way)) return Outcome::full;
  refused_by_kernel_.clear();
  if (sender_.send({&packet, 1}, refused_by_kernel_, counters_) == 0) return Outcome::full;
  if (!refused_by_kernel_.empty()) return Outcome::refused;
  if (is_unresolved) ++way->unresolved_packets;
  // It has seen that the neighbour is in use and asks after it; what it finds comes as news.
  if (way != nullptr) way->is_stale = false;
  return Outcome::sent;
}

// A gateway that is still looked for holds up everybody, but not for long; a neighbour that is a destination itself
// holds up nobody.
bool RingWire::is_to_wait_for(WayOut& way) const {
  if (way.unresolved_packets == 0) way.unresolved_since = now();
  return way.is_shared && way.unresolved_packets >= most_unresolved_packets &&
         now() - way.unresolved_since < patience_with_neighbour;
}

// ---- in

std::size_t RingWire::take(std::span<IncomingPacket> packets) {
  const auto count = v4_.take(packets);
  return count + v6_.take(packets.subspan(count));
}

// Looking into the rings costs nothing: only when they are empty is the kernel asked to wait.
Result<std::size_t> RingWire::receive(std::span<IncomingPacket> packets, Instant until) {
  auto count = take(packets);
  const std::array sockets{v4_.descriptor(), v6_.descriptor(), hops_.descriptor()};
  for (bool woken = false; count == 0 && !woken && now() < until;) {
    const auto outcome = wait_.wait(sockets, until);
    woken = outcome.woken;
    if (outcome.readable[2]) hops_.take_news();
    count = take(packets);
    if (count == 0 && outcome.readable[0]) v4_.clear_error();
    if (count == 0 && outcome.readable[1]) v6_.clear_error();
  }
  counters_.packets_received += count;
  return count;
}

}  // namespace cw::platform
