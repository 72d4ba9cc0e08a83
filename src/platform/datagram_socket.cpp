#include "platform/datagram_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "platform/wire_socket.hpp"

#ifndef IP_RECVERR_RFC4884
#define IP_RECVERR_RFC4884 26
#endif
#ifndef IPV6_RECVERR_RFC4884
#define IPV6_RECVERR_RFC4884 31
#endif

namespace cw::platform {
namespace {

// An ICMP error that came in is reported by the next call on the socket too, whatever it is about; then the
// call is made again.
constexpr int most_tries = 4;

// The fields of an IP header that a socket can set for one packet.
struct HeaderFields {
  int ttl = 0;
  int traffic_class = 0;
};

HeaderFields header_fields(const OutgoingPacket& packet) {
  const auto& bytes = packet.bytes;
  if (packet.destination.is_v4()) return {.ttl = bytes[8], .traffic_class = bytes[1]};
  return {.ttl = bytes[7], .traffic_class = (bytes[0] & 0x0f) << 4 | bytes[1] >> 4};
}

class ControlNotes {
 public:
  explicit ControlNotes(msghdr& header) : header_(header) {
    header.msg_control = room_.data();
    header.msg_controllen = room_.size();
    next_ = CMSG_FIRSTHDR(&header);
  }
  void add(int level, int type, int value) {
    next_->cmsg_level = level;
    next_->cmsg_type = type;
    next_->cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(CMSG_DATA(next_), &value, sizeof value);
    next_ = CMSG_NXTHDR(&header_, next_);
  }

 private:
  msghdr& header_;
  alignas(cmsghdr) std::array<std::uint8_t, 2 * CMSG_SPACE(sizeof(int))> room_{};
  cmsghdr* next_ = nullptr;
};

}  // namespace

Result<FileDescriptor> open_datagram_socket(Family family, int protocol) {
  auto socket = TRY(open_socket(family_number(family), SOCK_DGRAM, protocol));
  const bool is_v4 = family == Family::v4;
  const int level = is_v4 ? IPPROTO_IP : IPPROTO_IPV6;
  set_option(socket, level, is_v4 ? IP_RECVERR : IPV6_RECVERR, 1);
  set_option(socket, level, is_v4 ? IP_RECVERR_RFC4884 : IPV6_RECVERR_RFC4884, 1);
  set_option(socket, level, is_v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
  set_option(socket, level, is_v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, 1);
  // A probe that is too long for a link is to be refused there, not cut into pieces.
  set_option(socket, level, is_v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER,
             is_v4 ? IP_PMTUDISC_PROBE : IPV6_PMTUDISC_PROBE);
  if (!is_v4) set_option(socket, level, IPV6_V6ONLY, 1);
  prepare_for_receiving(socket);
  return socket;
}

std::size_t transport_offset(const IpAddress& destination) { return destination.is_v4() ? 20 : 40; }

SendOutcome send_datagram(const FileDescriptor& socket, const OutgoingPacket& packet, std::size_t headers,
                          std::uint16_t port) {
  const bool is_v4 = packet.destination.is_v4();
  const auto payload = packet.bytes.subspan(headers);
  auto address = to_socket_address(packet.destination, port);
  std::array<iovec, 2> parts{
      iovec{.iov_base = const_cast<std::uint8_t*>(payload.data()), .iov_len = payload.size()},
      iovec{.iov_base = const_cast<std::uint8_t*>(zero_bytes(packet.zeros).data()), .iov_len = packet.zeros}};
  msghdr header{};
  header.msg_name = &address.storage;
  header.msg_namelen = address.length;
  header.msg_iov = parts.data();
  header.msg_iovlen = parts.size();
  const auto fields = header_fields(packet);
  ControlNotes notes(header);
  notes.add(is_v4 ? IPPROTO_IP : IPPROTO_IPV6, is_v4 ? IP_TTL : IPV6_HOPLIMIT, fields.ttl);
  notes.add(is_v4 ? IPPROTO_IP : IPPROTO_IPV6, is_v4 ? IP_TOS : IPV6_TCLASS, fields.traffic_class);
  for (int tries = 0; tries < most_tries; ++tries) {
    if (::sendmsg(socket.get(), &header, MSG_DONTWAIT) >= 0) return SendOutcome::sent;
    if (buffer_is_full(errno)) return SendOutcome::full;
    if (errno == EPERM || errno == EACCES || errno == EMSGSIZE) return SendOutcome::refused;
  }
  return SendOutcome::refused;
}

}  // namespace cw::platform
