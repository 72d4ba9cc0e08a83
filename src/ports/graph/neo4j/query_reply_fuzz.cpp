// An answer of Neo4j, and every record that could be read from its rows: nothing that a server says may do more than
// make an error, and what was read is fit to be written again.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ports/graph/neo4j/graph_json.hpp"
#include "ports/graph/neo4j/query_reply.hpp"

namespace {

using namespace cw::graph;

void require(bool holds) {
  if (!holds) std::abort();
}

template <class Record>
void read_as(const boost::json::value& row, cw::Result<Record> (*read)(RowReader&)) {
  RowReader reader(row);
  const auto record = read(reader);
  if (!record) require(record.error().kind == cw::ErrorKind::internal && !record.error().message.empty());
}

void check_route(const boost::json::value& row) {
  RowReader reader(row);
  const auto route = read_route(reader);
  if (!route || !reader.ok()) return;
  require(!route->min_rtt || route->min_rtt->count() >= 0);
  require(cw::parse_rfc3339(cw::format_rfc3339(route->first_seen)) == route->first_seen);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr int statuses[] = {200, 202, 400, 401, 404, 500, 503};
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto rows = parse_query_reply(statuses[data[0] % std::size(statuses)], body);
  if (!rows) {
    require(!rows.error().message.empty() && rows.error().message.find('\n') == std::string::npos);
    return 0;
  }
  for (const auto& row : *rows) {
    read_as(row, read_network);
    read_as(row, read_ends);
    read_as(row, read_origin);
    read_as(row, read_membership);
    read_as(row, read_exchange);
    read_as(row, read_asn);
    check_route(row);
  }
  return 0;
}
