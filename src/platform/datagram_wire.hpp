#pragma once

// The wire for those without privilege: ICMP "ping" sockets (SOCK_DGRAM, IPPROTO_ICMP and IPPROTO_ICMPV6), open
// to the groups in net.ipv4.ping_group_range, and UDP sockets. The former send echo requests only, under an
// identifier that the kernel chooses; ICMP errors come through the sockets' error queues. What arrives is put
// together again as packets.

#include <memory>
#include <utility>
#include <vector>

#include "platform/datagram_socket.hpp"
#include "platform/udp_probe_sockets.hpp"
#include "platform/wire.hpp"
#include "platform/wire_socket.hpp"

namespace cw::platform {

class DatagramWire final : public Wire {
 public:
  // `unavailable` where this user's groups may not, `invalid` as `check` says. One family is enough.
  static Result<std::unique_ptr<DatagramWire>> open(const WireOptions& options = {});

  [[nodiscard]] WireTraits traits() const override;
  [[nodiscard]] Instant now() const override { return wall_clock_now(); }
  Result<IpAddress> source_for(const IpAddress& destination) override { return sources_.find(destination); }
  Result<std::size_t> send(std::span<const OutgoingPacket> packets, std::vector<std::size_t>& refused) override;
  Result<std::size_t> receive(std::span<IncomingPacket> packets, Instant until) override;
  void wake() override { wait_.wake(); }
  [[nodiscard]] WireCounters counters() const override;

 private:
  struct PingSocket {
    FileDescriptor socket;
    std::uint16_t identifier = 0;
    DropCount drops;
  };

  DatagramWire(WakeableWait wait, UdpProbeSockets udp, const WireOptions& options)
      : wait_(std::move(wait)), udp_(std::move(udp)), sources_(options), assembled_(MessageBatch::most_messages) {}
  static Result<PingSocket> open_ping_socket(Family family, const WireOptions& options);

  SendOutcome send_one(const OutgoingPacket& packet);
  std::size_t read_replies(PingSocket& ping, std::span<IncomingPacket> packets, std::size_t first);
  std::size_t read_errors(PingSocket& ping, std::span<IncomingPacket> packets, std::size_t first);

  WakeableWait wait_;
  PingSocket v4_;
  PingSocket v6_;
  UdpProbeSockets udp_;
  SourceFinder sources_;
  MessageBatch batch_;
  std::vector<std::vector<std::uint8_t>> assembled_;  // the packets that the last `receive` gave out
  WireCounters counters_;
};

}  // namespace cw::platform
