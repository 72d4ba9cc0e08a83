#pragma once

// The wire over raw sockets: whole packets out with IP_HDRINCL, every message that can answer a probe in, in
// batches, with the kernel's timestamps. Needs CAP_NET_RAW when it is opened, not after.

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "platform/raw_sender.hpp"
#include "platform/wire.hpp"
#include "platform/wire_socket.hpp"

namespace cw::platform {

class RawWire final : public Wire {
 public:
  // `unavailable` without the privilege, `invalid` as `check` says. One family is enough.
  static Result<std::unique_ptr<RawWire>> open(const WireOptions& options = {});

  [[nodiscard]] WireTraits traits() const override;
  [[nodiscard]] Instant now() const override { return wall_clock_now(); }
  Result<IpAddress> source_for(const IpAddress& destination) override { return sources_.find(destination); }
  Result<std::size_t> send(std::span<const OutgoingPacket> packets, std::vector<std::size_t>& refused) override {
    return sender_.send(packets, refused, counters_);
  }
  Result<std::size_t> receive(std::span<IncomingPacket> packets, Instant until) override;
  void rest(Instant until) override { static_cast<void>(wait_.wait({}, until)); }
  void wake() override { wait_.wake(); }
  [[nodiscard]] WireCounters counters() const override;

 private:
  struct Receiver {
    FileDescriptor socket;
    std::uint8_t protocol = 0;
    Family family = Family::v4;
    DropCount drops;
  };
  static constexpr std::size_t receiver_count = 4;

  RawWire(WakeableWait wait, RawSender sender, const WireOptions& options)
      : wait_(std::move(wait)),
        sender_(std::move(sender)),
        sources_(options),
        assembled_(MessageBatch::most_messages) {}
  Result<> open_receivers();
  [[nodiscard]] bool receives(Family family) const;

  std::size_t read(Receiver& receiver, std::span<IncomingPacket> packets, std::size_t first);

  WakeableWait wait_;
  RawSender sender_;
  std::array<Receiver, receiver_count> receivers_;  // ICMP and TCP of each family
  SourceFinder sources_;
  MessageBatch batch_;
  std::vector<std::vector<std::uint8_t>> assembled_;  // beside the batch: packets that came without their header
  WireCounters counters_;
};

}  // namespace cw::platform
