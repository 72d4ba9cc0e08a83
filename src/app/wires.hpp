#pragma once

// The way packets leave this machine: raw sockets, or the unprivileged ones where those are refused.

#include <memory>
#include <string>

#include "core/result.hpp"
#include "platform/wire.hpp"

namespace cw::app {

struct OpenedWire {
  std::unique_ptr<platform::Wire> wire;
  std::string why_not_raw;  // empty: it is raw
};

// `unavailable` where neither kind is to be had, saying how to mend it.
Result<OpenedWire> open_wire();

// A seed for what must not be guessed or repeated, from the system.
std::uint64_t system_seed();

}  // namespace cw::app
