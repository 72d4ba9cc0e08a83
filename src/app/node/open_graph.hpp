#pragma once

// The graph of networks that the settings name: in the store, or on a Neo4j server.

#include <memory>

#include "core/result.hpp"
#include "model/settings.hpp"
#include "platform/database.hpp"
#include "ports/graph/graph_store.hpp"

namespace cw::app {

bool graph_is_in_store(const Settings& settings);

// A graph on that server, which may be away. `invalid` in words that say what to change.
Result<std::unique_ptr<graph::GraphStore>> open_server_graph(const Settings& settings);
Result<std::unique_ptr<graph::GraphStore>> open_graph(const Settings& settings,
                                                      std::shared_ptr<platform::SharedDatabase> store);

}  // namespace cw::app
