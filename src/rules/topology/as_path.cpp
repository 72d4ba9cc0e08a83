#include "rules/topology/as_path.hpp"

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "core/special_asn.hpp"

namespace cw::topology {
namespace {

// How sure a rule is. Of addresses of known origin about 3 in 100 are mapped to a sibling or to nothing, and
// borders are numbered from either side; the rest is judgement.
constexpr double kDestinationConfidence = 0.95;
constexpr double kOriginConfidence = 0.9;
constexpr double kFillConfidence = 0.6;
constexpr double kSeveralOriginsConfidence = 0.5;

using FactsByAddress = std::unordered_map<IpAddress, std::reference_wrapper<const AddressFacts>>;

const AddressFacts* find_facts(const FactsByAddress& facts, const IpAddress& address) {
  const auto found = facts.find(address);
  return found == facts.end() ? nullptr : &found->second.get();
}

// The network of an address, if it is one of the public AS graph.
std::optional<Asn> origin_of(const FactsByAddress& facts, const IpAddress& address) {
  const AddressFacts* known = find_facts(facts, address);
  if (known == nullptr || !known->special.empty() || !known->asn || special_asn(*known->asn) != nullptr)
    return std::nullopt;
  return known->asn;
}

// ICMP 11 (RFC 792), ICMPv6 3 (RFC 4443).
bool is_time_exceeded(const Reply& reply) { return reply.icmp_type == (reply.from.is_v4() ? 11 : 3); }

bool has_several_origins(const FactsByAddress& facts, const Hop& hop, const std::optional<Asn>& first) {
  return std::ranges::any_of(hop.replies, [&](const Reply& reply) {
    return !reply.late && !reply.duplicate && origin_of(facts, reply.from) != first;
  });
}

// A hop and what decides about links.
struct JudgedHop {
  HopOwner owner;
  bool may_link = false;
};

OwnershipRule rule_without_origin(const FactsByAddress& facts, const IpAddress& address) {
  const AddressFacts* known = find_facts(facts, address);
  return known != nullptr && !known->special.empty() ? OwnershipRule::special_use : OwnershipRule::unmapped;
}

void judge_inferred(const IpAddress& address, const FactsByAddress& facts, HopOwner& owner) {
  owner.address = address;
  owner.asn = origin_of(facts, address);
  owner.rule = owner.asn ? OwnershipRule::origin : rule_without_origin(facts, address);
  if (owner.asn) owner.confidence = kOriginConfidence;
}

// The owner of one hop by itself; the first rule that fits decides.
// 0. A hop that was joined from another trace is judged by the address seen there; no link begins or ends at it, as
//    this trace did not see it.
// 1. silent: no answer that counts.
// 2. special_use: the first answer is from special-use space; its owner is not to be seen from the address.
// 3. unmapped: no origin is known for it, or only a reserved AS number.
// 4. destination: it is the destination itself, a host of its network. (From that address too, "time exceeded" is a
//    router's answer: rule 5.)
// 5. origin: the origin of its address.
// Where several addresses answer at one TTL (per-packet load balancing), the first answer decides. If their
// origins differ it does so with less confidence, and no link begins or ends here: nobody saw which of the
// routers stands next to which.
JudgedHop judge(const Hop& hop, const IpAddress& destination, const FactsByAddress& facts) {
  JudgedHop judged{.owner = {.ttl = hop.ttl}};
  HopOwner& owner = judged.owner;
  const Reply* answer = hop.answer();
  if (answer == nullptr) {
    if (hop.inferred) judge_inferred(hop.inferred->from, facts, owner);
    return judged;
  }
  owner.address = answer->from;
  owner.asn = origin_of(facts, answer->from);
  if (!owner.asn) {
    owner.rule = rule_without_origin(facts, answer->from);
    return judged;
  }
  const bool is_destination = answer->from == destination && !is_time_exceeded(*answer);
  const bool several = has_several_origins(facts, hop, owner.asn);
  owner.rule = is_destination ? OwnershipRule::destination : OwnershipRule::origin;
  owner.confidence = is_destination ? kDestinationConfidence : kOriginConfidence;
  if (several) owner.confidence = kSeveralOriginsConfidence;
  judged.may_link = !several;
  return judged;
}

// Hops of no known owner between two hops of one AS belong to it: a network does not leave itself for a silent,
// private or unannounced router. They begin and end no link.
void fill_inside_networks(std::vector<JudgedHop>& hops) {
  const auto owned = [](const JudgedHop& hop) { return hop.owner.asn.has_value(); };
  auto before = std::find_if(hops.begin(), hops.end(), owned);
  while (before != hops.end()) {
    const auto after = std::find_if(std::next(before), hops.end(), owned);
    if (after == hops.end()) return;
    if (after->owner.asn == before->owner.asn) {
      for (auto hop = std::next(before); hop != after; ++hop) {
        hop->owner.asn = before->owner.asn;
        hop->owner.rule = OwnershipRule::same_as_fill;
        hop->owner.confidence = kFillConfidence;
      }
    }
    before = after;
  }
}

// A link is claimed only where two hops of consecutive TTLs have origins of their own and these differ: never over
// a gap of any kind.
std::vector<AsLink> find_links(const std::vector<JudgedHop>& hops) {
  std::vector<AsLink> links;
  for (std::size_t i = 1; i < hops.size(); ++i) {
    const auto& [from, from_may] = hops[i - 1];
    const auto& [to, to_may] = hops[i];
    if (!from_may || !to_may || from.asn == to.asn || to.ttl.value != from.ttl.value + 1) continue;
    links.push_back({.from = *from.asn, .to = *to.asn, .from_ttl = from.ttl, .to_ttl = to.ttl});
  }
  return links;
}

std::string name_of(const FactsByAddress& facts, const HopOwner& owner) {
  const AddressFacts* known = find_facts(facts, owner.address.value_or(IpAddress{}));
  if (known == nullptr) return {};
  return known->as_name.empty() ? known->org_name : known->as_name;
}

// Hops of one AS in a row are one network; TTLs without owner before it are its gap.
std::vector<AsPathElement> collapse(const std::vector<JudgedHop>& hops, const FactsByAddress& facts) {
  std::vector<AsPathElement> networks;
  int previous_ttl = hops.empty() ? 0 : hops.front().owner.ttl.value - 1;
  for (const auto& [owner, may_link] : hops) {
    if (!owner.asn) continue;
    const int gap = owner.ttl.value - previous_ttl - 1;
    previous_ttl = owner.ttl.value;
    if (!networks.empty() && networks.back().asn == *owner.asn) continue;
    networks.push_back({.asn = *owner.asn, .name = name_of(facts, owner), .gap = gap});
  }
  return networks;
}

}  // namespace

AsPath find_as_path(const Measurement& measurement, std::span<const AddressFacts> facts) {
  if (measurement.kind == Kind::ping) return {};
  FactsByAddress by_address;
  for (const AddressFacts& known : facts) by_address.emplace(known.address, known);

  std::vector<JudgedHop> hops;
  for (const Hop& hop : measurement.hops) hops.push_back(judge(hop, measurement.address, by_address));
  fill_inside_networks(hops);

  AsPath path;
  path.links = find_links(hops);
  path.networks = collapse(hops, by_address);
  for (const auto& [owner, may_link] : hops) path.hops.push_back(owner);
  return path;
}

}  // namespace cw::topology
