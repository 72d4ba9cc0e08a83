#pragma once

// Which addresses the node may probe unasked: never special-use space, never what the owner excluded, unless
// the owner allows a prefix by name. One-shot commands do not ask this rule: their owner named the address.

#include <vector>

#include "core/ip_address.hpp"
#include "core/prefix.hpp"
#include "core/result.hpp"

namespace cw::schedule {

struct TargetPolicy {
  std::vector<Prefix> allowed;   // beats everything below: the lab's prefixes, one's own LAN
  std::vector<Prefix> excluded;  // opt-outs
};

// `forbidden`, saying which rule: "192.168.1.1 is Private-Use space (192.168.0.0/16, RFC 1918); allow the prefix
// in policy.allowed to measure it".
Result<> check_target(const TargetPolicy& policy, const IpAddress& address);

}  // namespace cw::schedule
