#include "platform/raw_sender.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include "platform/packet_batch.hpp"

namespace cw::platform {
namespace {

Result<FileDescriptor> open_v4(const WireOptions& options) {
  auto socket = TRY(open_socket(AF_INET, SOCK_RAW, IPPROTO_RAW));
  // Without this the kernel says nothing of packets that the device's queue had no room for (raw(7)).
  set_option(socket, IPPROTO_IP, IP_RECVERR, 1);
  // Long probes are held to the device's MTU, not to what the kernel has heard of the path's.
  set_option(socket, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
  TRY(apply(options, Family::v4, socket));
  return socket;
}

Result<FileDescriptor> open_v6(const WireOptions& options) {
  auto socket = TRY(open_socket(AF_INET6, SOCK_RAW, IPPROTO_RAW));
  set_option(socket, IPPROTO_IPV6, IPV6_HDRINCL, 1);
  set_option(socket, IPPROTO_IPV6, IPV6_RECVERR, 1);
  set_option(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
  TRY(apply(options, Family::v6, socket));
  return socket;
}

}  // namespace

Result<RawSender> RawSender::open(const WireOptions& options) {
  RawSender sender;
  auto v4 = open_v4(options);
  auto v6 = open_v6(options);
  if (!v4 && !v6) return std::unexpected(std::move(v4).error());
  if (v4) sender.v4_ = *std::move(v4);
  if (v6) sender.v6_ = *std::move(v6);
  return sender;
}

std::size_t RawSender::send(std::span<const OutgoingPacket> packets, std::vector<std::size_t>& refused,
                            WireCounters& counters) {
  PacketBatch<SocketAddress> batch;
  std::size_t taken = 0;
  while (taken < packets.size()) {
    // A run of packets of one family, as each family has its socket.
    const auto family = packets[taken].destination.family();
    batch.clear();
    for (std::size_t i = taken; i < packets.size() && !batch.is_full(); ++i) {
      if (packets[i].destination.family() != family) break;
      const auto address = to_socket_address(packets[i].destination);
      batch.add(packets[i], address, address.length);
    }
    const int sent = batch.send(socket(family));
    if (sent > 0) {
      taken += static_cast<std::size_t>(sent);
      counters.packets_sent += static_cast<std::uint64_t>(sent);
    } else if (buffer_is_full(errno)) {
      return taken;
    } else {
      ++counters.send_errors;
      refused.push_back(taken++);
    }
  }
  return taken;
}

}  // namespace cw::platform
