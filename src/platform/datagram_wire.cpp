#include "platform/datagram_wire.hpp"

#include <linux/errqueue.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "platform/packet_assembly.hpp"

#ifndef IP_RECVERR_RFC4884
#define IP_RECVERR_RFC4884 26
#endif
#ifndef IPV6_RECVERR_RFC4884
#define IPV6_RECVERR_RFC4884 31
#endif

namespace cw::platform {
namespace {

constexpr std::size_t ipv4_header = 20;
constexpr std::size_t ipv6_header = 40;
constexpr std::size_t icmp_header = 8;

constexpr std::string_view how_to_mend =
    "unprivileged ping sockets are closed to this user: run `sysctl net.ipv4.ping_group_range=\"0 2147483647\"`, or "
    "give the cyberwatch binary raw sockets with `sudo setcap cap_net_raw+ep`";

std::uint8_t icmp_protocol(Family family) {
  return family == Family::v4 ? std::uint8_t{IPPROTO_ICMP} : std::uint8_t{IPPROTO_ICMPV6};
}

int family_number(Family family) { return family == Family::v4 ? AF_INET : AF_INET6; }

enum class SendOutcome : std::uint8_t { sent, full, refused };

// An ICMP error that came in is reported by the next call on the socket too, whatever it is about; then the
// call is made again.
constexpr int most_tries = 4;

SendOutcome send_echo(const FileDescriptor& socket, const OutgoingPacket& packet) {
  const bool is_v4 = packet.destination.is_v4();
  const auto message = packet.bytes.subspan(is_v4 ? ipv4_header : ipv6_header);
  const int ttl = packet.bytes[is_v4 ? 8 : 7];
  auto address = to_socket_address(packet.destination);
  iovec vector{.iov_base = const_cast<std::uint8_t*>(message.data()), .iov_len = message.size()};
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};
  header.msg_name = &address.storage;
  header.msg_namelen = address.length;
  header.msg_iov = &vector;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  auto* note = CMSG_FIRSTHDR(&header);
  note->cmsg_level = is_v4 ? IPPROTO_IP : IPPROTO_IPV6;
  note->cmsg_type = is_v4 ? IP_TTL : IPV6_HOPLIMIT;
  note->cmsg_len = CMSG_LEN(sizeof(ttl));
  std::memcpy(CMSG_DATA(note), &ttl, sizeof(ttl));
  for (int tries = 0; tries < most_tries; ++tries) {
    if (::sendmsg(socket.get(), &header, MSG_DONTWAIT) >= 0) return SendOutcome::sent;
    if (errno == EAGAIN || errno == ENOBUFS || errno == EINTR) return SendOutcome::full;
    if (errno == EPERM || errno == EACCES) return SendOutcome::refused;
  }
  return SendOutcome::refused;
}

// What is told of an ICMP error: its type and code, who sent it, and the transport part that it quotes, to which
// the kernel leaves extensions (RFC 4884) attached.
struct QueuedError {
  Family family;
  IpAddress probed;
  IpAddress local;
  const MessageNotes& notes;
  std::span<const std::uint8_t> quoted;
  std::size_t extensions_at;  // in `quoted`; its size where there are none
};

std::size_t extensions_offset(const sock_extended_err& error, std::size_t size) {
  const auto& rfc4884 = error.ee_rfc4884;
  const bool there = rfc4884.len != 0 && rfc4884.len <= size && (rfc4884.flags & SO_EE_RFC4884_FLAG_INVALID) == 0;
  return there ? rfc4884.len : size;
}

void assemble_error(std::vector<std::uint8_t>& packet, const QueuedError& queued) {
  const bool is_v4 = queued.family == Family::v4;
  const auto& error = *queued.notes.error;
  const auto header_size = is_v4 ? ipv4_header : ipv6_header;
  const auto protocol = icmp_protocol(queued.family);
  const bool extended = queued.extensions_at < queued.quoted.size();
  const PacketEnvelope envelope{.source = queued.notes.offender,
                                .destination = queued.local,
                                .protocol = protocol,
                                .ttl = queued.notes.ttl.value_or(0)};
  append_ip_header(packet, envelope, icmp_header + header_size + queued.quoted.size());
  const auto message = packet.size();
  packet.insert(packet.end(), icmp_header, 0);
  packet[message] = error.ee_type;
  packet[message + 1] = error.ee_code;
  // The length field of RFC 4884, section 4.1: words of 32 bits in IPv4, of 64 in IPv6.
  const auto length = static_cast<std::uint8_t>((header_size + queued.extensions_at) / (is_v4 ? 4 : 8));
  if (extended) packet[message + (is_v4 ? 5 : 4)] = length;
  if (error.ee_errno == EMSGSIZE) {
    packet[message + 6] = static_cast<std::uint8_t>(error.ee_info >> 8);
    packet[message + 7] = static_cast<std::uint8_t>(error.ee_info);
  }
  append_ip_header(packet, {.source = queued.local, .destination = queued.probed, .protocol = protocol, .ttl = 0},
                   queued.extensions_at);
  packet.insert(packet.end(), queued.quoted.begin(), queued.quoted.end());
  set_icmp_checksum(packet, message, envelope);
}

}  // namespace

