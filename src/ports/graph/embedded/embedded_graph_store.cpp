#include "ports/graph/embedded/embedded_graph_store.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <span>

#include "platform/migrations.hpp"
#include "ports/graph/embedded/graph_rows.hpp"
#include "ports/graph/graph_refusals.hpp"
#include "ports/graph/level_walk.hpp"

namespace cw::graph {

// Made at build time from ports/graph/embedded/migrations.
std::span<const platform::Migration> graph_migrations();
std::span<const platform::Migration> graph_migrations_postgresql();

namespace {

using platform::Database;

template <class Record>
Result<> write_each(Database& database, const std::vector<Record>& records,
                    Result<> (*write)(Database&, const Record&)) {
  for (const auto& record : records) TRY(write(database, record));
  return {};
}

Result<> write_batch(Database& database, const GraphBatch& batch) {
  TRY(write_each(database, batch.networks, write_network));
  TRY(write_each(database, batch.origins, write_origin));
  TRY(write_each(database, batch.exchanges, write_exchange));
  TRY(write_each(database, batch.memberships, write_membership));
  TRY(write_each(database, batch.routes, write_route));
  return write_each(database, batch.days, write_day);
}

Result<> expect_network(Database& database, Asn asn) {
  if (TRY(find_network(database, asn))) return {};
  return unknown_network(asn);
}

// Breadth-first from one end to the other; who was reached first stays the way it was reached.
class PathSearch {
 public:
  PathSearch(Database& database, const PathQuery& query) : database_(database), query_(query) {}

  Result<std::vector<Route>> find() {
    std::vector<Asn> level{query_.from};
    reached_from_.emplace(query_.from, query_.from);
    for (int length = 0; length < query_.most_routes && !level.empty(); ++length) {
      level = TRY(next_level(level));
      if (reached_from_.contains(query_.to)) return walk_back();
    }
    return no_path(query_);
  }

 private:
  Result<std::vector<Asn>> next_level(const std::vector<Asn>& level) {
    std::vector<Asn> next;
    for (const auto asn : level) {
      auto ends = TRY(find_far_ends(database_, asn));
      if (query_.heading == Heading::any)
        std::ranges::copy(TRY(find_near_ends(database_, asn)), std::back_inserter(ends));
      for (const auto end : ends)
        if (reached_from_.emplace(end, asn).second) next.push_back(end);
    }
    return next;
  }

  Result<std::vector<Route>> walk_back() {
    std::vector<Route> routes;
    for (auto asn = query_.to; asn != query_.from; asn = reached_from_.at(asn)) {
      const auto before = reached_from_.at(asn);
      auto route = TRY(find_route(database_, {.from = before, .to = asn}));
      if (!route) route = TRY(find_route(database_, {.from = asn, .to = before}));
      if (!route) return no_path(query_);
      routes.push_back(*std::move(route));
    }
    std::ranges::reverse(routes);
    return routes;
  }

