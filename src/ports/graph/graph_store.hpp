#pragma once

// The graph of networks: who hands packets to whom, as measurements saw it. It is a projection of the store: whatever
// follows the store applies batches in the store's order, and the graph itself keeps how far it has come, so that a
// crash between two writes neither loses nor doubles an observation. graph_store_conformance.cpp is the contract as
// tests.
//
// Errors of every call: `unavailable` (the back end cannot be reached, is too busy, or refuses us: try again later),
// `unsupported` (it is too old, or was written by a newer cyberwatch), `exhausted` (its disk or memory is full, or
// its answer is too long), `internal` (damaged, or a fault of ours).

#include <cstdint>
#include <optional>
#include <vector>

#include "core/asn.hpp"
#include "core/result.hpp"
#include "ports/graph/graph_records.hpp"

namespace cw::graph {

// Which way a path may go along a route.
enum class Heading : std::uint8_t { with_travel, any };

struct PathQuery {
  Asn from;
  Asn to;
  Heading heading = Heading::with_travel;
  int most_routes = 16;
};

struct SubgraphQuery {
  Asn center;
  int depth = 1;  // routes from the center, either way; at most 16
  int most_networks = 500;
};

class GraphStore {
 public:
  virtual ~GraphStore() = default;

  // The position of the last batch that was applied; 0 for an empty graph. Ends a clearing that was interrupted.
  virtual Result<std::int64_t> cursor() = 0;

  // Writes the batch and moves the cursor on, in one transaction, durable when it returns. `conflict` when the
  // cursor is not at `batch.after`: then nothing is written, and the cursor says what to do next. After any other
  // error the batch has been applied wholly or not at all: the cursor says which. `invalid` as check() has it.
  virtual Result<> apply(const GraphBatch& batch) = 0;

  // Empties the graph and puts the cursor to 0.
  virtual Result<> clear() = 0;

  virtual Result<GraphCounts> counts() = 0;

  // A path of the fewest routes, in the order from `from` to `to`; no routes when both are one network. `not_found`
  // when a network is unknown or no path is that short.
  virtual Result<std::vector<Route>> path(const PathQuery& query) = 0;

  // The routes to and from a network, the most observed first, then by their ends. `not_found` when it is unknown.
  virtual Result<std::vector<Route>> neighbours(Asn asn, int most) = 0;

  // The networks around one, level by level, each level by number. `not_found` when the center is unknown.
  virtual Result<Subgraph> subgraph(const SubgraphQuery& query) = 0;

  // Routes seen in `after` and not in `before` (gained), and the other way round (lost).
  virtual Result<RouteChanges> changes(const Days& before, const Days& after) = 0;

  // All of the graph in pages, each by its order, beginning behind `after`: for exports.
  virtual Result<std::vector<Network>> networks(std::optional<Asn> after, int most) = 0;
  virtual Result<std::vector<Route>> routes(std::optional<RouteEnds> after, int most) = 0;
  virtual Result<std::vector<Origin>> origins(std::optional<Origin> after, int most) = 0;
  virtual Result<std::vector<Membership>> memberships(std::optional<Membership> after, int most) = 0;
  virtual Result<std::vector<Exchange>> exchanges(std::optional<std::string> after, int most) = 0;
};

}  // namespace cw::graph
