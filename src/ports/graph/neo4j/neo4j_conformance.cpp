// A real Neo4j, as tools/neo4j/server starts it, against the contract of the graph.

#include <gtest/gtest.h>

#include <cstdlib>

#include "ports/graph/graph_store_conformance.hpp"
#include "ports/graph/neo4j/neo4j_graph_store.hpp"

namespace cw::graph {
namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// A server that was named and is not there is a failure everywhere.
GraphStoreUnderTest not_there(const Error& error) {
  ADD_FAILURE() << error.message;
  return {.missing = error.message};
}

// The one server of the test run, emptied.
GraphStoreUnderTest cleared() {
  const auto url = environment("CW_TEST_NEO4J");
  if (url.empty())
    return {.missing = "no Neo4j: set CW_TEST_NEO4J as tools/neo4j/server up prints it, to test against one"};
  auto opened = Neo4jGraphStore::open(
      {.url = url, .user = environment("CW_TEST_NEO4J_USER"), .password = environment("CW_TEST_NEO4J_PASSWORD")});
  if (!opened) return not_there(opened.error());
  if (const auto emptied = (*opened)->clear(); !emptied) return not_there(emptied.error());
  const std::shared_ptr<Neo4jGraphStore> store = *std::move(opened);
  return {.backend = store, .store = store.get()};
}

INSTANTIATE_TEST_SUITE_P(Neo4j, GraphStoreConformance, testing::Values(cleared));

}  // namespace
}  // namespace cw::graph
