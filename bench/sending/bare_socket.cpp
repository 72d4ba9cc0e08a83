#include "bare_socket.hpp"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace cw::bench {
namespace {

constexpr std::size_t batch = 64;

}  // namespace

BareSocket::BareSocket(const std::string& interface)
    : socket_(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
      interface_(static_cast<int>(::if_nametoindex(interface.c_str()))) {
  const int bytes = 2 << 20;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes);
}

void BareSocket::send(std::span<const std::vector<std::uint8_t>> packets) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_IP);
  address.sll_ifindex = interface_;
  std::array<iovec, batch> parts{};
  std::array<mmsghdr, batch> headers{};
  while (!packets.empty()) {
    const auto count = std::min(batch, packets.size());
    for (std::size_t i = 0; i < count; ++i) {
      parts[i] = {.iov_base = const_cast<std::uint8_t*>(packets[i].data()), .iov_len = packets[i].size()};
      headers[i].msg_hdr = {.msg_name = &address,
                            .msg_namelen = sizeof address,
                            .msg_iov = &parts[i],
                            .msg_iovlen = 1,
                            .msg_control = nullptr,
                            .msg_controllen = 0,
                            .msg_flags = 0};
    }
    const int sent = ::sendmmsg(socket_.get(), headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    if (sent > 0) packets = packets.subspan(static_cast<std::size_t>(sent));
  }
}

}  // namespace cw::bench
