#include "platform/privileges.hpp"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace cw::platform {
namespace {

// Version 3 speaks of 64 capabilities in two halves (capabilities(7)).
using CapabilitySets = std::array<__user_cap_data_struct, 2>;

Result<CapabilitySets> capability_sets() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  CapabilitySets sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0)
    return fail(ErrorKind::unavailable, fmt::format("cannot read capabilities: {}", ::strerrordesc_np(errno)));
  return sets;
}

Result<> refused(std::string_view what) {
  return fail(ErrorKind::unavailable, fmt::format("cannot {}: {}", what, ::strerrordesc_np(errno)));
}

// Needs CAP_SETPCAP; who has no capability has nothing to lose here.
Result<> drop_bounding_set(const CapabilitySets& sets, std::uint32_t kept) {
  if ((sets[0].effective & (1u << CAP_SETPCAP)) == 0) return {};
  for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
    if ((capability >= 32 || (kept & (1u << capability)) == 0) && ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
      return refused("drop the bounding set");
  return {};
}

}  // namespace

Privileges current_privileges() {
  const auto sets = capability_sets();
  return {.is_root = ::geteuid() == 0, .has_net_raw = sets && ((*sets)[0].effective & (1u << CAP_NET_RAW)) != 0};
}

Result<> drop_privileges(Kept kept) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("set no_new_privs");
  const auto sets = TRY(capability_sets());
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return refused("clear ambient capabilities");
  const auto mask = kept == Kept::raw_sockets ? sets[0].permitted & (1u << CAP_NET_RAW) : 0u;
  TRY(drop_bounding_set(sets, mask));
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  CapabilitySets left{};
  left[0] = {.effective = mask, .permitted = mask, .inheritable = mask};
  if (::syscall(SYS_capset, &header, left.data()) != 0) return refused("drop capabilities");
  if (mask != 0 && ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) != 0)
    return refused("hand CAP_NET_RAW on");
  return {};
}

}  // namespace cw::platform
