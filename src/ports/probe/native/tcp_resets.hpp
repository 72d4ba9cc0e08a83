#pragma once

// What a SYN began has to be ended: a host that sent a SYN-ACK keeps the connection half open until it gives up,
// minutes later. The kernel of this machine answers a SYN-ACK that no socket waits for with a RST (RFC 9293, section
// 3.10.7.1), but not where a packet filter takes the SYN-ACK away first, and there is none behind a simulated wire.
// So every SYN-ACK gets a RST of ours; a second one does no harm.

#include <cstddef>
#include <vector>

#include "core/result.hpp"
#include "platform/wire.hpp"
#include "ports/probe/native/probe_decoder.hpp"
#include "ports/probe/native/probe_encoder.hpp"

namespace cw::probe {

class TcpResets {
 public:
  // As many SYN-ACKs as are taken in between two sendings. Beyond that the kernel's RST has to do.
  static constexpr std::size_t most_waiting = 256;

  // What a SYN-ACK that is proved to answer us left half open.
  void add(const ProbeReply& reply, const CookieKey& key);
  // Returns how many went out. What the wire has no room for waits for the next call.
  Result<std::size_t> send(platform::Wire& wire);

 private:
  struct Reset {
    IpAddress destination;
    ProbeBuffer bytes;
    std::size_t size = 0;
  };
  std::vector<Reset> waiting_;
};

}  // namespace cw::probe
