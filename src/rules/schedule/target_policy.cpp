#include "rules/schedule/target_policy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/special_use.hpp"

namespace cw::schedule {
namespace {

const Prefix* find_around(const std::vector<Prefix>& prefixes, const IpAddress& address) {
  const auto found = std::ranges::find_if(
      prefixes, [&](const Prefix& prefix) { return prefix.family() == address.family() && prefix.contains(address); });
  return found == prefixes.end() ? nullptr : &*found;
}

}  // namespace

// 1. What the owner allows may be probed, whatever it is.
// 2. What the owner excludes may not.
// 3. Special-use space may not, the few globally reachable blocks in it included: they are anycast services and
//    translators, not destinations.
// 4. Everything else may.
Result<> check_target(const TargetPolicy& policy, const IpAddress& address) {
  if (find_around(policy.allowed, address) != nullptr) return {};
  if (const Prefix* excluded = find_around(policy.excluded, address))
    return fail(ErrorKind::forbidden, fmt::format("{} is in {}, which policy.excluded names; take it out to measure it",
                                                  address.to_string(), excluded->to_string()));
  if (const SpecialUse* special = special_use(address))
    return fail(ErrorKind::forbidden,
                fmt::format("{} is {} space ({}, {}); allow the prefix in policy.allowed to measure it",
                            address.to_string(), special->name, special->prefix.to_string(), special->reference));
  return {};
}

}  // namespace cw::schedule
