#pragma once

// Where in its interval a target is measured, so that targets added together are not measured in step, neither with
// each other nor with whatever happens regularly.

#include <cstdint>

#include "core/ip_address.hpp"
#include "core/time.hpp"

namespace cw::schedule {

// From 0 to just below `window`, spread evenly over the addresses. The same for an address at every start and on
// every machine, and another one for each round.
Duration due_spread(const IpAddress& address, Duration window, std::uint64_t round = 0);

}  // namespace cw::schedule