  Database& database_;
  const PathQuery& query_;
  std::map<Asn, Asn> reached_from_;
};

Result<std::set<Asn>> neighbours_of(Database& database, const std::vector<Asn>& level) {
  std::set<Asn> neighbours;
  for (const auto asn : level) {
    const auto far = TRY(find_far_ends(database, asn));
    const auto near = TRY(find_near_ends(database, asn));
    neighbours.insert(far.begin(), far.end());
    neighbours.insert(near.begin(), near.end());
  }
  return neighbours;
}

Result<std::vector<Route>> routes_among(Database& database, std::vector<Asn> networks) {
  std::ranges::sort(networks);
  std::vector<Route> among;
  for (const auto asn : networks)
    for (auto& route : TRY(find_routes_from(database, asn)))
      if (std::ranges::binary_search(networks, route.ends.to)) among.push_back(std::move(route));
  return among;
}

}  // namespace

Result<std::unique_ptr<EmbeddedGraphStore>> EmbeddedGraphStore::open(
    std::shared_ptr<platform::SharedDatabase> database) {
  const bool on_postgres = database->dialect() == platform::SqlDialect::postgresql;
  TRY(platform::migrate(*database, "graph", on_postgres ? graph_migrations_postgresql() : graph_migrations()));
  return std::unique_ptr<EmbeddedGraphStore>(new EmbeddedGraphStore(std::move(database)));
}

Result<std::int64_t> EmbeddedGraphStore::cursor() { return database_->read(read_cursor); }

Result<> EmbeddedGraphStore::apply(const GraphBatch& batch) {
  TRY(check(batch));
  return database_->write([&](Database& database) -> Result<> {
    if (!TRY(move_cursor(database, batch.after, batch.position))) return cursor_moved(batch.after);
    return write_batch(database, batch);
  });
}

Result<> EmbeddedGraphStore::clear() { return database_->write(remove_all); }

Result<GraphCounts> EmbeddedGraphStore::counts() { return database_->read(count_all); }

Result<std::vector<Route>> EmbeddedGraphStore::path(const PathQuery& query) {
  return database_->read([&](Database& database) -> Result<std::vector<Route>> {
    TRY(expect_network(database, query.from));
    TRY(expect_network(database, query.to));
    if (query.from == query.to) return std::vector<Route>{};
    return PathSearch(database, query).find();
  });
}

Result<std::vector<Route>> EmbeddedGraphStore::neighbours(Asn asn, int most) {
  return database_->read([&](Database& database) -> Result<std::vector<Route>> {
    TRY(expect_network(database, asn));
    return find_routes_of(database, asn, most);
  });
}

Result<Subgraph> EmbeddedGraphStore::subgraph(const SubgraphQuery& query) {
  return database_->read([&](Database& database) -> Result<Subgraph> {
    TRY(expect_network(database, query.center));
    auto walk = TRY(walk_levels(query.center, query.depth, static_cast<std::size_t>(query.most_networks),
                                [&](const auto& level) { return neighbours_of(database, level); }));
    Subgraph found{.complete = walk.complete};
    for (const auto asn : walk.found)
      if (auto network = TRY(find_network(database, asn))) found.networks.push_back(*std::move(network));
    found.routes = TRY(routes_among(database, std::move(walk.found)));
    return found;
  });
}

Result<RouteChanges> EmbeddedGraphStore::changes(const Days& before, const Days& after) {
  return database_->read([&](Database& database) -> Result<RouteChanges> {
    const auto old_routes = TRY(find_seen(database, before));
    const auto new_routes = TRY(find_seen(database, after));
    RouteChanges changes;
    std::ranges::set_difference(new_routes, old_routes, std::back_inserter(changes.gained));
    std::ranges::set_difference(old_routes, new_routes, std::back_inserter(changes.lost));
    return changes;
  });
}

Result<std::vector<Network>> EmbeddedGraphStore::networks(std::optional<Asn> after, int most) {
  return database_->read([&](Database& database) { return page_of_networks(database, after, most); });
}

Result<std::vector<Route>> EmbeddedGraphStore::routes(std::optional<RouteEnds> after, int most) {
  return database_->read([&](Database& database) { return page_of_routes(database, after, most); });
}

Result<std::vector<Origin>> EmbeddedGraphStore::origins(std::optional<Origin> after, int most) {
  return database_->read([&](Database& database) { return page_of_origins(database, after, most); });
}

Result<std::vector<Membership>> EmbeddedGraphStore::memberships(std::optional<Membership> after, int most) {
  return database_->read([&](Database& database) { return page_of_memberships(database, after, most); });
}

Result<std::vector<Exchange>> EmbeddedGraphStore::exchanges(std::optional<std::string> after, int most) {
  return database_->read([&](Database& database) { return page_of_exchanges(database, after, most); });
}

}  // namespace cw::graph
