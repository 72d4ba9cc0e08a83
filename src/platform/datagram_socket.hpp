#pragma once

// A datagram socket as an unprivileged prober uses it, be it for ICMP or UDP: ICMP errors come through its error
// queue, and what the header of a packet asks for is asked of the kernel.

#include <cstddef>
#include <cstdint>

#include "core/result.hpp"
#include "platform/file_descriptor.hpp"
#include "platform/wire.hpp"

namespace cw::platform {

// Tells of errors, TTLs and addresses, and leaves packets as long as they are.
Result<FileDescriptor> open_datagram_socket(Family family, int protocol);

// Where the transport header of a packet begins: behind an IPv4 header without options, or IPv6's.
std::size_t transport_offset(const IpAddress& destination);

enum class SendOutcome : std::uint8_t { sent, full, refused };

// Sends what lies behind the first `headers` bytes, with the TTL and traffic class of the IP header.
SendOutcome send_datagram(const FileDescriptor& socket, const OutgoingPacket& packet, std::size_t headers,
                          std::uint16_t port);

}  // namespace cw::platform
