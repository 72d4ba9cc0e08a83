#include "formats/graph_writer.hpp"

#include <array>

#include "model/named_value.hpp"

namespace cw::formats {
namespace {

constexpr std::array formats{GraphFormat::graphml, GraphFormat::gexf, GraphFormat::cypher, GraphFormat::itdk};

}  // namespace

std::string_view to_string(GraphFormat format) {
  switch (format) {
    case GraphFormat::graphml:
      return "graphml";
    case GraphFormat::gexf:
      return "gexf";
    case GraphFormat::cypher:
      return "cypher";
    case GraphFormat::itdk:
      return "itdk";
  }
  return "graphml";
}

Result<GraphFormat> parse_graph_format(std::string_view text) {
  return parse_named_value<GraphFormat>("format", text, formats);
}

std::unique_ptr<GraphWriter> make_graph_writer(GraphFormat format) {
  switch (format) {
    case GraphFormat::graphml:
      return make_graphml_writer();
    case GraphFormat::gexf:
      return make_gexf_writer();
    case GraphFormat::cypher:
      return make_cypher_writer();
    case GraphFormat::itdk:
      return make_itdk_writer();
  }
  return make_graphml_writer();
}

}  // namespace cw::formats
