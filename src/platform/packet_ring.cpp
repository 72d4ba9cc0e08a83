#include "platform/packet_ring.hpp"

#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "platform/reply_filter.hpp"
#include "platform/wire_socket.hpp"

namespace cw::platform {
namespace {

// Small, so that a trickle of replies, each of which closes a block, does not soon use up all blocks; large enough
// for a jumbo frame.
constexpr std::size_t block_bytes = 16 << 10;
constexpr unsigned block_milliseconds = 1;

std::unexpected<Error> refused(std::string_view what) {
  return fail(ErrorKind::unavailable, fmt::format("cannot {}: {}", what, ::strerrordesc_np(errno)));
}

tpacket_req3 layout(std::size_t bytes) {
  tpacket_req3 request{};
  request.tp_block_size = block_bytes;
  request.tp_block_nr = static_cast<unsigned>(bytes / block_bytes);
  // Frames are as long as they are; the kernel only wants the numbers to fit.
  request.tp_frame_size = block_bytes;
  request.tp_frame_nr = request.tp_block_nr;
  request.tp_retire_blk_tov = block_milliseconds;
  return request;
}

// The status word is the lock: the kernel's writes to the block come before its own change.
std::atomic_ref<std::uint32_t> status_of(std::uint8_t* block) {
  return std::atomic_ref(reinterpret_cast<tpacket_block_desc*>(block)->hdr.bh1.block_status);
}

}  // namespace

void UnmapRing::operator()(std::uint8_t* memory) const { ::munmap(memory, size); }

Result<PacketRing> PacketRing::open(const PacketRingOptions& options) {
  PacketRing ring(options);
  // Without a protocol it receives nothing: not before its filter is there, and not before it is started.
  ring.socket_ = TRY(open_socket(AF_PACKET, SOCK_DGRAM, 0));
  const auto place = options.family == Family::v4 ? FilterPlace::ipv4_header : FilterPlace::ipv6_header;
  if (!attach(reply_filter(place), ring.socket_)) return refused("set a packet filter");
  if (!set_option(ring.socket_, SOL_PACKET, PACKET_VERSION, TPACKET_V3)) return refused("use packet rings");
  set_option(ring.socket_, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
  // Makes the kernel note the time when a packet comes in, not when it is laid into the ring.
  set_option(ring.socket_, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  return ring;
}

Result<> PacketRing::start() {
  if (is_started()) return {};
  const auto request = layout(options_.bytes);
  if (::setsockopt(socket_.get(), SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0)
    return refused("get memory for a packet ring");
  const auto size = std::size_t{request.tp_block_nr} * block_bytes;
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, socket_.get(), 0);
  if (memory == MAP_FAILED) return refused("map a packet ring");
  std::unique_ptr<std::uint8_t, UnmapRing> mapped(static_cast<std::uint8_t*>(memory), UnmapRing{size});
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(options_.family == Family::v4 ? ETH_P_IP : ETH_P_IPV6);
  address.sll_ifindex = static_cast<int>(options_.interface);
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return refused("receive from a packet ring");
  block_count_ = request.tp_block_nr;
  memory_ = std::move(mapped);
  return {};
}

std::uint8_t* PacketRing::block(std::size_t index) const {
  return memory_.get() + (index % block_count_) * block_bytes;
}

// The next block, where the kernel has handed it over.
bool PacketRing::open_block() {
  if (held_ == block_count_) return false;
  auto* next = block(first_ + held_);
  const auto status = status_of(next).load(std::memory_order_acquire);
  if ((status & TP_STATUS_USER) == 0) return false;
  if ((status & TP_STATUS_LOSING) != 0) count_drops();
  frames_ = RingFrames({next, block_bytes});
  ++held_;
  return true;
}

void PacketRing::give_back(std::size_t count) {
  for (; count > 0; --count, --held_) {
    status_of(block(first_)).store(TP_STATUS_KERNEL, std::memory_order_release);
    first_ = (first_ + 1) % block_count_;
  }
}

std::size_t PacketRing::take(std::span<IncomingPacket> packets) {
  if (!is_started()) return 0;
  give_back(held_ - (is_reading_ ? 1 : 0));
  std::size_t count = 0;
  while (count < packets.size() && (is_reading_ || open_block())) {
    const auto frame = frames_.next();
    is_reading_ = frame.has_value();
    if (frame) packets[count++] = {.bytes = frame->packet, .received_at = frame->received_at};
  }
  return count;
}

void PacketRing::clear_error() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
}

// Asking sets the kernel's count back to nothing, and ends its marking of blocks.
void PacketRing::count_drops() {
  tpacket_stats_v3 statistics{};
  socklen_t size = sizeof statistics;
  if (::getsockopt(socket_.get(), SOL_PACKET, PACKET_STATISTICS, &statistics, &size) == 0)
    drops_ += statistics.tp_drops;
}

}  // namespace cw::platform
