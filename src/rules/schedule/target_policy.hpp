#pragma once

// Which addresses the node may probe unasked: nobody who opted out, never what the owner excluded, never special-use
// space, unless the owner allows a prefix by name. One-shot commands do not ask this rule: their owner named the
// address.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "core/prefix.hpp"
#include "core/result.hpp"
#include "rules/schedule/opt_outs.hpp"

namespace cw::schedule {

struct TargetPolicy {
  std::vector<Prefix> allowed;   // beats what follows: the lab's prefixes, one's own LAN
  std::vector<Prefix> excluded;  // by the owner
  std::shared_ptr<const OptOuts> opted_out = std::make_shared<OptOuts>();
};

enum class PolicyRule : std::uint8_t {
  ordinary,           // nothing speaks against it
  allowed,            // the owner allows its prefix
  opted_out,          // somebody asked not to be measured
  opted_out_network,  // and named the network that announces it
  excluded,           // the owner excludes its prefix
  special_use,        // IANA's registries
};
std::string_view to_string(PolicyRule rule);

struct PolicyVerdict {
  PolicyRule rule = PolicyRule::ordinary;
  std::optional<Prefix> prefix;  // that matched
  std::string detail;            // for people: why, and what to do
  [[nodiscard]] bool may_probe() const { return rule == PolicyRule::ordinary || rule == PolicyRule::allowed; }
};

// `asn` is the network that announces the address, where it is known.
PolicyVerdict judge_target(const TargetPolicy& policy, const IpAddress& address, std::optional<Asn> asn);

// The same as an error: `forbidden`, saying which rule: "192.168.1.1 is Private-Use space (192.168.0.0/16, RFC 1918);
// allow the prefix in policy.allowed to measure it".
Result<> check_target(const TargetPolicy& policy, const IpAddress& address, std::optional<Asn> asn = std::nullopt);

}  // namespace cw::schedule
