#include "lab/ground_truth.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "lab/simulated_host.hpp"

namespace cw::lab {
namespace {

// Where a probe may be when its TTL runs out.
struct Place {
  enum class Kind : std::uint8_t {
    router,
    host,
    refused,  // at the router, which says so
  };
  Kind kind = Kind::router;
  std::uint32_t router = nowhere;
  std::uint32_t in_link = nowhere;

  friend auto operator<=>(const Place&, const Place&) = default;
};

class Explorer {
 public:
  Explorer(SimulatedInternet& internet, const Flow& flow, Branches branches)
      : scenario_(internet.scenario()),
        forwarding_(internet.forwarding()),
        flow_(flow),
        branches_(branches),
        endpoint_(forwarding_.find(flow.destination)) {}

  ExpectedPath explore(int most_hops) {
    ExpectedPath path;
    std::set<Place> places{{.router = scenario_.vantage.router}};
    for (int ttl = 1; ttl <= most_hops && !places.empty(); ++ttl) {
      ExpectedHop hop;
      std::set<IpAddress> addresses;
      std::set<Place> next;
      for (const auto& place : places) {
        look_where_it_ends(place, addresses, hop, path);
        go_on(place, next);
      }
      hop.addresses.assign(addresses.begin(), addresses.end());
      path.hops.push_back(std::move(hop));
      places = std::move(next);
    }
    // Silence at the end is no hop.
    while (!path.hops.empty() && path.hops.back().addresses.empty()) path.hops.pop_back();
    return path;
  }

 private:
  [[nodiscard]] bool is_target(const Place& place) const {
    return endpoint_ != nullptr && endpoint_->kind == Endpoint::Kind::router && endpoint_->position == place.router;
  }

  // A router that lets a TTL of 1 go on is not heard of: whoever comes next answers in its place.
  void look_where_it_ends(const Place& place, std::set<IpAddress>& addresses, ExpectedHop& hop, ExpectedPath& path) {
    const bool goes_on = place.kind == Place::Kind::router && !is_target(place) &&
                         scenario_.traits_of(scenario_.routers[place.router]).forwards_zero_ttl;
    if (!goes_on) return look_at(place, addresses, hop, path);
    std::set<Place> next;
    go_on(place, next);
    if (next.empty()) hop.may_be_silent = true;
    for (const auto& beyond : next) look_at(beyond, addresses, hop, path);
  }

  void look_at(const Place& place, std::set<IpAddress>& addresses, ExpectedHop& hop, ExpectedPath& path) {
    if (place.kind == Place::Kind::host) return look_at_host(addresses, hop, path);
    const auto& traits = scenario_.traits_of(scenario_.routers[place.router]);
    const auto address = is_target(place)
                             ? flow_.destination
                             : forwarding_.answering_address(place.router, place.in_link, flow_.destination.family());
    const bool answers = traits.up && !traits.silent && traits.habits.respond > 0 && !address.is_unspecified();
    if (answers) addresses.insert(address);
    if (!answers || traits.habits.respond < 1) hop.may_be_silent = true;
    if (answers && is_target(place)) path.reached = true;
  }

  void look_at_host(std::set<IpAddress>& addresses, ExpectedHop& hop, ExpectedPath& path) {
    const auto& traits = scenario_.traits_of(scenario_.networks[endpoint_->position]);
    auto behaviour = behaviour_towards(traits, flow_.destination, flow_.protocol);
    if (flow_.protocol == codec::protocol_tcp &&
        std::ranges::find(traits.filtered_tcp_ports, flow_.destination_port()) != traits.filtered_tcp_ports.end())
      behaviour = Behaviour::silent;
    if (behaviour != Behaviour::silent) addresses.insert(flow_.destination);
    if (behaviour == Behaviour::silent || traits.habits.respond < 1) hop.may_be_silent = true;
    if (behaviour == Behaviour::answers) path.reached = true;
  }

  void go_on(const Place& place, std::set<Place>& next) {
    if (place.kind != Place::Kind::router || is_target(place)) return;
    if (!scenario_.traits_of(scenario_.routers[place.router]).up) return;
    const auto decision = forwarding_.decide(place.router, flow_.destination, endpoint_);
    if (decision.arrived) return arrive(place, next);
    if (decision.links.empty()) return refuse(place, decision.refusal, next);
    const auto& drops = scenario_.traits_of(scenario_.routers[place.router]).drops;
    if (std::ranges::find(drops, kind_of(flow_)) != drops.end()) return;
    const bool one = branches_ == Branches::of_flow &&
                     scenario_.traits_of(scenario_.routers[place.router]).balancing != Balancing::packet;
    const auto chosen = one ? forwarding_.choose(place.router, decision, flow_) : nowhere;
    for (const auto link : decision.links) {
      if (one && link != chosen) continue;
      if (scenario_.links[link].up)
        next.insert({.router = forwarding_.other_end(link, place.router), .in_link = link});
      else if (decision.broken)
        refuse(place, decision.refusal, next);
    }
  }

  void arrive(const Place& place, std::set<Place>& next) {
    if (endpoint_->kind != Endpoint::Kind::network) return;
    const auto& traits = scenario_.traits_of(scenario_.networks[endpoint_->position]);
    const auto behaviour = behaviour_towards(traits, flow_.destination, flow_.protocol);
    const bool refused = behaviour == Behaviour::network_unreachable || behaviour == Behaviour::host_unreachable ||
                         behaviour == Behaviour::prohibited;
    if (refused) return refuse(place, behaviour, next);
    next.insert({.kind = Place::Kind::host, .router = place.router});
  }

  static void refuse(const Place& place, Behaviour behaviour, std::set<Place>& next) {
    if (behaviour == Behaviour::silent) return;
    next.insert({.kind = Place::Kind::refused, .router = place.router, .in_link = place.in_link});
  }

  const Scenario& scenario_;
  Forwarding& forwarding_;
  const Flow& flow_;
  Branches branches_;
  const Endpoint* endpoint_;
};

}  // namespace

std::string ExpectedHop::to_string() const {
  std::vector<std::string> words;
  for (const auto& address : addresses) words.push_back(address.to_string());
  return words.empty() ? "*" : fmt::format("{}", fmt::join(words, "|"));
}

std::string ExpectedPath::to_string() const {
  std::vector<std::string> words;
  for (const auto& hop : hops) words.push_back(hop.to_string());
  return fmt::format("{}", fmt::join(words, " "));
}

ExpectedPath expected_path(SimulatedInternet& internet, const Flow& flow, Branches branches, int most_hops) {
  return Explorer(internet, flow, branches).explore(most_hops);
}

ExpectedPath expected_path(SimulatedInternet& internet, const IpAddress& destination) {
  const Flow flow{.source = internet.scenario().vantage.address(destination.family()),
                  .destination = destination,
                  .protocol = destination.is_v4() ? codec::protocol_icmp : codec::protocol_icmpv6};
  return expected_path(internet, flow, Branches::all);
}

std::optional<Asn> owner_of(const SimulatedInternet& internet, const IpAddress& address) {
  const auto& scenario = internet.scenario();
  const auto* endpoint = internet.forwarding().find(address);
  if (endpoint == nullptr) return std::nullopt;
  switch (endpoint->kind) {
    case Endpoint::Kind::router:
      return scenario.routers[endpoint->position].asn;
    case Endpoint::Kind::network:
      return scenario.networks[endpoint->position].asn;
    case Endpoint::Kind::vantage:
      return scenario.vantage.asn;
  }
  return std::nullopt;
}

}  // namespace cw::lab
