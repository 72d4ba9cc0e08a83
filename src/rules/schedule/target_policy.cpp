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

std::string_view to_string(PolicyRule rule) {
  switch (rule) {
    case PolicyRule::ordinary:
      return "ordinary";
    case PolicyRule::allowed:
      return "allowed";
    case PolicyRule::opted_out:
      return "opted_out";
    case PolicyRule::opted_out_network:
      return "opted_out_network";
    case PolicyRule::excluded:
      return "excluded";
    case PolicyRule::special_use:
      return "special_use";
  }
  return "ordinary";
}

// 1. Who asked not to be measured is not, by address, prefix or network, whatever else is allowed.
// 2. What the owner allows may be probed, whatever it is.
// 3. What the owner excludes may not.
// 4. Special-use space may not, the few globally reachable blocks in it included: they are anycast services and
//    translators, not destinations.
// 5. Everything else may.
PolicyVerdict judge_target(const TargetPolicy& policy, const IpAddress& address, std::optional<Asn> asn) {
  const auto text = address.to_string();
  if (const Prefix* out = policy.opted_out->find(address))
    return {
        PolicyRule::opted_out, *out,
        fmt::format("{} is in {}, whose owner asked in the opt-out file not to be measured", text, out->to_string())};
  if (asn && policy.opted_out->asns.contains(*asn))
    return {PolicyRule::opted_out_network, std::nullopt,
            fmt::format("{} is announced by {}, which asked in the opt-out file not to be measured", text,
                        asn->to_string())};
  if (const Prefix* allowed = find_around(policy.allowed, address))
    return {PolicyRule::allowed, *allowed,
            fmt::format("{} is in {}, which policy.allowed names", text, allowed->to_string())};
  if (const Prefix* excluded = find_around(policy.excluded, address))
    return {PolicyRule::excluded, *excluded,
            fmt::format("{} is in {}, which policy.excluded names; take it out to measure it", text,
                        excluded->to_string())};
  if (const SpecialUse* special = special_use(address))
    return {PolicyRule::special_use, special->prefix,
            fmt::format("{} is {} space ({}, {}); allow the prefix in policy.allowed to measure it", text,
                        special->name, special->prefix.to_string(), special->reference)};
  return {PolicyRule::ordinary, std::nullopt, fmt::format("{} is ordinary space", text)};
}

Result<> check_target(const TargetPolicy& policy, const IpAddress& address, std::optional<Asn> asn) {
  auto verdict = judge_target(policy, address, asn);
  if (verdict.may_probe()) return {};
  return fail(ErrorKind::forbidden, std::move(verdict.detail));
}

}  // namespace cw::schedule
