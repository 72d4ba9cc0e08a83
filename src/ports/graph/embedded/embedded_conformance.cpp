// The embedded graph, in memory, in a file and in a PostgreSQL database, against the contract of the graph.

#include <gtest/gtest.h>

#include "platform/postgres_database.hpp"
#include "platform/postgres_for_tests.hpp"
#include "platform/sqlite_database.hpp"
#include "platform/temporary_folder.hpp"
#include "ports/graph/embedded/embedded_graph_store.hpp"
#include "ports/graph/graph_store_conformance.hpp"

namespace cw::graph {
namespace {

struct Opened {
  platform::TemporaryFolder folder;
  platform::OwnedSqlite sqlite;
  std::unique_ptr<EmbeddedGraphStore> graph;
};

GraphStoreUnderTest open_at(std::shared_ptr<Opened> opened, std::string_view url) {
  opened->sqlite = *platform::open_sqlite(url);
  opened->graph = *EmbeddedGraphStore::open(opened->sqlite.database);
  auto* const graph = opened->graph.get();
  return {.backend = std::move(opened), .store = graph};
}

GraphStoreUnderTest in_memory() { return open_at(std::make_shared<Opened>(), "sqlite::memory:"); }

GraphStoreUnderTest in_file() {
  auto opened = std::make_shared<Opened>();
  const auto url = "sqlite://" + (opened->folder / "node.db").string();
  return open_at(std::move(opened), url);
}

struct OpenedOnPostgres {
  platform::TemporaryPostgres database;
  std::unique_ptr<EmbeddedGraphStore> graph;
};

GraphStoreUnderTest in_postgres() {
  if (platform::postgres_for_tests().empty()) return {.missing = "no PostgreSQL: run this under tools/servers run"};
  auto opened = std::make_shared<OpenedOnPostgres>();
  opened->graph = *EmbeddedGraphStore::open(*platform::open_postgres({.url = opened->database.url()}, 2));
  auto* const graph = opened->graph.get();
  return {.backend = std::move(opened), .store = graph};
}

INSTANTIATE_TEST_SUITE_P(EmbeddedMemory, GraphStoreConformance, testing::Values(in_memory));
INSTANTIATE_TEST_SUITE_P(Embedded, GraphStoreConformance, testing::Values(in_file));
INSTANTIATE_TEST_SUITE_P(EmbeddedPostgres, GraphStoreConformance, testing::Values(in_postgres));

}  // namespace
}  // namespace cw::graph
