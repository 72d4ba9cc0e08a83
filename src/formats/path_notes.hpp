#pragma once

// What the replies of a trace say besides the path: quirks of routers, what was changed on the way, how long the way
// back is.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/measurement.hpp"

namespace cw::formats {

enum class PathNoteKind : std::uint8_t {
  zero_ttl_forwarding,  // a router passes packets on whose TTL has run out
  address_translation,  // addresses or ports are not as we sent them
  dscp_rewritten,
  hidden_tunnel,  // routers switch by labels and do not say so
  loop,
  mtu_limit,
  other_address,      // the destination answered from another address
  asymmetric_return,  // the way back is not as long as the way there
};

// "zero_ttl_forwarding", …
std::string_view to_string(PathNoteKind kind);

struct PathNote {
  Ttl ttl;
  PathNoteKind kind = PathNoteKind::loop;
  std::string text;  // one sentence for people
  friend bool operator==(const PathNote&, const PathNote&) = default;
};

// Of a trace and an mtr, by kind and TTL; a ping has none.
std::vector<PathNote> path_notes(const Measurement& measurement);

// The search for the path's MTU was cut short: its answers are limited, and larger packets may well pass.
bool path_mtu_is_lower_bound(const Measurement& measurement);

}  // namespace cw::formats
