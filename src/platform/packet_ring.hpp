#pragma once

// Packets of one family as the kernel lays them into memory that is shared with it (AF_PACKET, TPACKET_V3): no
// system call, no copy and no wake-up for each. The kernel hands over blocks, full ones at once and others about
// a millisecond after their first packet.
//
// The socket asks for IP by its protocol number. So it sees a packet once, at the interface that it is for, also
// where a bridge, a bond or a VLAN lies upon the interface that it came in by.

#include <memory>
#include <span>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "platform/file_descriptor.hpp"
#include "platform/ring_frames.hpp"
#include "platform/wire.hpp"

namespace cw::platform {

struct PacketRingOptions {
  Family family = Family::v4;
  std::uint32_t interface = 0;  // 0: all
  // A reply takes about 200 bytes: 50 ms of 200,000 replies a second. No page of it is swapped, and all of it counts
  // as ours.
  std::size_t bytes = std::size_t{2} << 20;
};

struct UnmapRing {
  std::size_t size = 0;
  void operator()(std::uint8_t* memory) const;
};

class PacketRing {
 public:
  // The socket, with its filter. `unavailable` without CAP_NET_RAW. Nothing is received yet.
  static Result<PacketRing> open(const PacketRingOptions& options);
  // Takes the memory and begins to receive; needs no privilege. Once is enough.
  Result<> start();
  [[nodiscard]] bool is_started() const { return memory_ != nullptr; }

  // The packets that are there, to the front of `packets`; they stay where they are until the next call.
  std::size_t take(std::span<IncomingPacket> packets);
  [[nodiscard]] int descriptor() const { return is_started() ? socket_.get() : -1; }
  // To be called when the descriptor was readable and nothing was there: forgets an error that waits, such as an
  // interface that went down, which would keep it readable.
  void clear_error();
  // Packets for which the ring had no room.
  [[nodiscard]] std::uint64_t drops() const { return drops_; }

 private:
  explicit PacketRing(const PacketRingOptions& options) : options_(options) {}
  [[nodiscard]] std::uint8_t* block(std::size_t index) const;
  bool open_block();
  void give_back(std::size_t count);
  void count_drops();

  PacketRingOptions options_;
  FileDescriptor socket_;
  std::unique_ptr<std::uint8_t, UnmapRing> memory_;
  std::size_t block_count_ = 0;
  std::size_t first_ = 0;  // the oldest block that is ours
  std::size_t held_ = 0;   // so many are, the one that is being read among them
  bool is_reading_ = false;
  RingFrames frames_;  // of the newest of them
  std::uint64_t drops_ = 0;
};

}  // namespace cw::platform
