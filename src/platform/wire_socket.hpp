#pragma once

// What the wires over kernel sockets share: addresses, batches of received messages with what the kernel says
// about each, waiting that another thread can end, and the source address of a route.

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "platform/file_descriptor.hpp"
#include "platform/wire_options.hpp"

struct sock_extended_err;

namespace cw::platform {

Instant wall_clock_now();

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};
SocketAddress to_socket_address(const IpAddress& address, std::uint16_t port = 0);
// Unspecified for another family.
IpAddress to_ip_address(const sockaddr* address);
// Of an address of either family: it is at the same place in both.
std::uint16_t port_of(const sockaddr_storage& address);

// A non-blocking socket. `unavailable` without the privilege, `unsupported` where the kernel lacks the family.
Result<FileDescriptor> open_socket(int family, int type, int protocol);
bool set_option(const FileDescriptor& socket, int level, int name, int value);
// False, with errno, where the kernel says no.
bool bind_to(const FileDescriptor& socket, const IpAddress& address, std::uint16_t port = 0);
// Nothing where the name is empty.
Result<> bind_to_interface(const FileDescriptor& socket, const std::string& name);
// What the owner chose about sending: packets leave through that interface, from that source.
Result<> apply(const WireOptions& options, Family family, const FileDescriptor& socket);
// The kernel has no room just now.
bool buffer_is_full(int error);
int family_number(Family family);
// So many bytes of zero that nobody copies; at most 65,535.
std::span<const std::uint8_t> zero_bytes(std::size_t count);
// Timestamps and drop counts with every message, and a receive buffer that holds a burst of replies.
void prepare_for_receiving(const FileDescriptor& socket);

// What came along with a message.
struct MessageNotes {
  Instant received_at;
  std::optional<std::uint8_t> ttl;
  std::optional<IpAddress> destination;
  std::optional<std::uint32_t> drops;  // of the socket, since it was opened
  const sock_extended_err* error = nullptr;
  IpAddress offender;  // who sent the ICMP error
};

// Room for a batch of messages, used again and again.
class MessageBatch {
 public:
  static constexpr std::size_t most_messages = 128;

  MessageBatch();
  // How many messages were there, `most` of them at most; 0 where there are none. They take the places from
  // `first` on; those before keep theirs. Never waits.
  std::size_t receive(const FileDescriptor& socket, std::size_t first, std::size_t most, int flags);

  [[nodiscard]] std::span<const std::uint8_t> bytes(std::size_t index) const;
  [[nodiscard]] IpAddress address(std::size_t index) const;
  [[nodiscard]] std::uint16_t port(std::size_t index) const;
  [[nodiscard]] MessageNotes notes(std::size_t index) const;

 private:
  // Errors are at most 1,280 bytes (RFC 4443, section 2.4), echo replies as long as the longest probe.
  static constexpr std::size_t message_size = 9'216;
  static constexpr std::size_t control_size = 256;
  struct Room {
    std::array<std::uint8_t, message_size> bytes;
    alignas(cmsghdr) std::array<std::uint8_t, control_size> control;
    sockaddr_storage address;
    iovec vector;
  };
  std::unique_ptr<Room[]> rooms_;
  std::vector<mmsghdr> headers_;
  Instant read_at_;
};

// Adds up a socket's drop counts.
class DropCount {
 public:
  void saw(std::optional<std::uint32_t> drops);
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  std::uint32_t last_ = 0;
  std::uint64_t total_ = 0;
};

class WakeableWait {
 public:
  static constexpr std::size_t most_sockets = 4;
  using Readable = std::array<bool, most_sockets>;

  static Result<WakeableWait> open();

  struct Outcome {
    Readable readable{};  // in the order of the sockets; errors that wait count too
    bool woken = false;   // which is then forgotten
  };
  // Waits until one of the sockets has something, or `until`, or a wake. Closed sockets (-1) have nothing.
  Outcome wait(std::span<const int> sockets, Instant until);
  // What every wire over sockets does to receive: reads until something was there, `until` has come or a wake.
  // `read` is told which sockets are worth it and returns how many packets it took. Where nothing is to be
  // waited for the sockets are simply read; otherwise only those that have something are.
  template <class Read>
  std::size_t read_until(std::span<const int> sockets, Instant until, const Read& read) {
    for (;;) {
      const bool waits = wall_clock_now() < until;
      const auto outcome = waits ? wait(sockets, until) : Outcome{.readable = {true, true, true, true}};
      const std::size_t count = read(outcome.readable);
      if (count > 0 || outcome.woken || !waits) return count;
    }
  }
  // Thread-safe.
  void wake();

 private:
  FileDescriptor event_;
};

// Asks the kernel's routing table by connecting a UDP socket, which sends nothing.
class SourceFinder {
 public:
  explicit SourceFinder(WireOptions options = {}) : options_(std::move(options)) {}
  Result<IpAddress> find(const IpAddress& destination);

 private:
  struct Known {
    IpAddress source;
    Instant asked_at;
  };
  WireOptions options_;
  FileDescriptor v4_;
  FileDescriptor v6_;
  std::unordered_map<IpAddress, Known> known_;
};

}  // namespace cw::platform
