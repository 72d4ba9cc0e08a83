#pragma once

// Walks the frames of one block of a packet ring (packet_mmap.rst, "TPACKET_V3"). Pure: it is given the block's
// bytes, and believes no offset in them that leads outside.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/time.hpp"

namespace cw::platform {

struct RingFrame {
  std::span<const std::uint8_t> packet;  // from the IP header on, without what the link put behind it
  Instant received_at;
};

class RingFrames {
 public:
  RingFrames() = default;
  explicit RingFrames(std::span<const std::uint8_t> block);

  // The next one, or nothing at the end. A frame that was cut short is left out.
  std::optional<RingFrame> next();

 private:
  std::span<const std::uint8_t> block_;
  std::size_t offset_ = 0;
  std::uint32_t remaining_ = 0;
};

}  // namespace cw::platform
