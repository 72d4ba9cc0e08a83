#include "platform/subprocess_child.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace cw::platform {
namespace {

constexpr rlim_t most_descriptors = 256;
constexpr int exit_code_of_a_failed_start = 127;

[[noreturn]] void give_up(int report, ChildFailure::Stage stage) {
  const ChildFailure failure{.stage = stage, .error = errno};
  // Nobody is left to be told when even that fails.
  [[maybe_unused]] const auto written = ::write(report, &failure, sizeof failure);
  ::_exit(exit_code_of_a_failed_start);
}

bool limit(__rlimit_resource_t resource, rlim_t most) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) return false;
  const rlim_t lowered = most < now.rlim_max ? most : now.rlim_max;
  const rlimit wanted{.rlim_cur = lowered, .rlim_max = lowered};
  return ::setrlimit(resource, &wanted) == 0;
}

bool set_limits(const ChildPlan& plan) {
  return limit(RLIMIT_AS, plan.memory_bytes) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, most_descriptors);
}

void restore_signals() {
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    ::sigaction(number, &standard, nullptr);  // those that cannot be set, SIGKILL among them, are so already
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Our ends may themselves be 0, 1 or 2, where a standard stream of ours was closed.
bool set_streams(const ChildPlan& plan, int& report) {
  const int input = ::fcntl(plan.input, F_DUPFD, 3);
  const int output = ::fcntl(plan.output, F_DUPFD, 3);
  const int errors = ::fcntl(plan.errors, F_DUPFD, 3);
  report = ::fcntl(plan.report, F_DUPFD, 3);
  if (input < 0 || output < 0 || errors < 0 || report < 0) return false;
  if (::dup2(input, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(errors, 2) < 0) return false;
  return ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

// Only CAP_NET_RAW stays, where we have it: in the bounding set, and as an ambient capability, which a program
// has after execve without file capabilities of its own (capabilities(7)).
bool keep_raw_packets_only() {
  constexpr std::uint32_t net_raw = 1U << CAP_NET_RAW;
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[2]{};
  if (::syscall(SYS_capget, &header, sets) != 0) return false;
  if ((sets[0].effective & (1U << CAP_SETPCAP)) != 0)
    for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
      if (capability != CAP_NET_RAW && ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return false;
  const std::uint32_t kept = sets[0].permitted & net_raw;
  sets[0] = {.effective = kept, .permitted = kept, .inheritable = kept};
  sets[1] = {};
  header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  if (::syscall(SYS_capset, &header, sets) != 0) return false;
  return kept == 0 || ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) == 0;
}

bool set_rights(const ChildPlan& plan) {
  if (!plan.keeps_rights && !keep_raw_packets_only()) return false;
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

// The second half closes the gap before the first took hold.
bool die_with_parent(const ChildPlan& plan) {
  return ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && ::getppid() == plan.parent;
}

}  // namespace

void become_program(const ChildPlan& plan) {
  int report = plan.report;
  const bool prepared = ::setsid() > 0 && set_streams(plan, report) && ::chdir("/") == 0 && set_limits(plan) &&
                        set_rights(plan) && die_with_parent(plan);
  if (!prepared) give_up(report, ChildFailure::Stage::preparing);
  ::umask(S_IRWXG | S_IRWXO);
  restore_signals();
  ::execve(plan.program, plan.arguments, plan.environment);
  give_up(report, ChildFailure::Stage::starting);
}

}  // namespace cw::platform
