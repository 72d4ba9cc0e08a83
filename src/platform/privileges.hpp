#pragma once

// What this process may do, and giving it up: sockets are opened first, then privileges go, then input is read.

#include <string>

#include "core/result.hpp"

namespace cw::platform {

struct Privileges {
  bool is_root = false;      // effective user 0
  bool has_net_raw = false;  // effective CAP_NET_RAW
};

Privileges current_privileges();

// Drops every capability from the effective, permitted, inheritable, ambient and bounding sets of the calling
// thread, and sets no_new_privs: nothing that this process or its children start gains any again. To be called
// before other threads are started, as capabilities belong to threads. The user stays who it is, so that its
// files stay its own. `unavailable` when the kernel refuses.
Result<> drop_privileges();

}  // namespace cw::platform
