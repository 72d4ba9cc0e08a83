#include "roles/grapher/graph_sightings.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace cw::roles {
namespace {

// The hop's address and answer, where it gave one.
struct FarSide {
  std::optional<IpAddress> address;
  std::optional<Duration> rtt;
};

FarSide far_side_at(const Measurement& measurement, Ttl ttl) {
  for (const auto& hop : measurement.hops) {
    if (hop.ttl != ttl) continue;
    if (const auto* answer = hop.answer(); answer != nullptr)
      return {.address = answer->from, .rtt = std::chrono::round<std::chrono::microseconds>(answer->rtt)};
  }
  return {};
}

}  // namespace

graph::Network& GraphSightings::network(Asn asn, Instant seen) {
  auto& entry =
      networks_.try_emplace(asn, graph::Network{.asn = asn, .first_seen = seen, .last_seen = seen}).first->second;
  entry.first_seen = std::min(entry.first_seen, seen);
  entry.last_seen = std::max(entry.last_seen, seen);
  return entry;
}

void GraphSightings::add(const store::StoredMeasurement& stored, const FactsByAddress& facts) {
  if (!stored.as_path) return;
  const auto seen = stored.measurement.started_at;
  for (const auto& crossed : stored.as_path->networks) network(crossed.asn, seen);
  for (const auto& hop : stored.as_path->hops) {
    const auto found = hop.address ? facts.find(*hop.address) : facts.end();
    if (found != facts.end()) add_facts(found->second, seen);
  }
  for (const auto& link : stored.as_path->links) add_link(link, stored.measurement, facts);
}

void GraphSightings::add_facts(const AddressFacts& facts, Instant seen) {
  if (!facts.asn) return;
  auto& owner = network(*facts.asn, seen);
  if (!facts.org_name.empty()) owner.org_name = facts.org_name;
  if (facts.prefix) origins_.insert({.asn = *facts.asn, .prefix = *facts.prefix});
}

void GraphSightings::add_link(const AsLink& link, const Measurement& measurement, const FactsByAddress& facts) {
  const auto seen = measurement.started_at;
  network(link.from, seen);
  network(link.to, seen);
  const graph::RouteEnds ends{.from = link.from, .to = link.to};
  auto& route =
      routes_.try_emplace(ends, graph::Route{.ends = ends, .first_seen = seen, .last_seen = seen}).first->second;
  ++route.observed_count;
  route.first_seen = std::min(route.first_seen, seen);
  route.last_seen = std::max(route.last_seen, seen);
  ++days_[{ends, std::chrono::floor<std::chrono::days>(seen)}];

  const auto far = far_side_at(measurement, link.to_ttl);
  if (far.rtt) {
    route.min_rtt = std::min(route.min_rtt.value_or(*far.rtt), *far.rtt);
    route.max_rtt = std::max(route.max_rtt.value_or(*far.rtt), *far.rtt);
  }
  const auto known = far.address ? facts.find(*far.address) : facts.end();
  if (known == facts.end() || known->second.ixp.empty()) return;
  const auto& ixp = known->second.ixp;
  route.ixp_id = ixp;
  exchanges_.try_emplace(ixp, graph::Exchange{.ixp_id = ixp, .name = ixp});
  memberships_.insert({.asn = link.to, .ixp_id = ixp});
}

graph::GraphBatch GraphSightings::batch(std::int64_t after, std::int64_t position) const {
  graph::GraphBatch made{.after = after, .position = position};
  for (const auto& [asn, network] : networks_) made.networks.push_back(network);
  made.origins.assign(origins_.begin(), origins_.end());
  for (const auto& [ixp_id, exchange] : exchanges_) made.exchanges.push_back(exchange);
  made.memberships.assign(memberships_.begin(), memberships_.end());
  for (const auto& [ends, route] : routes_) made.routes.push_back(route);
  for (const auto& [key, count] : days_)
    made.days.push_back({.ends = key.first, .day = key.second, .observed_count = count});
  return made;
}

}  // namespace cw::roles
