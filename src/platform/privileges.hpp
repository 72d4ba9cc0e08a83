#pragma once

// What this process may do, and giving it up: sockets are opened first, then privileges go, then input is read.

#include <cstdint>
#include <string>

#include "core/result.hpp"

namespace cw::platform {

struct Privileges {
  bool is_root = false;      // effective user 0
  bool has_net_raw = false;  // effective CAP_NET_RAW
};

Privileges current_privileges();

enum class Kept : std::uint8_t {
  nothing,
  raw_sockets,  // CAP_NET_RAW, for the programs that this process starts (capabilities(7), "ambient")
};

// Drops every capability but what is kept from the effective, permitted, inheritable, ambient and bounding sets of
// the calling thread, and sets no_new_privs: nothing that this process or its children start gains any again. To be
// called before other threads are started, as capabilities belong to threads. The user stays who it is, so that its
// files stay its own. Who does not have what is to be kept goes on without. `unavailable` when the kernel refuses.
Result<> drop_privileges(Kept kept = Kept::nothing);

}  // namespace cw::platform
