#include "platform/ring_frames.hpp"

#include <linux/if_packet.h>

#include <algorithm>
#include <cstring>

namespace cw::platform {
namespace {

template <class T>
std::optional<T> read_at(std::span<const std::uint8_t> bytes, std::size_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// Behind a short packet lies what fills the link's shortest frame (IEEE 802.3, section 3.2.8). The packet itself
// says how long it is; what claims to be longer than what came is left for the reader to refuse.
std::span<const std::uint8_t> without_padding(std::span<const std::uint8_t> packet) {
  constexpr std::size_t ipv6_header = 40;
  const bool is_v6 = !packet.empty() && packet[0] >> 4 == 6;
  const std::size_t at = is_v6 ? 4 : 2;
  if (packet.size() < at + 2) return packet;
  const std::size_t field = static_cast<std::size_t>(packet[at]) << 8 | packet[at + 1];
  return packet.first(std::min(packet.size(), is_v6 ? ipv6_header + field : field));
}

}  // namespace

RingFrames::RingFrames(std::span<const std::uint8_t> block) : block_(block) {
  const auto header = read_at<tpacket_block_desc>(block, 0);
  if (!header) return;
  offset_ = header->hdr.bh1.offset_to_first_pkt;
  remaining_ = header->hdr.bh1.num_pkts;
}

std::optional<RingFrame> RingFrames::next() {
  while (remaining_ > 0) {
    const auto start = offset_;
    const auto header = read_at<tpacket3_hdr>(block_, start);
    --remaining_;
    // The offset of the next one is 0 at the last.
    if (!header || header->tp_next_offset == 0) remaining_ = 0;
    if (!header) return std::nullopt;
    offset_ = start + header->tp_next_offset;
    const auto frame = block_.subspan(start);
    const bool is_whole = header->tp_snaplen == header->tp_len && header->tp_net <= frame.size() &&
                          header->tp_snaplen <= frame.size() - header->tp_net;
    if (!is_whole) continue;
    return RingFrame{
        .packet = without_padding(frame.subspan(header->tp_net, header->tp_snaplen)),
        .received_at = Instant(std::chrono::seconds(header->tp_sec) + std::chrono::nanoseconds(header->tp_nsec))};
  }
  return std::nullopt;
}

}  // namespace cw::platform
