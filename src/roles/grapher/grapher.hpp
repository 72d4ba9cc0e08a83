#pragma once

// The grapher brings the graph of networks up to what the store holds, trace by trace in the order of the store's
// feed. The graph itself keeps how far it is, so this role keeps nothing that matters: after a crash, or when the
// graph was away or cleared, it goes on where the graph says.

#include <cstdint>
#include <stop_token>
#include <string>

#include "core/guarded.hpp"
#include "core/random.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "ports/graph/graph_store.hpp"
#include "ports/store/measurement_store.hpp"
#include "ports/store/trace_feed.hpp"
#include "roles/grapher/graph_sightings.hpp"

namespace cw::roles {

struct GrapherPorts {
  store::TraceFeed& feed;
  store::MeasurementStore& measurements;
  graph::GraphStore& graph;
};

struct GrapherOptions {
  std::uint64_t seed = 0;                         // of the jitter of waits
  int most_traces = 500;                          // in one batch
  Duration poll = std::chrono::seconds(1);        // how long a new trace may wait to be seen
  Duration first_wait = std::chrono::seconds(1);  // when the graph is away; doubles with every failure
  Duration longest_wait = std::chrono::minutes(1);
};

// How it stands with the graph, for those who ask whether the node is ready.
struct GrapherState {
  std::int64_t position = 0;  // of the graph
  std::string error;          // empty: it is followed
};

class Grapher {
 public:
  Grapher(GrapherPorts ports, GrapherOptions options);

  // Brings the next traces into the graph; returns how many the feed gave, 0 when the graph is up to date. Traces that
  // have been removed, or cannot be read, are passed over. Errors are the store's and the graph's; `conflict`
  // when the graph is ahead of the store: then it belongs to another store, or the store was put back.
  Result<std::size_t> run_once();
  // Runs until the stop; an error is logged when it begins and when it is over.
  void run(const std::stop_token& stop);

  [[nodiscard]] GrapherState state() const;

 private:
  Result<std::vector<store::StoredMeasurement>> read(const std::vector<store::FedTrace>& traces);
  Result<FactsByAddress> facts_of(const std::vector<store::StoredMeasurement>& traces);
  Result<> expect_not_ahead(std::int64_t cursor);
  Duration wait_after(int failures);

  GrapherPorts ports_;
  GrapherOptions options_;
  Random random_;
  Guarded<GrapherState> state_;
};

}  // namespace cw::roles
