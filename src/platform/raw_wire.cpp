#include "platform/raw_wire.hpp"

#include <linux/icmp.h>
#include <netinet/icmp6.h>

#include <algorithm>
#include <array>

#include "platform/packet_assembly.hpp"
#include "platform/reply_filter.hpp"

namespace cw::platform {
namespace {

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

// Without its filter a TCP socket would hand over every segment of the machine: then there is none.
Result<FileDescriptor> open_receiver(Family family, std::uint8_t protocol) {
  auto socket = TRY(open_socket(family_number(family), SOCK_RAW, protocol));
  if (protocol == IPPROTO_ICMP) filter_icmp_v4(socket);
  if (protocol == IPPROTO_ICMPV6) filter_icmp_v6(socket);
  const auto place = family == Family::v4 ? FilterPlace::ipv4_header : FilterPlace::tcp_header;
  if (protocol == IPPROTO_TCP && !attach(reply_filter(place), socket))
    return fail(ErrorKind::unsupported, "this kernel takes no packet filter");
  if (family == Family::v6) {
    set_option(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
    set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  }
  prepare_for_receiving(socket);
  return socket;
}

}  // namespace

Result<std::unique_ptr<RawWire>> RawWire::open(const WireOptions& options) {
  TRY(check(options));
  auto sender = RawSender::open(options);
  if (!sender && sender.error().kind == ErrorKind::unavailable && options.interface.empty())
    return fail(ErrorKind::unavailable, std::string(how_to_mend));
  if (!sender) return std::unexpected(std::move(sender).error());
  std::unique_ptr<RawWire> wire(new RawWire(TRY(WakeableWait::open()), *std::move(sender), options));
  TRY(wire->open_receivers());
  return wire;
}

Result<> RawWire::open_receivers() {
  receivers_[0] = {.protocol = IPPROTO_ICMP, .family = Family::v4};
  receivers_[1] = {.protocol = IPPROTO_TCP, .family = Family::v4};
  receivers_[2] = {.protocol = IPPROTO_ICMPV6, .family = Family::v6};
  receivers_[3] = {.protocol = IPPROTO_TCP, .family = Family::v6};
  for (auto& receiver : receivers_)
    if (auto socket = open_receiver(receiver.family, receiver.protocol)) receiver.socket = *std::move(socket);
  if (receives(Family::v4) || receives(Family::v6)) return {};
  return fail(ErrorKind::unavailable, std::string(how_to_mend));
}

bool RawWire::receives(Family family) const { return receivers_[family == Family::v4 ? 0 : 2].socket.is_open(); }

WireTraits RawWire::traits() const {
  return {.name = "raw",
          .sends_tcp = receivers_[1].socket.is_open() || receivers_[3].socket.is_open(),
          .has_v4 = sender_.has(Family::v4) && receives(Family::v4),
          .has_v6 = sender_.has(Family::v6) && receives(Family::v6)};
}

WireCounters RawWire::counters() const {
  auto counters = counters_;
  for (const auto& receiver : receivers_) counters.receive_drops += receiver.drops.total();
  return counters;
}

std::size_t RawWire::read(Receiver& receiver, std::span<IncomingPacket> packets, std::size_t first) {
  const auto count = batch_.receive(receiver.socket, first, packets.size() - first, 0);
  for (std::size_t i = first; i < first + count; ++i) {
    const auto bytes = batch_.bytes(i);
    const auto notes = batch_.notes(i);
    receiver.drops.saw(notes.drops);
    packets[i] = {.bytes = bytes, .received_at = notes.received_at};
    if (receiver.family == Family::v4) continue;
    auto& assembled = assembled_[i];
    assembled.clear();
    append_ip_header(assembled,
                     {.source = batch_.address(i),
                      .destination = notes.destination.value_or(IpAddress{}),
                      .protocol = receiver.protocol,
                      .ttl = notes.ttl.value_or(0)},
                     bytes.size());
    assembled.insert(assembled.end(), bytes.begin(), bytes.end());
    packets[i].bytes = assembled;
  }
  return count;
}

Result<std::size_t> RawWire::receive(std::span<IncomingPacket> packets, Instant until) {
  std::array<int, receiver_count> sockets{};
  std::ranges::transform(receivers_, sockets.begin(), [](const Receiver& receiver) { return receiver.socket.get(); });
  const auto count = wait_.read_until(sockets, until, [&](const WakeableWait::Readable& readable) {
    std::size_t taken = 0;
    for (std::size_t i = 0; i < receiver_count; ++i)
      if (readable[i]) taken += read(receivers_[i], packets, taken);
    return taken;
  });
  counters_.packets_received += count;
  return count;
}

}  // namespace cw::platform
