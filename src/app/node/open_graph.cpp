#include "app/node/open_graph.hpp"

#include <fmt/format.h>

#include <utility>

#include "app/node/password_file.hpp"
#include "ports/graph/embedded/embedded_graph_store.hpp"
#include "ports/graph/neo4j/neo4j_graph_store.hpp"

namespace cw::app {
namespace {

constexpr std::string_view kInStore = "store:";

}  // namespace

bool graph_is_in_store(const Settings& settings) { return settings.text("graph.url") == kInStore; }

Result<std::unique_ptr<graph::GraphStore>> open_server_graph(const Settings& settings) {
  auto graph = graph::Neo4jGraphStore::open({.url = settings.text("graph.url"),
                                             .user = settings.text("graph.user"),
                                             .password = TRY(read_password_file(settings, "graph.password_file")),
                                             .ca_file = settings.text("graph.ca_file")});
  if (!graph) return fail("graph.url", std::move(graph).error());
  return *std::move(graph);
}

Result<std::unique_ptr<graph::GraphStore>> open_graph(const Settings& settings,
                                                      std::shared_ptr<platform::SharedDatabase> store) {
  if (!graph_is_in_store(settings)) return open_server_graph(settings);
  auto graph = graph::EmbeddedGraphStore::open(std::move(store));
  if (!graph) return fail(ErrorKind::unavailable, std::move(graph).error().message);
  return *std::move(graph);
}

}  // namespace cw::app
