#include "ports/graph/neo4j/neo4j_graph_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "ports/graph/graph_refusals.hpp"
#include "ports/graph/level_walk.hpp"
#include "ports/graph/neo4j/graph_json.hpp"
#include "ports/graph/neo4j/neo4j_url.hpp"
#include "ports/graph/neo4j/query_api.hpp"
#include "ports/graph/neo4j/statements.hpp"

namespace cw::graph {
namespace {

namespace json = boost::json;

// The statement with the columns in its gap; the braces of Cypher keep format strings away.
std::string with_columns(std::string_view statement, std::string_view columns) {
  std::string text(statement);
  text.replace(text.rfind("{}"), 2, columns);
  return text;
}

Result<std::int64_t> read_integer(RowReader& row) { return row.integer(); }

// The first column of the only row.
Result<std::int64_t> select_integer(QueryApi& api, std::string_view statement, json::object parameters = {}) {
  const auto rows = TRY(api.select(statement, std::move(parameters), read_integer));
  if (rows.size() != 1) return fail(ErrorKind::internal, "Neo4j answers with more or fewer rows than were asked for");
  return rows.front();
}

// 1. A graph of a newer cyberwatch is left alone.
// 2. Constraints come before the first node that they hold for.
Result<> prepare(QueryApi& api) {
  for (const auto schema : TRY(api.select(statements::kReadSchema, {}, read_integer)))
    if (schema > statements::kSchema)
      return fail(ErrorKind::unsupported,
                  fmt::format("the graph was written by a newer cyberwatch (schema {}, this one knows {}): upgrade "
                              "this program",
                              schema, statements::kSchema));
  for (const auto change : statements::kSchemaChanges) TRY(api.run(change));
  TRY(api.run(statements::kMakeCursor, {{"schema", statements::kSchema}}));
  return {};
}

Result<> set_cursor(QueryApi& api, std::int64_t position) {
  TRY(api.run(statements::kSetCursor, {{"position", position}, {"schema", statements::kSchema}}));
  return {};
}

Result<> expect_networks(QueryApi& api, const std::vector<Asn>& asns) {
  const auto known = TRY(api.select(statements::kKnownOf, {{"asns", numbers_of(asns)}}, read_asn));
  for (const auto asn : asns)
    if (std::ranges::find(known, asn) == known.end()) return unknown_network(asn);
  return {};
}

Result<std::set<Asn>> next_level(QueryApi& api, const std::vector<Asn>& level) {
  const auto next = TRY(api.select(statements::kNextLevel, {{"asns", numbers_of(level)}}, read_asn));
  return std::set<Asn>(next.begin(), next.end());
}

// In the order of `asns`.
Result<std::vector<Network>> networks_of(QueryApi& api, const std::vector<Asn>& asns) {
  static const auto statement = with_columns(statements::kNetworksOf, statements::kNetworkColumns);
  std::map<Asn, Network> by_asn;
  for (auto& network : TRY(api.select(statement, {{"asns", numbers_of(asns)}}, read_network))) {
    const auto asn = network.asn;
    by_asn.insert_or_assign(asn, std::move(network));
  }
  std::vector<Network> ordered;
  for (const auto asn : asns)
    if (const auto found = by_asn.find(asn); found != by_asn.end()) ordered.push_back(std::move(found->second));
  return ordered;
}

Result<std::vector<RouteEnds>> seen_only_in(QueryApi& api, const Days& days, const Days& other) {
  return api.select(statements::kSeenOnlyIn,
                    {{"first", day_text(days.first)},
                     {"last", day_text(days.last)},
                     {"other_first", day_text(other.first)},
                     {"other_last", day_text(other.last)}},
                    read_ends);
}

std::int64_t number_or_before_all(std::optional<Asn> asn) { return asn ? std::int64_t{asn->value} : -1; }

}  // namespace

Result<std::unique_ptr<Neo4jGraphStore>> Neo4jGraphStore::open(Neo4jOptions options) {
  auto address = TRY(parse_neo4j_url(options.url));
  auto session = TRY(platform::HttpSession::open({.user = std::move(options.user),
                                                  .password = std::move(options.password),
                                                  .ca_file = std::move(options.ca_file),
                                                  .connect_timeout = options.connect_timeout,
                                                  .timeout = options.timeout}));
  return std::unique_ptr<Neo4jGraphStore>(
      new Neo4jGraphStore(std::make_unique<QueryApi>(std::move(address.query_url), std::move(session))));
}

Neo4jGraphStore::Neo4jGraphStore(std::unique_ptr<QueryApi> api) : api_(std::move(api)) {}
Neo4jGraphStore::~Neo4jGraphStore() = default;

Result<QueryApi*> Neo4jGraphStore::ready() {
  if (!prepared_) {
    TRY(prepare(*api_));
    prepared_ = true;
  }
  return api_.get();
}

Result<std::int64_t> Neo4jGraphStore::cursor() {
  auto* const api = TRY(ready());
  const auto rows = TRY(api->select(statements::kReadCursor, {}, read_integer));
  // Somebody emptied the whole database: then the graph is empty, too.
  if (rows.empty()) {
    prepared_ = false;
    TRY(ready());
    return 0;
  }
  if (rows.front() != statements::kClearing) return rows.front();
  TRY(finish_clearing(*api));
  return 0;
}

Result<> Neo4jGraphStore::apply(const GraphBatch& batch) {
  TRY(check(batch));
  auto* const api = TRY(ready());
  const auto rows = TRY(api->select(statements::kApply, parameters_of(batch), read_integer));
  if (rows.empty()) return cursor_moved(batch.after);
  return {};
}

Result<> Neo4jGraphStore::clear() {
  auto* const api = TRY(ready());
  TRY(set_cursor(*api, statements::kClearing));
  return finish_clearing(*api);
}

Result<> Neo4jGraphStore::finish_clearing(QueryApi& api) {
  for (const auto removal : statements::kRemovals)
    while (TRY(select_integer(api, removal)) > 0) {
    }
  return set_cursor(api, 0);
}

Result<GraphCounts> Neo4jGraphStore::counts() {
  auto* const api = TRY(ready());
  const auto read = [](RowReader& row) -> Result<GraphCounts> {
    GraphCounts counts;
    for (auto* const count :
         {&counts.networks, &counts.prefixes, &counts.exchanges, &counts.routes, &counts.observations})
      *count = row.integer();
    return counts;
  };
  const auto rows = TRY(api->select(statements::kCounts, {}, read));
  return rows.empty() ? GraphCounts{} : rows.front();
}

Result<std::vector<Route>> Neo4jGraphStore::path(const PathQuery& query) {
  static const auto with_travel = with_columns(statements::kPathWithTravel, statements::kRouteColumns);
  static const auto any_way = with_columns(statements::kPathAnyWay, statements::kRouteColumns);
  auto* const api = TRY(ready());
  TRY(expect_networks(*api, {query.from, query.to}));
  if (query.from == query.to) return std::vector<Route>{};
  auto found = TRY(api->select(query.heading == Heading::any ? any_way : with_travel,
                               {{"from", query.from.value}, {"to", query.to.value}}, read_route));
  if (found.empty() || std::cmp_greater(found.size(), query.most_routes)) return no_path(query);
  return found;
}

Result<std::vector<Route>> Neo4jGraphStore::neighbours(Asn asn, int most) {
  static const auto statement = with_columns(statements::kRoutesOf, statements::kRouteColumns);
  auto* const api = TRY(ready());
  TRY(expect_networks(*api, {asn}));
  return api->select(statement, {{"asn", asn.value}, {"most", most}}, read_route);
}

Result<Subgraph> Neo4jGraphStore::subgraph(const SubgraphQuery& query) {
  static const auto among = with_columns(statements::kRoutesAmong, statements::kRouteColumns);
  auto* const api = TRY(ready());
  TRY(expect_networks(*api, {query.center}));
  const auto walk = TRY(walk_levels(query.center, query.depth, static_cast<std::size_t>(query.most_networks),
                                    [&](const auto& level) { return next_level(*api, level); }));
  Subgraph found{.complete = walk.complete};
  found.networks = TRY(networks_of(*api, walk.found));
  found.routes = TRY(api->select(among, {{"asns", numbers_of(walk.found)}}, read_route));
  return found;
}

Result<RouteChanges> Neo4jGraphStore::changes(const Days& before, const Days& after) {
  auto* const api = TRY(ready());
  RouteChanges changes;
  changes.gained = TRY(seen_only_in(*api, after, before));
  changes.lost = TRY(seen_only_in(*api, before, after));
  return changes;
}

Result<std::vector<Network>> Neo4jGraphStore::networks(std::optional<Asn> after, int most) {
  static const auto statement = with_columns(statements::kNetworksAfter, statements::kNetworkColumns);
  auto* const api = TRY(ready());
  return api->select(statement, {{"after", number_or_before_all(after)}, {"most", most}}, read_network);
}

Result<std::vector<Route>> Neo4jGraphStore::routes(std::optional<RouteEnds> after, int most) {
  static const auto statement = with_columns(statements::kRoutesAfter, statements::kRouteColumns);
  auto* const api = TRY(ready());
  const auto from = number_or_before_all(after ? std::optional(after->from) : std::nullopt);
  const auto to = number_or_before_all(after ? std::optional(after->to) : std::nullopt);
  return api->select(statement, {{"from", from}, {"to", to}, {"most", most}}, read_route);
}

Result<std::vector<Origin>> Neo4jGraphStore::origins(std::optional<Origin> after, int most) {
  auto* const api = TRY(ready());
  const auto asn = number_or_before_all(after ? std::optional(after->asn) : std::nullopt);
  return api->select(statements::kOriginsAfter,
                     {{"asn", asn}, {"text", after ? after->prefix.to_string() : ""}, {"most", most}}, read_origin);
}

Result<std::vector<Membership>> Neo4jGraphStore::memberships(std::optional<Membership> after, int most) {
  auto* const api = TRY(ready());
  const auto asn = number_or_before_all(after ? std::optional(after->asn) : std::nullopt);
  return api->select(statements::kMembershipsAfter,
                     {{"asn", asn}, {"text", after ? after->ixp_id : ""}, {"most", most}}, read_membership);
}

Result<std::vector<Exchange>> Neo4jGraphStore::exchanges(std::optional<std::string> after, int most) {
  auto* const api = TRY(ready());
  return api->select(statements::kExchangesAfter, {{"text", after.value_or("")}, {"most", most}}, read_exchange);
}

}  // namespace cw::graph
