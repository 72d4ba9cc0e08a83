#pragma once

// Records of the graph as parameters of statements, and back from the columns of their answers.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "ports/graph/graph_records.hpp"
#include "ports/graph/neo4j/query_reply.hpp"

namespace cw::graph {

// The parameters of statements::kApply.
boost::json::object parameters_of(const GraphBatch& batch);
boost::json::array numbers_of(const std::vector<Asn>& asns);
// "2026-11-22"
std::string day_text(Day day);

// `internal` for a value out of its range. Whether the columns were there at all, the reader says.
Result<Network> read_network(RowReader& row);
Result<Route> read_route(RowReader& row);
Result<RouteEnds> read_ends(RowReader& row);
Result<Origin> read_origin(RowReader& row);
Result<Membership> read_membership(RowReader& row);
Result<Exchange> read_exchange(RowReader& row);
Result<Asn> read_asn(RowReader& row);

}  // namespace cw::graph
