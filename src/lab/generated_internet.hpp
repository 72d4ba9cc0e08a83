#pragma once

// Large Internets from a few numbers: a tree of routers behind one router of the scenario, with one destination
// network at the end of each branch. Near the root branches share routers, far from it each has its own, as in a
// survey of many networks from one place.

#include <array>
#include <cstdint>

#include "core/prefix.hpp"
#include "core/time.hpp"
#include "lab/scenario.hpp"
#include "lab/table_reader.hpp"

namespace cw::lab {

struct GenerationPlan {
  std::uint32_t destinations = 0;  // of each family
  bool v4 = true;
  bool v6 = false;
  std::uint32_t router = nowhere;  // that the tree grows from; it is the first hop
  int least_hops = 12;             // from the vantage to the destination, both families alike
  int most_hops = 16;
  double least_rtt_ms = 20;
  double most_rtt_ms = 100;
  Duration jitter{};          // of each packet on its way to its network
  double silent_routers = 0;  // shares
  double silent_destinations = 0;
  double mpls_routers = 0;
  double loss = 0;  // of probes with their replies, wherever they go
  double replies_per_second = 0;
  double reply_burst = 1;
  int diamonds = 0;  // levels of the tree where each router stands `width` times side by side
  int width = 4;
  std::uint32_t first_asn = 4'200'000'000;  // RFC 6996
  Prefix networks_v4;                       // a /24 for each destination, from its start
  Prefix networks_v6;                       // a /48
  Prefix routers_v4;
  Prefix routers_v6;
};

// The keys of [generate]; faults stay in `in`.
GenerationPlan read_generation_plan(TableReader& in, std::uint32_t most_destinations);

// Adds routers, links, networks and destinations to the scenario, drawn from its seed.
void generate_internet(const GenerationPlan& plan, Scenario& scenario);

}  // namespace cw::lab
