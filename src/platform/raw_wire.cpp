#include "platform/raw_wire.hpp"

#include <linux/icmp.h>
#include <netinet/icmp6.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "platform/packet_assembly.hpp"

namespace cw::platform {
namespace {

// As many as the engine makes in one go.
constexpr std::size_t most_sent_at_once = 64;

constexpr std::string_view how_to_mend =
    "raw sockets need CAP_NET_RAW: run `sudo setcap cap_net_raw+ep` on the cyberwatch binary, start it as root, or "
    "allow unprivileged ping with `sysctl net.ipv4.ping_group_range=\"0 2147483647\"`";

// Only messages that can answer a probe are delivered.
void filter_icmp_v4(const FileDescriptor& socket) {
  constexpr std::array wanted{ICMP_ECHOREPLY, ICMP_DEST_UNREACH, ICMP_TIME_EXCEEDED, ICMP_PARAMETERPROB};
  icmp_filter filter{.data = ~std::uint32_t{0}};
  for (const int type : wanted) filter.data &= ~(std::uint32_t{1} << type);
  ::setsockopt(socket.get(), SOL_RAW, ICMP_FILTER, &filter, sizeof(filter));
}

void filter_icmp_v6(const FileDescriptor& socket) {
  icmp6_filter filter;
  ICMP6_FILTER_SETBLOCKALL(&filter);
  for (const int type :
       {ICMP6_DST_UNREACH, ICMP6_PACKET_TOO_BIG, ICMP6_TIME_EXCEEDED, ICMP6_PARAM_PROB, ICMP6_ECHO_REPLY})
    ICMP6_FILTER_SETPASS(static_cast<unsigned>(type), &filter);
  ::setsockopt(socket.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter));
}

bool buffer_is_full(int error) { return error == EAGAIN || error == ENOBUFS || error == EINTR; }

}  // namespace

Result<RawWire::Sockets> RawWire::open_v4() {
  Sockets sockets;
  sockets.send = TRY(open_socket(AF_INET, SOCK_RAW, IPPROTO_RAW));
  sockets.receive = TRY(open_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  // Without this the kernel says nothing of packets that the device's queue had no room for (raw(7)).
  set_option(sockets.send, IPPROTO_IP, IP_RECVERR, 1);
  filter_icmp_v4(sockets.receive);
  prepare_for_receiving(sockets.receive);
  return sockets;
}

Result<RawWire::Sockets> RawWire::open_v6() {
  Sockets sockets;
  sockets.send = TRY(open_socket(AF_INET6, SOCK_RAW, IPPROTO_RAW));
  sockets.receive = TRY(open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
  set_option(sockets.send, IPPROTO_IPV6, IPV6_HDRINCL, 1);
  set_option(sockets.send, IPPROTO_IPV6, IPV6_RECVERR, 1);
  set_option(sockets.receive, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  set_option(sockets.receive, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  filter_icmp_v6(sockets.receive);
  prepare_for_receiving(sockets.receive);
  return sockets;
}

Result<std::unique_ptr<RawWire>> RawWire::open() {
  std::unique_ptr<RawWire> wire(new RawWire(TRY(WakeableWait::open())));
  auto v4 = open_v4();
  auto v6 = open_v6();
  if (!v4 && !v6) {
    if (v4.error().kind == ErrorKind::unavailable) return fail(ErrorKind::unavailable, std::string(how_to_mend));
    return std::unexpected(std::move(v4).error());
  }
  if (v4) wire->v4_ = *std::move(v4);
  if (v6) wire->v6_ = *std::move(v6);
  return wire;
}

WireTraits RawWire::traits() const { return {.name = "raw", .has_v4 = v4_.are_open(), .has_v6 = v6_.are_open()}; }

WireCounters RawWire::counters() const {
  auto counters = counters_;
  counters.receive_drops = v4_.drops.total() + v6_.drops.total();
  return counters;
}

// ---- out

Result<std::size_t> RawWire::send(std::span<const OutgoingPacket> packets, std::vector<std::size_t>& refused) {
  std::array<SocketAddress, most_sent_at_once> addresses;
  std::array<iovec, most_sent_at_once> vectors;
  std::array<mmsghdr, most_sent_at_once> headers{};
  std::size_t taken = 0;
  while (taken < packets.size()) {
    // A run of packets of one family, as each family has its socket.
    const bool is_v4 = packets[taken].destination.is_v4();
    std::size_t count = 0;
    while (count < most_sent_at_once && taken + count < packets.size() &&
           packets[taken + count].destination.is_v4() == is_v4) {
      const auto& packet = packets[taken + count];
      addresses[count] = to_socket_address(packet.destination);
      vectors[count] = {.iov_base = const_cast<std::uint8_t*>(packet.bytes.data()), .iov_len = packet.bytes.size()};
      headers[count] = {};
      headers[count].msg_hdr.msg_name = &addresses[count].storage;
      headers[count].msg_hdr.msg_namelen = addresses[count].length;
      headers[count].msg_hdr.msg_iov = &vectors[count];
      headers[count].msg_hdr.msg_iovlen = 1;
      ++count;
    }
    const auto& sockets = is_v4 ? v4_ : v6_;
    const int sent = ::sendmmsg(sockets.send.get(), headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    if (sent > 0) {
      taken += static_cast<std::size_t>(sent);
      counters_.packets_sent += static_cast<std::uint64_t>(sent);
    } else if (buffer_is_full(errno)) {
      return taken;
    } else {
      ++counters_.send_errors;
      refused.push_back(taken++);
    }
  }
  return taken;
}

// ---- in

std::size_t RawWire::read_socket(Sockets& sockets, std::span<IncomingPacket> packets) {
  if (!sockets.are_open() || packets.empty()) return 0;
  const bool is_v4 = &sockets == &v4_;
  const auto count = batch_.receive(sockets.receive, packets.size(), 0);
  for (std::size_t i = 0; i < count; ++i) {
    const auto bytes = batch_.bytes(i);
    const auto notes = batch_.notes(i);
    sockets.drops.saw(notes.drops);
    auto& packet = packets[i];
    packet.bytes.clear();
    packet.received_at = notes.received_at;
    packet.reconstructed = false;
    if (!is_v4)
      append_ip_header(packet.bytes,
                       {.source = batch_.address(i),
                        .destination = notes.destination.value_or(IpAddress{}),
                        .protocol = IPPROTO_ICMPV6,
                        .ttl = notes.ttl.value_or(0)},
                       bytes.size());
    packet.bytes.insert(packet.bytes.end(), bytes.begin(), bytes.end());
  }
  counters_.packets_received += count;
  return count;
}

// When nothing is to be waited for the sockets are simply read; otherwise only those that have something are.
Result<std::size_t> RawWire::receive(std::span<IncomingPacket> packets, Instant until) {
  const std::array sockets{v4_.receive.get(), v6_.receive.get()};
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
