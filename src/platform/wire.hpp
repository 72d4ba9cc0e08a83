#pragma once

// The seam between the probing engine and the network: whole IP packets out in batches, whole IP packets in
// until an instant. Raw sockets, unprivileged datagram sockets and the simulated Internet stand behind it.
// A wire is used by one thread.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace cw::platform {

// One whole IP packet, header included, with valid checksums. An IPv4 header may leave its source at
// 0.0.0.0 and its checksum at 0: the wire fills both. IPv6 packets are complete.
struct OutgoingPacket {
  IpAddress destination;
  std::span<const std::uint8_t> bytes;
  // So many bytes of zero follow `bytes` and belong to the packet: what makes a probe long need not be copied.
  std::uint16_t zeros = 0;
};

struct IncomingPacket {
  // One whole IP packet. It lies where the wire received it, and stays there until the next `receive`.
  std::span<const std::uint8_t> bytes;
  Instant received_at;  // kernel timestamp where there is one
  // The wire put the packet together from what the kernel told it (socket error queue). The addresses, ICMP
  // type, code and quoted transport header are true; the quoted TTL is not known.
  bool reconstructed = false;
};

struct WireCounters {
  std::uint64_t packets_sent = 0;
  std::uint64_t send_errors = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t receive_drops = 0;  // lost in our own socket buffers, as the kernel counted them
};

struct WireTraits {
  std::string_view name;  // "ring", "raw", "datagram", "simulated"
  bool sends_udp = true;
  bool sends_tcp = true;
  // What cannot be seen through this wire, in one line for people; empty where that is nothing.
  std::string_view limits = {};
  // The ICMP identifier that the kernel puts into every echo request, where it insists on one.
  std::optional<std::uint16_t> icmp_identifier_v4;
  std::optional<std::uint16_t> icmp_identifier_v6;
  bool has_v4 = true;
  bool has_v6 = true;
};

class Wire {
 public:
  virtual ~Wire() = default;

  [[nodiscard]] virtual WireTraits traits() const = 0;
  // The clock that `received_at` and `until` are told by.
  [[nodiscard]] virtual Instant now() const = 0;
  // The local address that packets to `destination` leave from; `unavailable` without a route.
  virtual Result<IpAddress> source_for(const IpAddress& destination) = 0;
  // Sends the packets in order and returns how many the kernel took before its buffer was full. A packet
  // that it refuses for good (no route, no permission for that address) counts as taken and as a send error;
  // the index of each such packet is appended to `refused`.
  virtual Result<std::size_t> send(std::span<const OutgoingPacket> packets, std::vector<std::size_t>& refused) = 0;
  // Waits until packets are there or `until` has come or `wake` was called; returns how many were written to
  // the front of `packets`. Whatever is there already is returned at once, also when `until` has passed.
  virtual Result<std::size_t> receive(std::span<IncomingPacket> packets, Instant until) = 0;
  // Lets time pass until `until`, or until `wake` was called; what arrives meanwhile is there for the next `receive`.
  // A wire that gathers packets by itself need not.
  virtual void rest(Instant until) { static_cast<void>(until); }
  // Ends a `receive` or a `rest` that waits in another thread, now or the next time. The one call that is thread-safe.
  virtual void wake() = 0;
  [[nodiscard]] virtual WireCounters counters() const = 0;
};

}  // namespace cw::platform
