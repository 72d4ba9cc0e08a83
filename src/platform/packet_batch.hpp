#pragma once

// Whole packets for one sendmmsg, each with its address and with the zeros that make it long. Nothing is copied.

#include <sys/socket.h>

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "platform/file_descriptor.hpp"
#include "platform/wire.hpp"
#include "platform/wire_socket.hpp"

namespace cw::platform {

template <class Address>
class PacketBatch {
 public:
  // As many as the engine makes in one go.
  static constexpr std::size_t most_packets = 64;

  void clear() { count_ = 0; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool is_full() const { return count_ == most_packets; }

  // The packet's bytes have to outlive the sending.
  void add(const OutgoingPacket& packet, const Address& address, socklen_t address_size) {
    assert(!is_full());
    auto& parts = parts_[count_];
    parts[0] = {.iov_base = const_cast<std::uint8_t*>(packet.bytes.data()), .iov_len = packet.bytes.size()};
    parts[1] = {.iov_base = const_cast<std::uint8_t*>(zero_bytes(packet.zeros).data()), .iov_len = packet.zeros};
    addresses_[count_] = address;
    headers_[count_].msg_hdr = {.msg_name = &addresses_[count_],
                                .msg_namelen = address_size,
                                .msg_iov = parts.data(),
                                .msg_iovlen = packet.zeros == 0 ? std::size_t{1} : parts.size(),
                                .msg_control = nullptr,
                                .msg_controllen = 0,
                                .msg_flags = 0};
    ++count_;
  }

  // How many went, in order; -1 with errno where not even the first did. Never waits.
  int send(const FileDescriptor& socket) {
    return ::sendmmsg(socket.get(), headers_.data(), static_cast<unsigned>(count_), MSG_DONTWAIT);
  }

 private:
  // Left as they are: `add` fills what is used, and a thousand bytes a batch are not cleared for nothing.
  std::array<Address, most_packets> addresses_;
  std::array<std::array<iovec, 2>, most_packets> parts_;
  std::array<mmsghdr, most_packets> headers_;
  std::size_t count_ = 0;
};

}  // namespace cw::platform
