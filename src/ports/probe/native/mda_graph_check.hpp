#pragma once

// For tests of multipath traces: a network as sets of interfaces and links, and what a graph says beside the truth.

#include <algorithm>
#include <set>
#include <utility>

#include "core/ip_address.hpp"
#include "model/measurement.hpp"

namespace cw::probe {

struct DrawnNetwork {
  using Interface = std::pair<int, IpAddress>;  // TTL
  using Link = std::pair<Interface, Interface>;
  std::set<Interface> interfaces;
  std::set<Link> links;
};

// Silence is nobody's.
inline DrawnNetwork told_by(const PathGraph& graph) {
  DrawnNetwork told;
  for (const auto& interface : graph.interfaces)
    if (interface.address) told.interfaces.insert({interface.ttl.value, *interface.address});
  for (const auto& link : graph.links) {
    const auto& from = graph.interfaces[link.from];
    const auto& to = graph.interfaces[link.to];
    told.links.insert({{from.ttl.value, *from.address}, {to.ttl.value, *to.address}});
  }
  return told;
}

struct GraphFaults {
  int missing_interfaces = 0;
  int missing_links = 0;
  int false_interfaces = 0;
  int false_links = 0;
};

inline GraphFaults faults_of(const PathGraph& graph, const DrawnNetwork& truth) {
  const auto missing = [](const auto& from, const auto& in) {
    return static_cast<int>(std::ranges::count_if(in, [&](const auto& item) { return !from.contains(item); }));
  };
  const auto told = told_by(graph);
  return {.missing_interfaces = missing(told.interfaces, truth.interfaces),
          .missing_links = missing(told.links, truth.links),
          .false_interfaces = missing(truth.interfaces, told.interfaces),
          .false_links = missing(truth.links, told.links)};
}

}  // namespace cw::probe
