#pragma once

// UDP probes without privilege: a socket for each source port, whose error queue tells of the ICMP errors that
// come back. The kernel writes the headers: ports, TTL and traffic class as asked, the checksum as it comes out.

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "platform/datagram_socket.hpp"
#include "platform/sent_probes.hpp"
#include "platform/wire.hpp"
#include "platform/wire_socket.hpp"

namespace cw::platform {

class UdpProbeSockets {
 public:
  // So many flows at once; for one more, the one that has been silent for longest is given up.
  static constexpr std::size_t most_sockets = 64;

  static Result<UdpProbeSockets> open(const WireOptions& options);

  // `packet` is a whole UDP packet.
  SendOutcome send(const OutgoingPacket& packet);

  // Readable when there is something.
  [[nodiscard]] int descriptor() const { return poll_.get(); }
  // The errors that are there, put together in `assembled`, to `packets` from `first` on; each has its place in both.
  std::size_t read(MessageBatch& batch, std::span<IncomingPacket> packets, std::size_t first,
                   std::span<std::vector<std::uint8_t>> assembled);
  [[nodiscard]] std::uint64_t drops() const;

 private:
  struct Flow {
    FileDescriptor socket;
    std::uint64_t last_used = 0;
    DropCount drops;
  };
  using Key = std::uint32_t;  // family and source port

  explicit UdpProbeSockets(const WireOptions& options) : options_(options) {}
  Flow* flow_for(Family family, std::uint16_t source_port);
  Result<FileDescriptor> open_flow(Family family, std::uint16_t source_port) const;
  void give_up_oldest();
  bool take_error(const MessageBatch& batch, std::size_t index, std::uint16_t source_port,
                  std::vector<std::uint8_t>& packet);

  WireOptions options_;
  FileDescriptor poll_;
  std::unordered_map<Key, Flow> flows_;
  SentProbes sent_;
  std::uint64_t uses_ = 0;
  std::uint64_t drops_of_closed_ = 0;
};

}  // namespace cw::platform
