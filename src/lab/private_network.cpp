#include "lab/private_network.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include "lab/route_socket.hpp"

namespace cw::lab {
namespace {

// Bursts of an engine that sends as fast as it can are not to be lost before they are in our hands.
constexpr std::uint32_t tun_queue_packets = 10'000;

std::string reason() { return std::generic_category().message(errno); }

Result<> write_file(const std::string& path, std::string_view text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return fail(ErrorKind::unavailable, fmt::format("cannot open {}: {}", path, reason()));
  const auto written = ::write(descriptor, text.data(), text.size());
  const auto why = reason();
  ::close(descriptor);
  if (written == static_cast<ssize_t>(text.size())) return {};
  return fail(ErrorKind::unavailable, fmt::format("cannot write {}: {}", path, why));
}

// The caller becomes root inside, and nobody else is there.
Result<> map_user_to_root(uid_t user, gid_t group) {
  TRY(write_file("/proc/self/setgroups", "deny"));
  TRY(write_file("/proc/self/uid_map", fmt::format("0 {} 1", user)));
  return write_file("/proc/self/gid_map", fmt::format("0 {} 1", group));
}

// Datagram ICMP sockets for everybody who exists in this user namespace.
void open_ping_sockets() {
  constexpr auto path = "/proc/sys/net/ipv4/ping_group_range";
  // Refused where only one group is mapped; that one then has to do.
  if (!write_file(path, "0 2147483647")) static_cast<void>(write_file(path, "0 0"));
}

}  // namespace

TunDevice::~TunDevice() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<> enter_private_network() {
  const auto user = ::geteuid();
  const auto group = ::getegid();
  // Root keeps its user namespace, so that other users still exist inside.
  const bool as_root = user == 0 && ::unshare(CLONE_NEWNET) == 0;
  if (!as_root) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
      return fail(ErrorKind::unavailable,
                  fmt::format("the kernel refuses a private network namespace ({}): run as root, or allow user "
                              "namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces)",
                              reason()));
    }
    TRY(map_user_to_root(user, group));
  }
  open_ping_sockets();
  return {};
}

Result<TunDevice> open_tun(const Vantage& vantage) {
  const int descriptor = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return fail(ErrorKind::unavailable,
                errno == ENOENT
                    ? std::string("/dev/net/tun is missing: load the tun module (modprobe tun)")
                    : fmt::format("cannot open /dev/net/tun ({}): its mode has to allow this user", reason()));
  }
  TunDevice device(descriptor);
  ifreq request{};
  std::ranges::copy(tun_name, request.ifr_name);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (::ioctl(descriptor, TUNSETIFF, &request) != 0)
    return fail(ErrorKind::unavailable, fmt::format("cannot make the TUN device {}: {}", tun_name, reason()));
  auto routes = TRY(RouteSocket::open());
  TRY(routes.set_up("lo", {}));
  TRY(routes.set_up(tun_name, {.mtu = tun_mtu, .queue_packets = tun_queue_packets}));
  for (const auto& address : {vantage.v4, vantage.v6}) {
    if (address.is_unspecified()) continue;
    TRY(routes.add_address(tun_name, address));
    TRY(routes.add_default_route(tun_name, address));
  }
  return device;
}

}  // namespace cw::lab
