#pragma once

// The fastest wire: packets leave beside the kernel's IP output path through one packet socket, straight to their
// next hop, and what can answer a probe is read out of rings that the kernel fills. Needs CAP_NET_RAW when it is
// opened, not after: the socket sends on interfaces that appear later too.
//
// What leaves so is not seen by the machine's own output filter, address translation and IPsec policy.

#include <memory>
#include <vector>

#include "platform/next_hops.hpp"
#include "platform/packet_ring.hpp"
#include "platform/raw_sender.hpp"
#include "platform/wire.hpp"
#include "platform/wire_socket.hpp"

struct sockaddr_ll;

namespace cw::platform {

template <class Address>
class PacketBatch;

class RingWire final : public Wire {
 public:
  // `unavailable` without the privilege, `invalid` as `check` says. The memory for a family is taken when the
  // family is first used.
  static Result<std::unique_ptr<RingWire>> open(const WireOptions& options = {},
                                                std::size_t ring_bytes = PacketRingOptions{}.bytes);

  [[nodiscard]] WireTraits traits() const override;
  [[nodiscard]] Instant now() const override { return wall_clock_now(); }
  Result<IpAddress> source_for(const IpAddress& destination) override;
  Result<std::size_t> send(std::span<const OutgoingPacket> packets, std::vector<std::size_t>& refused) override;
  Result<std::size_t> receive(std::span<IncomingPacket> packets, Instant until) override;
  void rest(Instant until) override { static_cast<void>(wait_.wait({}, until)); }
  void wake() override { wait_.wake(); }
  [[nodiscard]] WireCounters counters() const override;

  ~RingWire() override;

 private:
  enum class Outcome : std::uint8_t { sent, full, refused };
  using Batch = PacketBatch<sockaddr_ll>;
  struct Parts {
    WakeableWait wait;
    NextHops hops;
    RawSender sender;
    FileDescriptor socket;
    PacketRing v4;
    PacketRing v6;
  };

  explicit RingWire(Parts parts);
  [[nodiscard]] PacketRing& ring(Family family) { return family == Family::v4 ? v4_ : v6_; }
  Result<std::size_t> gather(std::span<const OutgoingPacket> packets);
  Outcome send_by_kernel(const OutgoingPacket& packet);
  bool is_to_wait_for(WayOut& way) const;
  std::size_t take(std::span<IncomingPacket> packets);

  WakeableWait wait_;
  NextHops hops_;
  RawSender sender_;
  FileDescriptor socket_;  // sends; receives nothing
  PacketRing v4_;
  PacketRing v6_;
  std::unique_ptr<Batch> batch_;
  std::vector<std::size_t> refused_by_kernel_;
  WireCounters counters_;
};

}  // namespace cw::platform
