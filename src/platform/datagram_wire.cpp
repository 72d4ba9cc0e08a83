#include "platform/datagram_wire.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>

#include "platform/datagram_socket.hpp"
#include "platform/packet_assembly.hpp"
#include "platform/queued_error.hpp"

namespace cw::platform {
namespace {

constexpr std::size_t icmp_header = 8;

constexpr std::string_view how_to_mend =
    "unprivileged ping sockets are closed to this user: run `sysctl net.ipv4.ping_group_range=\"0 2147483647\"`, or "
    "give the cyberwatch binary raw sockets with `sudo setcap cap_net_raw+ep`";

constexpr std::string_view what_is_not_seen =
    "no TCP; no quoted TTL, so no address translation or zero-TTL forwarding; of UDP, routers that quote nothing "
    "behind the UDP header are seen only while one probe of the flow is under way";

std::uint8_t icmp_protocol(Family family) {
  return family == Family::v4 ? std::uint8_t{IPPROTO_ICMP} : std::uint8_t{IPPROTO_ICMPV6};
}

std::uint8_t protocol_of(const OutgoingPacket& packet) {
  const std::size_t at = packet.destination.is_v4() ? 9 : 6;
  return packet.bytes.size() <= transport_offset(packet.destination) ? std::uint8_t{0} : packet.bytes[at];
}

}  // namespace

Result<DatagramWire::PingSocket> DatagramWire::open_ping_socket(Family family, const WireOptions& options) {
  PingSocket ping;
  ping.socket = TRY(open_datagram_socket(family, icmp_protocol(family)));
  TRY(bind_to_interface(ping.socket, options.interface));
  // Binding to no port in particular makes the kernel choose the identifier, which it calls a port.
  const auto any = family == Family::v4 ? IpAddress::v4(0) : IpAddress{};
  SocketAddress local;
  local.length = sizeof(local.storage);
  if (!bind_to(ping.socket, options.source(family).value_or(any)) ||
      ::getsockname(ping.socket.get(), reinterpret_cast<sockaddr*>(&local.storage), &local.length) != 0)
    return fail(ErrorKind::unavailable, "the kernel gives no ICMP identifier");
  ping.identifier = port_of(local.storage);
  return ping;
}

Result<std::unique_ptr<DatagramWire>> DatagramWire::open(const WireOptions& options) {
  TRY(check(options));
  std::unique_ptr<DatagramWire> wire(
      new DatagramWire(TRY(WakeableWait::open()), TRY(UdpProbeSockets::open(options)), options));
  auto v4 = open_ping_socket(Family::v4, options);
  auto v6 = open_ping_socket(Family::v6, options);
  if (!v4 && !v6) {
    if (v4.error().kind == ErrorKind::unavailable) return fail(ErrorKind::unavailable, std::string(how_to_mend));
    return std::unexpected(std::move(v4).error());
  }
  if (v4) wire->v4_ = *std::move(v4);
  if (v6) wire->v6_ = *std::move(v6);
  return wire;
}

WireTraits DatagramWire::traits() const {
  WireTraits traits{.name = "datagram",
                    .sends_tcp = false,
                    .limits = what_is_not_seen,
                    .has_v4 = v4_.socket.is_open(),
                    .has_v6 = v6_.socket.is_open()};
  if (traits.has_v4) traits.icmp_identifier_v4 = v4_.identifier;
  if (traits.has_v6) traits.icmp_identifier_v6 = v6_.identifier;
  return traits;
}

WireCounters DatagramWire::counters() const {
  auto counters = counters_;
  counters.receive_drops = v4_.drops.total() + v6_.drops.total() + udp_.drops();
  return counters;
}

// ---- out

SendOutcome DatagramWire::send_one(const OutgoingPacket& packet) {
  const auto family = packet.destination.family();
  const auto protocol = protocol_of(packet);
  if (protocol == IPPROTO_UDP) return udp_.send(packet);
  const auto& ping = family == Family::v4 ? v4_ : v6_;
  if (protocol != icmp_protocol(family) || !ping.socket.is_open()) return SendOutcome::refused;
  return send_datagram(ping.socket, packet, transport_offset(packet.destination), 0);
}

Result<std::size_t> DatagramWire::send(std::span<const OutgoingPacket> packets, std::vector<std::size_t>& refused) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    switch (send_one(packets[i])) {
      case SendOutcome::sent:
        ++counters_.packets_sent;
        break;
      case SendOutcome::full:
        return i;
      case SendOutcome::refused:
        ++counters_.send_errors;
        refused.push_back(i);
        break;
    }
  }
  return packets.size();
}

// ---- in

std::size_t DatagramWire::read_replies(PingSocket& ping, std::span<IncomingPacket> packets, std::size_t first) {
  const auto count = batch_.receive(ping.socket, first, packets.size() - first, 0);
  for (std::size_t i = first; i < first + count; ++i) {
    const auto message = batch_.bytes(i);
    const auto notes = batch_.notes(i);
    ping.drops.saw(notes.drops);
    const auto from = batch_.address(i);
    const PacketEnvelope envelope{
        .source = from,
        .destination = notes.destination.value_or(from.is_v4() ? IpAddress::v4(0) : IpAddress{}),
        .protocol = icmp_protocol(from.family()),
        .ttl = notes.ttl.value_or(0)};
    auto& packet = assembled_[i];
    packet.clear();
    append_ip_header(packet, envelope, message.size());
    const auto start = packet.size();
    packet.insert(packet.end(), message.begin(), message.end());
    if (message.size() >= icmp_header) set_icmp_checksum(packet, start, envelope);
    packets[i] = {.bytes = packet, .received_at = notes.received_at, .reconstructed = true};
  }
  return count;
}

std::size_t DatagramWire::read_errors(PingSocket& ping, std::span<IncomingPacket> packets, std::size_t first) {
  const auto count = batch_.receive(ping.socket, first, packets.size() - first, MSG_ERRQUEUE);
  auto place = first;
  for (std::size_t i = first; i < first + count; ++i) {
    const auto notes = batch_.notes(i);
    // The queue tells of our own machine's refusals too; those were seen when sending.
    if (!is_from_network(notes)) continue;
    const auto probed = batch_.address(i);
    const auto quoted = batch_.bytes(i);
    auto& packet = assembled_[place];
    packet.clear();
    append_error(packet, {.notes = notes,
                          .probed = probed,
                          .protocol = icmp_protocol(probed.family()),
                          .quoted = quoted,
                          .extensions_at = extensions_offset(notes, quoted.size())});
    packets[place++] = {.bytes = packet, .received_at = notes.received_at, .reconstructed = true};
  }
  return place - first;
}

Result<std::size_t> DatagramWire::receive(std::span<IncomingPacket> packets, Instant until) {
  const std::array sockets{v4_.socket.get(), v6_.socket.get(), udp_.descriptor()};
  const auto most = packets.first(std::min(packets.size(), MessageBatch::most_messages));
  const auto count = wait_.read_until(sockets, until, [&](const WakeableWait::Readable& readable) {
    std::size_t taken = 0;
    for (auto* ping : {&v4_, &v6_}) {
      if (!readable[ping == &v4_ ? 0 : 1]) continue;
      taken += read_errors(*ping, most, taken);
      taken += read_replies(*ping, most, taken);
    }
    if (readable[2]) taken += udp_.read(batch_, most, taken, assembled_);
    return taken;
  });
  counters_.packets_received += count;
  return count;
}

}  // namespace cw::platform
