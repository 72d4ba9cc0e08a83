#pragma once

// The graph of networks as text for other programs, piece by piece, as it may be larger than memory: first what there
// is to say of the whole, then all exchanges, all networks, all memberships, all origins, and all routes. Each call
// gives the text to be written next. What a format has no form for becomes no text.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "model/network_graph.hpp"

namespace cw::formats {

enum class GraphFormat : std::uint8_t { graphml, gexf, cypher, itdk };

// "graphml", "gexf", "cypher", "itdk"
std::string_view to_string(GraphFormat format);
Result<GraphFormat> parse_graph_format(std::string_view text);

class GraphWriter {
 public:
  virtual ~GraphWriter() = default;

  virtual std::string begin() { return {}; }
  virtual std::string exchange(const graph::Exchange& /*exchange*/) { return {}; }
  virtual std::string network(const graph::Network& network) = 0;
  virtual std::string membership(const graph::Membership& /*membership*/) { return {}; }
  virtual std::string origin(const graph::Origin& /*origin*/) { return {}; }
  virtual std::string route(const graph::Route& route) = 0;
  virtual std::string end() { return {}; }
};

std::unique_ptr<GraphWriter> make_graph_writer(GraphFormat format);

// GraphML 1.0: networks and exchanges as nodes, routes and memberships as edges.
std::unique_ptr<GraphWriter> make_graphml_writer();
// GEXF 1.2: networks as nodes, routes as edges weighted by how often they were seen.
std::unique_ptr<GraphWriter> make_gexf_writer();
// Statements that make the graph in another Neo4j, or are done again without harm.
std::unique_ptr<GraphWriter> make_cypher_writer();
// As CAIDA writes its ITDK, one node a network: its lines of .nodes.as and of .links. A link has no direction there, so
// the two routes between two networks are one link.
std::unique_ptr<GraphWriter> make_itdk_writer();

}  // namespace cw::formats
