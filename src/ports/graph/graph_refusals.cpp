#include "ports/graph/graph_refusals.hpp"

#include <fmt/format.h>

namespace cw::graph {

std::unexpected<Error> unknown_network(Asn asn) {
  return fail(ErrorKind::not_found, fmt::format("no measurement has crossed {} yet", asn.to_string()));
}

std::unexpected<Error> no_path(const PathQuery& query) {
  return fail(ErrorKind::not_found, fmt::format("no path of at most {} routes leads from {} to {}", query.most_routes,
                                                query.from.to_string(), query.to.to_string()));
}

std::unexpected<Error> cursor_moved(std::int64_t expected) {
  return fail(ErrorKind::conflict,
              fmt::format("the graph is not at position {}: somebody else writes it, or it was cleared", expected));
}

}  // namespace cw::graph
