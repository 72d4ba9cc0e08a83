#include "lab/expected_graph.hpp"

#include <optional>
#include <utility>

namespace cw::lab {
namespace {

// A router, and how a packet came to it.
struct Place {
  std::uint32_t router = nowhere;
  std::uint32_t in_link = nowhere;
  friend auto operator<=>(const Place&, const Place&) = default;
};

class GraphExplorer {
 public:
  GraphExplorer(SimulatedInternet& internet, const IpAddress& destination)
      : scenario_(internet.scenario()),
        forwarding_(internet.forwarding()),
        destination_(destination),
        endpoint_(forwarding_.find(destination)) {}

  ExpectedGraph explore(int most_hops) && {
    std::set<Place> places{{.router = scenario_.vantage.router}};
    for (int ttl = 1; ttl < most_hops && !places.empty(); ++ttl) {
      std::set<Place> next;
      for (const auto& place : places) go_on(ttl, place, next);
      places = std::move(next);
    }
    return std::move(graph_);
  }

 private:
  [[nodiscard]] bool is_target(const Place& place) const {
    return endpoint_ != nullptr && endpoint_->kind == Endpoint::Kind::router && endpoint_->position == place.router;
  }

  // Who answers there; nothing for silence.
  std::optional<ExpectedInterface> add(int ttl, const Place& place) {
    const auto& traits = scenario_.traits_of(scenario_.routers[place.router]);
    if (!traits.up || traits.silent) return std::nullopt;
    const auto address = is_target(place)
                             ? destination_
                             : forwarding_.answering_address(place.router, place.in_link, destination_.family());
    return *graph_.interfaces.insert({.ttl = ttl, .address = address}).first;
  }

  void go_on(int ttl, const Place& place, std::set<Place>& next) {
    const auto here = add(ttl, place);
    if (is_target(place)) return;
    const auto decision = forwarding_.decide(place.router, destination_, endpoint_);
    if (decision.arrived) {
      const ExpectedInterface host{.ttl = ttl + 1, .address = destination_};
      graph_.interfaces.insert(host);
      if (here) graph_.links.insert({.from = *here, .to = host});
      return;
    }
    for (const auto link : decision.links) {
      const Place there{.router = forwarding_.other_end(link, place.router), .in_link = link};
      next.insert(there);
      if (const auto far = add(ttl + 1, there); here && far) graph_.links.insert({.from = *here, .to = *far});
    }
  }

  const Scenario& scenario_;
  Forwarding& forwarding_;
  IpAddress destination_;
  const Endpoint* endpoint_;
  ExpectedGraph graph_;
};

}  // namespace

ExpectedGraph expected_graph(SimulatedInternet& internet, const IpAddress& destination, int most_hops) {
  return GraphExplorer(internet, destination).explore(most_hops);
}

}  // namespace cw::lab
