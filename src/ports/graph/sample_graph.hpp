#pragma once

// Batches for tests and benchmarks.

#include <chrono>
#include <initializer_list>
#include <string>
#include <utility>

#include "ports/graph/graph_records.hpp"

namespace cw::graph::samples {

// 2026-01-01T00:00:00Z, the tests' beginning of time.
inline Instant start() { return Instant(std::chrono::seconds(1'767'225'600)); }
inline Day first_day() { return std::chrono::floor<std::chrono::days>(start()); }

inline Network network(std::uint32_t asn, Instant seen = start()) {
  return {.asn = Asn{asn}, .first_seen = seen, .last_seen = seen};
}

inline RouteEnds ends(std::uint32_t from, std::uint32_t to) { return {.from = Asn{from}, .to = Asn{to}}; }

inline Route route(std::uint32_t from, std::uint32_t to, Instant seen = start()) {
  return {.ends = ends(from, to), .observed_count = 1, .first_seen = seen, .last_seen = seen};
}

// Routes seen once at an instant, with their networks and their day.
inline GraphBatch batch(std::int64_t after, std::int64_t position,
                        std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> routes, Instant seen = start()) {
  GraphBatch made{.after = after, .position = position};
  for (const auto& [from, to] : routes) {
    made.networks.push_back(network(from, seen));
    made.networks.push_back(network(to, seen));
    made.routes.push_back(route(from, to, seen));
    made.days.push_back(
        {.ends = ends(from, to), .day = std::chrono::floor<std::chrono::days>(seen), .observed_count = 1});
  }
  return made;
}

}  // namespace cw::graph::samples
