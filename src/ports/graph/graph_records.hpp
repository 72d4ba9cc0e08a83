#pragma once

// What is added to the graph of networks, and what is asked of it.

#include <chrono>
#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/network_graph.hpp"

namespace cw::graph {

using Day = std::chrono::sys_days;  // of UTC

// How often a route was seen on one day.
struct RouteDay {
  RouteEnds ends;
  Day day;
  std::int64_t observed_count = 0;
  friend bool operator==(const RouteDay&, const RouteDay&) = default;
};

// What some measurements add to the graph, each thing once: counts are added, times and RTTs widen what is there,
// an unknown name never replaces a known one.
struct GraphBatch {
  std::int64_t after = 0;     // the cursor that this batch continues from
  std::int64_t position = 0;  // the cursor once it is written
  std::vector<Network> networks;
  std::vector<Origin> origins;
  std::vector<Exchange> exchanges;
  std::vector<Membership> memberships;
  std::vector<Route> routes;
  std::vector<RouteDay> days;
};

// `invalid` when the position does not move on, a count is not positive, or a route, an origin or a membership names
// a network or an exchange that the batch does not bring: no end of an edge is ever made up.
Result<> check(const GraphBatch& batch);

struct GraphCounts {
  std::int64_t networks = 0;
  std::int64_t prefixes = 0;
  std::int64_t exchanges = 0;
  std::int64_t routes = 0;
  std::int64_t observations = 0;  // of all routes together
  friend bool operator==(const GraphCounts&, const GraphCounts&) = default;
};

// A part of the graph: networks, and all routes between two of them.
struct Subgraph {
  std::vector<Network> networks;  // the nearest first, then by number
  std::vector<Route> routes;      // by their ends
  bool complete = true;           // false: there was more than was asked for
  friend bool operator==(const Subgraph&, const Subgraph&) = default;
};

// Whole days of UTC, both included.
struct Days {
  Day first;
  Day last;
};

// By their ends.
struct RouteChanges {
  std::vector<RouteEnds> gained;
  std::vector<RouteEnds> lost;
  friend bool operator==(const RouteChanges&, const RouteChanges&) = default;
};

}  // namespace cw::graph
