#include "platform/ring_frames.hpp"

#include <gtest/gtest.h>
#include <linux/if_packet.h>

#include <cstring>
#include <vector>

namespace cw::platform {
namespace {

using Packet = std::vector<std::uint8_t>;

Packet packet_v4(std::uint8_t length, std::size_t size) {
  Packet packet(size, 0xee);
  packet[0] = 0x45;
  packet[2] = 0;
  packet[3] = length;
  return packet;
}

// A block as the kernel lays it out: its header, then frames one behind the other.
class Block {
 public:
  Block() { bytes_.resize(sizeof(tpacket_block_desc)); }

  void add(const Packet& packet, std::uint32_t whole_size) {
    frame_ = bytes_.size();
    tpacket3_hdr header{};
    header.tp_sec = 1000;
    header.tp_nsec = 77 + count_;
    header.tp_snaplen = static_cast<std::uint32_t>(packet.size());
    header.tp_len = whole_size;
    header.tp_net = sizeof header;
    const auto size = (sizeof header + packet.size() + 7) / 8 * 8;
    header.tp_next_offset = static_cast<std::uint32_t>(size);
    bytes_.resize(frame_ + size);
    std::memcpy(bytes_.data() + frame_, &header, sizeof header);
    std::memcpy(bytes_.data() + frame_ + sizeof header, packet.data(), packet.size());
    ++count_;
  }
  void add(const Packet& packet) { add(packet, static_cast<std::uint32_t>(packet.size())); }
  template <class Change>
  void change_last(const Change& change) {
    tpacket3_hdr header{};
    std::memcpy(&header, bytes_.data() + frame_, sizeof header);
    change(header);
    std::memcpy(bytes_.data() + frame_, &header, sizeof header);
  }
  std::vector<RingFrame> frames() {
    tpacket_block_desc description{};
    description.hdr.bh1.num_pkts = count_;
    description.hdr.bh1.offset_to_first_pkt = sizeof description;
    std::memcpy(bytes_.data(), &description, sizeof description);
    std::vector<RingFrame> frames;
    RingFrames walk(bytes_);
    while (const auto frame = walk.next()) frames.push_back(*frame);
    return frames;
  }

 private:
  Packet bytes_;
  std::size_t frame_ = 0;
  std::uint32_t count_ = 0;
};

TEST(RingFrames, every_frame_of_a_block_is_given_with_its_time) {
  Block block;
  block.add(packet_v4(40, 40));
  block.add(packet_v4(41, 41));
  const auto frames = block.frames();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].packet.size(), 40U);
  EXPECT_EQ(frames[1].packet.size(), 41U);
  EXPECT_EQ(frames[1].received_at, Instant(std::chrono::seconds(1000) + std::chrono::nanoseconds(78)));
}

TEST(RingFrames, what_fills_up_a_short_ethernet_frame_is_not_of_the_packet) {
  Block block;
  block.add(packet_v4(40, 46));
  Packet v6(60, 0);
  v6[0] = 0x60;
  v6[5] = 8;
  block.add(v6);
  const auto frames = block.frames();
  EXPECT_EQ(frames[0].packet.size(), 40U);
  EXPECT_EQ(frames[1].packet.size(), 48U);
}

TEST(RingFrames, a_frame_that_was_cut_short_is_left_out) {
  Block block;
  block.add(packet_v4(40, 40), 60);
  block.add(packet_v4(42, 42));
  const auto frames = block.frames();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].packet.size(), 42U);
}

TEST(RingFrames, offsets_that_lead_outside_the_block_are_not_followed) {
  for (int way = 0; way < 3; ++way) {
    Block block;
    block.add(packet_v4(40, 40));
    block.change_last([way](tpacket3_hdr& header) {
      if (way == 0) header.tp_net = 9999;
      if (way == 1) header.tp_snaplen = header.tp_len = 0xffff'fff0;
      if (way == 2) header.tp_next_offset = 0xffff'fff8;
    });
    const std::size_t own = way == 2 ? 1 : 0;
    block.add(packet_v4(42, 42));
    EXPECT_EQ(block.frames().size(), way == 2 ? own : 1U) << way;
  }
}

}  // namespace
}  // namespace cw::platform
