#pragma once

// What a right multipath trace of a simulated Internet may find: all interfaces and links that some flow crosses,
// by TTL. For tests and comparisons; computed apart from the packets, for destinations that answer.

#include <compare>
#include <set>

#include "core/ip_address.hpp"
#include "lab/simulated_internet.hpp"

namespace cw::lab {

struct ExpectedInterface {
  int ttl = 0;
  IpAddress address;
  friend auto operator<=>(const ExpectedInterface&, const ExpectedInterface&) = default;
};
struct ExpectedLink {
  ExpectedInterface from;
  ExpectedInterface to;
  friend auto operator<=>(const ExpectedLink&, const ExpectedLink&) = default;
};

// Silent routers, and links to and from them, are left out.
struct ExpectedGraph {
  std::set<ExpectedInterface> interfaces;
  std::set<ExpectedLink> links;
};

// At most `most_hops` hops.
ExpectedGraph expected_graph(SimulatedInternet& internet, const IpAddress& destination, int most_hops = 32);

}  // namespace cw::lab
