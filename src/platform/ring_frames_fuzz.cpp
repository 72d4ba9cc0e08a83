// Any bytes as a block of a packet ring: the walk ends, and every packet lies inside the block.

#include "platform/ring_frames.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span block(data, size);
  cw::platform::RingFrames frames(block);
  // Offsets may overlap, but none leads back: there are no more frames than bytes.
  std::size_t count = 0;
  while (const auto frame = frames.next()) {
    const auto packet = frame->packet;
    if (packet.data() < data || packet.data() + packet.size() > data + size) std::abort();
    if (++count > size) std::abort();
  }
  return 0;
}