Result<DatagramWire::PingSocket> DatagramWire::open_ping_socket(Family family) {
  const bool is_v4 = family == Family::v4;
  PingSocket ping;
  ping.socket = TRY(open_socket(family_number(family), SOCK_DGRAM, icmp_protocol(family)));
  const int level = is_v4 ? IPPROTO_IP : IPPROTO_IPV6;
  set_option(ping.socket, level, is_v4 ? IP_RECVERR : IPV6_RECVERR, 1);
  set_option(ping.socket, level, is_v4 ? IP_RECVERR_RFC4884 : IPV6_RECVERR_RFC4884, 1);
  set_option(ping.socket, level, is_v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
  set_option(ping.socket, level, is_v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, 1);
  prepare_for_receiving(ping.socket);
  // Binding to nothing in particular makes the kernel choose the identifier, which it calls a port.
  auto any = to_socket_address(is_v4 ? IpAddress::v4(0) : IpAddress{});
  if (::bind(ping.socket.get(), reinterpret_cast<const sockaddr*>(&any.storage), any.length) != 0 ||
      ::getsockname(ping.socket.get(), reinterpret_cast<sockaddr*>(&any.storage), &any.length) != 0)
    return fail(ErrorKind::unavailable, "the kernel gives no ICMP identifier");
  std::uint16_t port = 0;  // at the same place in both families
  std::memcpy(&port, reinterpret_cast<const std::uint8_t*>(&any.storage) + offsetof(sockaddr_in, sin_port),
              sizeof(port));
  ping.identifier = ntohs(port);
  return ping;
}

Result<std::unique_ptr<DatagramWire>> DatagramWire::open() {
  std::unique_ptr<DatagramWire> wire(new DatagramWire(TRY(WakeableWait::open())));
  auto v4 = open_ping_socket(Family::v4);
  auto v6 = open_ping_socket(Family::v6);
  if (!v4 && !v6) {
    if (v4.error().kind == ErrorKind::unavailable) return fail(ErrorKind::unavailable, std::string(how_to_mend));
    return std::unexpected(std::move(v4).error());
  }
  if (v4) wire->v4_ = *std::move(v4);
  if (v6) wire->v6_ = *std::move(v6);
  return wire;
}

WireTraits DatagramWire::traits() const {
  WireTraits traits{
      .name = "datagram", .sends_udp = false, .has_v4 = v4_.socket.is_open(), .has_v6 = v6_.socket.is_open()};
  if (traits.has_v4) traits.icmp_identifier_v4 = v4_.identifier;
  if (traits.has_v6) traits.icmp_identifier_v6 = v6_.identifier;
  return traits;
}

WireCounters DatagramWire::counters() const {
  auto counters = counters_;
  counters.receive_drops = v4_.drops.total() + v6_.drops.total();
  return counters;
}

// ---- out

Result<std::size_t> DatagramWire::send(std::span<const OutgoingPacket> packets, std::vector<std::size_t>& refused) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const auto& packet = packets[i];
    const auto& ping = packet.destination.is_v4() ? v4_ : v6_;
    const bool is_echo = packet.bytes.size() > (packet.destination.is_v4() ? ipv4_header : ipv6_header);
    const auto outcome = is_echo && ping.socket.is_open() ? send_echo(ping.socket, packet) : SendOutcome::refused;
    switch (outcome) {
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

std::size_t DatagramWire::read_replies(PingSocket& ping, std::span<IncomingPacket> packets) {
  const auto count = batch_.receive(ping.socket, packets.size(), 0);
  for (std::size_t i = 0; i < count; ++i) {
    const auto message = batch_.bytes(i);
    const auto notes = batch_.notes(i);
    ping.drops.saw(notes.drops);
    auto& packet = packets[i];
    packet.bytes.clear();
    packet.received_at = notes.received_at;
    packet.reconstructed = true;
    const auto from = batch_.address(i);
    const PacketEnvelope envelope{
        .source = from,
        .destination = notes.destination.value_or(from.is_v4() ? IpAddress::v4(0) : IpAddress{}),
        .protocol = icmp_protocol(from.family()),
        .ttl = notes.ttl.value_or(0)};
    append_ip_header(packet.bytes, envelope, message.size());
    const auto start = packet.bytes.size();
    packet.bytes.insert(packet.bytes.end(), message.begin(), message.end());
    if (message.size() >= icmp_header) set_icmp_checksum(packet.bytes, start, envelope);
  }
  return count;
}

std::size_t DatagramWire::read_errors(PingSocket& ping, std::span<IncomingPacket> packets) {
  const auto count = batch_.receive(ping.socket, packets.size(), MSG_ERRQUEUE);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto notes = batch_.notes(i);
    const auto probed = batch_.address(i);
    // The queue tells of our own machine's refusals too; those were seen when sending.
    if (notes.error == nullptr ||
        (notes.error->ee_origin != SO_EE_ORIGIN_ICMP && notes.error->ee_origin != SO_EE_ORIGIN_ICMP6))
      continue;
    auto& packet = packets[kept++];
    packet.bytes.clear();
    packet.received_at = notes.received_at;
    packet.reconstructed = true;
    const auto quoted = batch_.bytes(i);
    assemble_error(packet.bytes, {.family = probed.family(),
                                  .probed = probed,
                                  .local = notes.destination.value_or(probed.is_v4() ? IpAddress::v4(0) : IpAddress{}),
                                  .notes = notes,
                                  .quoted = quoted,
                                  .extensions_at = extensions_offset(*notes.error, quoted.size())});
  }
  return kept;
}

std::size_t DatagramWire::read_socket(PingSocket& ping, std::span<IncomingPacket> packets) {
  if (!ping.socket.is_open() || packets.empty()) return 0;
  const auto errors = read_errors(ping, packets);
  const auto count = errors < packets.size() ? errors + read_replies(ping, packets.subspan(errors)) : errors;
  counters_.packets_received += count;
  return count;
}

// When nothing is to be waited for the sockets are simply read; otherwise only those that have something are.
Result<std::size_t> DatagramWire::receive(std::span<IncomingPacket> packets, Instant until) {
  const std::array sockets{v4_.socket.get(), v6_.socket.get()};
  for (;;) {
    const bool waits = now() < until;
    const auto outcome = waits ? wait_.wait(sockets, until) : WakeableWait::Outcome{.readable = {true, true}};
    std::size_t count = 0;
    if (outcome.readable[0]) count += read_socket(v4_, packets);
    if (outcome.readable[1]) count += read_socket(v6_, packets.subspan(count));
    if (count > 0 || outcome.woken || !waits) return count;
  }
}

}  // namespace cw::platform
