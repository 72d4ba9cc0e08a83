#include "veth_pair.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace cw::test {
namespace {

bool run(const std::string& command) { return std::system((command + " 2>/dev/null").c_str()) == 0; }

// A child in a network namespace of its own, or -1.
pid_t hold_namespace() {
  std::array<int, 2> ready{};
  if (::pipe(ready.data()) != 0) return -1;
  const auto child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const char verdict = ::unshare(CLONE_NEWNET) == 0 ? 'y' : 'n';
    [[maybe_unused]] const auto written = ::write(ready[1], &verdict, 1);
    for (;;) ::pause();
  }
  char verdict = 'n';
  ::close(ready[1]);
  const auto count = ::read(ready[0], &verdict, 1);
  ::close(ready[0]);
  if (child > 0 && count == 1 && verdict == 'y') return child;
  if (child > 0) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  return -1;
}

}  // namespace

Result<std::unique_ptr<VethPair>> VethPair::make() {
  const auto holder = hold_namespace();
  if (holder < 0) return fail(ErrorKind::unavailable, "no second network namespace is to be had");
  std::unique_ptr<VethPair> pair(new VethPair(holder));
  // Without duplicate address detection an IPv6 address can be used at once.
  const bool made = pair->near(fmt::format("link add cwnear type veth peer name cwfar netns {}", holder)) &&
                    pair->near("address add 203.0.113.1/24 dev cwnear") && pair->near("link set cwnear up") &&
                    pair->far("link set lo up") && pair->far("address add 203.0.113.2/24 dev cwfar") &&
                    pair->far("address add 198.51.100.7/32 dev lo") && pair->far("link set cwfar up") &&
                    pair->near("-6 address add 2001:db8::1/64 dev cwnear nodad") &&
                    pair->far("-6 address add 2001:db8::2/64 dev cwfar nodad") &&
                    pair->near("route add 198.51.100.0/24 via 203.0.113.2");
  if (!made) return fail(ErrorKind::unavailable, "`ip` cannot make a veth pair here");
  return pair;
}

VethPair::~VethPair() {
  [[maybe_unused]] const bool removed = near("link delete cwnear");
  ::kill(holder_, SIGKILL);
  ::waitpid(holder_, nullptr, 0);
}

bool VethPair::near(const std::string& arguments) const { return run("ip " + arguments); }

bool VethPair::far(const std::string& arguments) const {
  return run(fmt::format("nsenter --net=/proc/{}/ns/net ip {}", holder_, arguments));
}

}  // namespace cw::test
