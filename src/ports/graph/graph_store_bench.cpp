// Routes written into the graph per second: in batches, as the grapher does, and beside it one query an edge, as one
// would write it first. Needs CW_TEST_NEO4J for the part that is Neo4j's.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "core/random.hpp"
#include "platform/sqlite_database.hpp"
#include "platform/temporary_folder.hpp"
#include "ports/graph/embedded/embedded_graph_store.hpp"
#include "ports/graph/neo4j/neo4j_graph_store.hpp"
#include "ports/graph/neo4j/neo4j_url.hpp"
#include "ports/graph/neo4j/query_api.hpp"
#include "ports/graph/sample_graph.hpp"

namespace cw::graph {
namespace {

constexpr std::uint32_t kNetworks = 5'000;

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

RouteEnds random_ends(Random& random) {
  const auto from = static_cast<std::uint32_t>(1 + random.below(kNetworks));
  return samples::ends(from, 1 + (from + static_cast<std::uint32_t>(random.below(20))) % kNetworks);
}

// As many random routes among the networks as asked for, with their days.
GraphBatch random_batch(Random& random, std::int64_t after, std::int64_t routes) {
  GraphBatch batch{.after = after, .position = after + 1};
  for (std::int64_t i = 0; i < routes; ++i) {
    const auto ends = random_ends(random);
    batch.networks.push_back(samples::network(ends.from.value));
    batch.networks.push_back(samples::network(ends.to.value));
    batch.routes.push_back(samples::route(ends.from.value, ends.to.value));
    batch.days.push_back({.ends = ends, .day = samples::first_day(), .observed_count = 1});
  }
  return batch;
}

void apply_batches(benchmark::State& state, GraphStore& graph) {
  Random random(1);
  if (!graph.clear()) return state.SkipWithError("the graph cannot be cleared");
  std::int64_t position = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const auto batch = random_batch(random, position++, state.range(0));
    state.ResumeTiming();
    if (const auto applied = graph.apply(batch); !applied) return state.SkipWithError(applied.error().message.c_str());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void embedded_batches(benchmark::State& state) {
  const platform::TemporaryFolder folder;
  const auto sqlite = *platform::open_sqlite((folder / "node.db").string());
  apply_batches(state, **EmbeddedGraphStore::open(sqlite.database));
}
BENCHMARK(embedded_batches)->Arg(100)->Arg(1'000)->UseRealTime();

void neo4j_batches(benchmark::State& state) {
  if (environment("CW_TEST_NEO4J").empty()) return state.SkipWithError("set CW_TEST_NEO4J");
  const auto graph = *Neo4jGraphStore::open({.url = environment("CW_TEST_NEO4J"),
                                             .user = environment("CW_TEST_NEO4J_USER"),
                                             .password = environment("CW_TEST_NEO4J_PASSWORD")});
  apply_batches(state, *graph);
}
BENCHMARK(neo4j_batches)->Arg(100)->Arg(1'000)->Arg(5'000)->UseRealTime();

// One request and one transaction a route, with the same records at the end.
void neo4j_one_query_a_route(benchmark::State& state) {
  if (environment("CW_TEST_NEO4J").empty()) return state.SkipWithError("set CW_TEST_NEO4J");
  auto session = platform::HttpSession::open(
      {.user = environment("CW_TEST_NEO4J_USER"), .password = environment("CW_TEST_NEO4J_PASSWORD")});
  QueryApi api(parse_neo4j_url(environment("CW_TEST_NEO4J"))->query_url, *std::move(session));
  Random random(1);
  for (auto _ : state) {
    const auto ends = random_ends(random);
    const auto written = api.run(
        "MERGE (a:AS {asn: $from}) MERGE (b:AS {asn: $to}) MERGE (a)-[r:ROUTE]->(b) SET r.observed_count = "
        "coalesce(r.observed_count, 0) + 1, r.last_seen = datetime($seen), a.last_seen = datetime($seen), b.last_seen "
        "= "
        "datetime($seen) MERGE (d:RouteDay {from_asn: $from, to_asn: $to, day: date($day)}) SET d.observed_count = "
        "coalesce(d.observed_count, 0) + 1",
        {{"from", ends.from.value}, {"to", ends.to.value}, {"seen", "2026-01-01T00:00:00Z"}, {"day", "2026-01-01"}});
    if (!written) return state.SkipWithError(written.error().message.c_str());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(neo4j_one_query_a_route)->UseRealTime();

}  // namespace
}  // namespace cw::graph

BENCHMARK_MAIN();
