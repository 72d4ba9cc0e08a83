#pragma once

// Whole packets out through raw sockets with IP_HDRINCL: the kernel finds the way, resolves neighbours and obeys
// every rule of the machine.

#include <span>
#include <vector>

#include "platform/wire.hpp"
#include "platform/wire_socket.hpp"

namespace cw::platform {

class RawSender {
 public:
  // `unavailable` without CAP_NET_RAW. One family is enough.
  static Result<RawSender> open(const WireOptions& options);

  [[nodiscard]] bool has(Family family) const { return socket(family).is_open(); }
  // As Wire::send; counts what was sent and what was refused.
  std::size_t send(std::span<const OutgoingPacket> packets, std::vector<std::size_t>& refused, WireCounters& counters);

 private:
  [[nodiscard]] const FileDescriptor& socket(Family family) const { return family == Family::v4 ? v4_ : v6_; }

  FileDescriptor v4_;
  FileDescriptor v6_;
};

}  // namespace cw::platform
