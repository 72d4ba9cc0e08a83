#pragma once

// Puts an ICMP error together again from what a socket's error queue tells of it (ip(7), IP_RECVERR): its type and
// code, who sent it, and the end of the packet that it quotes, to which the kernel leaves extensions (RFC 4884)
// attached.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ip_address.hpp"
#include "platform/wire_socket.hpp"

namespace cw::platform {

struct QueuedError {
  const MessageNotes& notes;  // with its error
  IpAddress probed;
  std::uint8_t protocol = 0;  // of the probe
  std::uint16_t identification = 0;
  std::span<const std::uint8_t> quoted;  // from the probe's transport header on
  std::size_t extensions_at = 0;         // in `quoted`; its size where there are none
};

// The error came from the network, not from this machine.
bool is_from_network(const MessageNotes& notes);
// Where the extensions begin in what the kernel hands out; `size` where there are none.
std::size_t extensions_offset(const MessageNotes& notes, std::size_t size);

// Appends the whole packet.
void append_error(std::vector<std::uint8_t>& packet, const QueuedError& queued);

}  // namespace cw::platform
