#include "platform/privileges.hpp"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cw::platform {
namespace {

// In a child, as what is dropped is gone for good.
int exit_code_of_child(int (*work)()) {
  const auto child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Privileges, what_is_dropped_is_gone_and_cannot_come_back) {
  EXPECT_EQ(exit_code_of_child([] {
              if (!drop_privileges()) return 1;
              if (current_privileges().has_net_raw) return 2;
              if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 3;
              return 0;
            }),
            0);
}

TEST(Privileges, raw_sockets_may_be_kept_for_the_programs_that_are_started) {
  if (!current_privileges().has_net_raw) GTEST_SKIP() << "needs CAP_NET_RAW";
  EXPECT_EQ(exit_code_of_child([] {
              if (!drop_privileges(Kept::raw_sockets)) return 1;
              if (!current_privileges().has_net_raw) return 2;
              if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_NET_RAW, 0, 0) != 1) return 3;
              if (::prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) != 0) return 4;
              // And given up later for good.
              if (!drop_privileges()) return 5;
              return current_privileges().has_net_raw ? 6 : 0;
            }),
            0);
}

TEST(Privileges, dropping_twice_is_no_harm) {
  EXPECT_EQ(exit_code_of_child([] { return drop_privileges() && drop_privileges() ? 0 : 1; }), 0);
}

}  // namespace
}  // namespace cw::platform
