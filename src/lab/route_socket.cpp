#include "lab/route_socket.hpp"

#include <fmt/format.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <system_error>

namespace cw::lab {
namespace {

// One request: the netlink header, a fixed part, attributes.
class Request {
 public:
  template <class Fixed>
  Request(std::uint16_t type, std::uint16_t flags, const Fixed& fixed) {
    header().nlmsg_type = type;
    header().nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    header().nlmsg_len = NLMSG_LENGTH(sizeof fixed);
    std::memcpy(buffer_.data() + NLMSG_HDRLEN, &fixed, sizeof fixed);
  }

  void add(std::uint16_t type, std::span<const std::uint8_t> value) {
    rtattr attribute{.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(value.size())), .rta_type = type};
    const auto offset = NLMSG_ALIGN(header().nlmsg_len);
    std::memcpy(buffer_.data() + offset, &attribute, sizeof attribute);
    std::memcpy(buffer_.data() + offset + RTA_LENGTH(0), value.data(), value.size());
    header().nlmsg_len = static_cast<std::uint32_t>(offset + RTA_ALIGN(attribute.rta_len));
  }
  void add(std::uint16_t type, std::uint32_t value) {
    std::array<std::uint8_t, sizeof value> bytes{};
    std::memcpy(bytes.data(), &value, sizeof value);
    add(type, bytes);
  }
  // Network order, as short as the family is.
  void add(std::uint16_t type, const IpAddress& address) {
    const auto& bytes = address.bytes();
    add(type,
        address.is_v4() ? std::span<const std::uint8_t>(bytes).subspan(12) : std::span<const std::uint8_t>(bytes));
  }

  // The kernel's answer to it, 0 or an error number.
  [[nodiscard]] int exchange(int descriptor) {
    if (::send(descriptor, buffer_.data(), header().nlmsg_len, 0) < 0) return errno;
    alignas(nlmsghdr) std::array<std::uint8_t, 4096> answer{};
    const auto received = ::recv(descriptor, answer.data(), answer.size(), 0);
    if (received < 0) return errno;
    nlmsghdr head{};
    nlmsgerr verdict{};
    if (static_cast<std::size_t>(received) < NLMSG_LENGTH(sizeof verdict.error)) return EPROTO;
    std::memcpy(&head, answer.data(), sizeof head);
    if (head.nlmsg_type != NLMSG_ERROR) return EPROTO;
    std::memcpy(&verdict.error, answer.data() + NLMSG_HDRLEN, sizeof verdict.error);
    return -verdict.error;
  }

 private:
  nlmsghdr& header() { return *reinterpret_cast<nlmsghdr*>(buffer_.data()); }

  alignas(nlmsghdr) std::array<std::uint8_t, 512> buffer_{};
};

std::uint8_t address_family(const IpAddress& address) {
  return static_cast<std::uint8_t>(address.is_v4() ? AF_INET : AF_INET6);
}

Result<> verdict(int error, std::string_view deed) {
  if (error == 0) return {};
  return fail(ErrorKind::unavailable, fmt::format("cannot {}: {}", deed, std::generic_category().message(error)));
}

std::uint32_t index_of(std::string_view device) { return ::if_nametoindex(std::string(device).c_str()); }

}  // namespace

Result<RouteSocket> RouteSocket::open() {
  const int descriptor = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (descriptor < 0) return std::unexpected(verdict(errno, "open a routing socket").error());
  return RouteSocket(descriptor);
}

RouteSocket::~RouteSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<> RouteSocket::set_up(std::string_view device, const LinkSettings& settings) {
  ifinfomsg link{};
  link.ifi_index = static_cast<int>(index_of(device));
  link.ifi_flags = IFF_UP;
  link.ifi_change = IFF_UP;
  Request request(RTM_NEWLINK, 0, link);
  if (settings.mtu) request.add(IFLA_MTU, *settings.mtu);
  if (settings.queue_packets) request.add(IFLA_TXQLEN, *settings.queue_packets);
  return verdict(request.exchange(descriptor_), fmt::format("bring {} up", device));
}

Result<> RouteSocket::add_address(std::string_view device, const IpAddress& address) {
  ifaddrmsg message{};
  message.ifa_family = address_family(address);
  message.ifa_prefixlen = static_cast<std::uint8_t>(address.bit_width());
  // Nobody is there to dispute an IPv6 address, and waiting for that takes seconds.
  message.ifa_flags = address.is_v4() ? 0 : IFA_F_NODAD;
  message.ifa_index = index_of(device);
  Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, message);
  request.add(IFA_LOCAL, address);
  request.add(IFA_ADDRESS, address);
  return verdict(request.exchange(descriptor_), fmt::format("give {} the address {}", device, address.to_string()));
}

Result<> RouteSocket::add_default_route(std::string_view device, const IpAddress& source) {
  rtmsg route{};
  route.rtm_family = address_family(source);
  route.rtm_table = RT_TABLE_MAIN;
  route.rtm_protocol = RTPROT_STATIC;
  route.rtm_scope = source.is_v4() ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  route.rtm_type = RTN_UNICAST;
  Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route);
  request.add(RTA_OIF, index_of(device));
  request.add(RTA_PREFSRC, source);
  return verdict(request.exchange(descriptor_), fmt::format("route everything through {}", device));
}

}  // namespace cw::lab
