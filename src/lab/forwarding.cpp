#include "lab/forwarding.hpp"

#include <algorithm>
#include <utility>

namespace cw::lab {

Forwarding::Forwarding(const Scenario& scenario) : scenario_(scenario), paths_(scenario, LinkChoice::up) {
  add_addresses();
  rebuild_routes();
}

void Forwarding::rebuild_paths() {
  paths_ = ShortestPaths(scenario_, LinkChoice::up);
  intact_paths_.reset();
  intact_aims_ = {};
  aims_ = {};
}

void Forwarding::rebuild_routes() {
  routes_.clear();
  has_routes_.assign(scenario_.routers.size(), false);
  for (std::uint32_t i = 0; i < scenario_.routes.size(); ++i) {
    routes_[scenario_.routes[i].router].push_back(i);
    has_routes_[scenario_.routes[i].router] = true;
  }
  // Of two with the same length the first one written is first.
  const auto rank = [&](std::uint32_t i) { return std::pair(-scenario_.routes[i].prefix.length(), i); };
  for (auto& [router, routes] : routes_) std::ranges::sort(routes, {}, rank);
}

void Forwarding::add_addresses() {
  const auto add = [&](const IpAddress& address, const Endpoint& endpoint) {
    if (!address.is_unspecified()) endpoints_.insert(Prefix::around(address, address.bit_width()), endpoint);
  };
  using Kind = Endpoint::Kind;
  for (std::uint32_t i = 0; i < scenario_.networks.size(); ++i) {
    const auto& network = scenario_.networks[i];
    endpoints_.insert(network.prefix, {.kind = Kind::network, .position = i, .router = network.router});
  }
  for (std::uint32_t i = 0; i < scenario_.routers.size(); ++i) {
    const Endpoint endpoint{.kind = Kind::router, .position = i, .router = i};
    add(scenario_.routers[i].v4, endpoint);
    add(scenario_.routers[i].v6, endpoint);
  }
  for (const auto& link : scenario_.links) {
    if (link.interfaces == nowhere) continue;
    const auto& interfaces = scenario_.interfaces[link.interfaces];
    add(interfaces.a_v4, {.kind = Kind::router, .position = link.a, .router = link.a});
    add(interfaces.a_v6, {.kind = Kind::router, .position = link.a, .router = link.a});
    add(interfaces.b_v4, {.kind = Kind::router, .position = link.b, .router = link.b});
    add(interfaces.b_v6, {.kind = Kind::router, .position = link.b, .router = link.b});
  }
  const Endpoint vantage{.kind = Kind::vantage, .router = scenario_.vantage.router};
  add(scenario_.vantage.v4, vantage);
  add(scenario_.vantage.v6, vantage);
}

const Endpoint* Forwarding::find(const IpAddress& address) const {
  const auto* entry = endpoints_.longest_match(address);
  return entry != nullptr ? &entry->value : nullptr;
}

const StaticRoute* Forwarding::static_route(std::uint32_t router, const IpAddress& destination, bool known) const {
  for (const auto position : routes_.at(router)) {
    const auto& route = scenario_.routes[position];
    if (!route.prefix.contains(destination)) continue;
    if (route.prefix.length() == 0 && known) continue;  // a default route is the last resort
    // A route over a link that is down is withdrawn.
    const auto is_up = [&](std::uint32_t link) { return scenario_.links[link].up; };
    if (route.via.empty() || std::ranges::all_of(route.via, is_up)) return &route;
  }
  return nullptr;
}

Decision Forwarding::decide(std::uint32_t router, const IpAddress& destination, const Endpoint* endpoint) {
  if (has_routes_[router]) {
    if (const auto* route = static_route(router, destination, endpoint != nullptr))
      return {.links = route->via, .refusal = route->action};
  }
  const Decision no_route{.refusal = scenario_.traits_of(scenario_.routers[router]).no_route};
  if (endpoint == nullptr) return no_route;
  if (endpoint->router == router) return {.arrived = true};
  if (paths_.connected(router, endpoint->router)) return {.links = next_links(paths_, aims_, router, endpoint->router)};
  if (!intact_paths_) intact_paths_ = std::make_unique<ShortestPaths>(scenario_, LinkChoice::all);
  Decision decision = no_route;
  decision.links = next_links(*intact_paths_, intact_aims_, router, endpoint->router);
  decision.broken = true;
  return decision;
}

std::span<const std::uint32_t> Forwarding::next_links(ShortestPaths& paths, Aims& aims, std::uint32_t router,
                                                      std::uint32_t target) const {
  auto& aim = target == scenario_.vantage.router ? aims.back : aims.there;
  if (aim.target != target) paths.aim_at(target, aim);
  return paths.next_links(router, aim);
}

std::uint32_t Forwarding::choose(std::uint32_t router, const Decision& decision, const Flow& flow) const {
  if (decision.links.size() == 1) return decision.links.front();
  const auto& traits = scenario_.traits_of(scenario_.routers[router]);
  const auto hash = flow_hash(flow, traits.balancing, traits.icmp_hash, scenario_.seed ^ (std::uint64_t{router} << 32));
  return decision.links[hash % decision.links.size()];
}

IpAddress Forwarding::answering_address(std::uint32_t router, std::uint32_t link, Family family) const {
  const auto& record = scenario_.routers[router];
  const auto& traits = scenario_.traits_of(record);
  const auto& chosen = family == Family::v4 ? traits.answers_from_v4 : traits.answers_from_v6;
  if (!chosen.is_unspecified()) return chosen;
  if (link != nowhere && scenario_.links[link].interfaces != nowhere) {
    const auto& interfaces = scenario_.interfaces[scenario_.links[link].interfaces];
    const bool at_a = scenario_.links[link].a == router;
    const auto& address =
        family == Family::v4 ? (at_a ? interfaces.a_v4 : interfaces.b_v4) : (at_a ? interfaces.a_v6 : interfaces.b_v6);
    if (!address.is_unspecified()) return address;
  }
  return record.address(family);
}

}  // namespace cw::lab
