#pragma once

// The wire over raw sockets: whole packets out with IP_HDRINCL, every ICMP message that this machine gets in,
// in batches, with the kernel's timestamps. Needs CAP_NET_RAW when it is opened, not after.

#include <memory>
#include <vector>

#include "platform/wire.hpp"
#include "platform/wire_socket.hpp"

namespace cw::platform {

class RawWire final : public Wire {
 public:
  // `unavailable` without the privilege. One family is enough.
  static Result<std::unique_ptr<RawWire>> open();

  [[nodiscard]] WireTraits traits() const override;
  [[nodiscard]] Instant now() const override { return wall_clock_now(); }
  Result<IpAddress> source_for(const IpAddress& destination) override { return sources_.find(destination); }
  Result<std::size_t> send(std::span<const OutgoingPacket> packets, std::vector<std::size_t>& refused) override;
  Result<std::size_t> receive(std::span<IncomingPacket> packets, Instant until) override;
  void wake() override { wait_.wake(); }
  [[nodiscard]] WireCounters counters() const override;

 private:
  struct Sockets {
    FileDescriptor send;
    FileDescriptor receive;
    DropCount drops;
    [[nodiscard]] bool are_open() const { return send.is_open() && receive.is_open(); }
  };

  explicit RawWire(WakeableWait wait) : wait_(std::move(wait)) {}
  static Result<Sockets> open_v4();
  static Result<Sockets> open_v6();

  std::size_t read_socket(Sockets& sockets, std::span<IncomingPacket> packets);

  Sockets v4_;
  Sockets v6_;
  WakeableWait wait_;
  SourceFinder sources_;
  MessageBatch batch_;
  WireCounters counters_;
};

}  // namespace cw::platform
