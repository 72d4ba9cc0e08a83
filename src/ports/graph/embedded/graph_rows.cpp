#include "ports/graph/embedded/graph_rows.hpp"

#include <fmt/format.h>

#include "platform/database_reading.hpp"

namespace cw::graph {
namespace {

using platform::Database;
using platform::SqlRow;

constexpr std::string_view route_columns =
    "from_asn, to_asn, observed_count, min_rtt_us, max_rtt_us, first_seen, last_seen, ixp_id";

std::optional<std::string_view> known(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
}

std::optional<std::int64_t> microseconds(const std::optional<Duration>& rtt) {
  if (!rtt) return std::nullopt;
  return std::chrono::round<std::chrono::microseconds>(*rtt).count();
}

// "2026-11-22": sorts as the days do.
std::string day_text(Day day) { return format_rfc3339(day).substr(0, 10); }

Result<Duration> rtt_column(const SqlRow& row, int column) { return std::chrono::microseconds(row.integer(column)); }

Result<Network> read_network(const SqlRow& row) {
  Network network{.asn = TRY(platform::asn_column(row, 0)),
                  .org_name = std::string(row.text(1)),
                  .country = std::string(row.text(2))};
  network.first_seen = TRY(platform::instant_column(row, 3));
  network.last_seen = TRY(platform::instant_column(row, 4));
  return network;
}

Result<RouteEnds> read_ends(const SqlRow& row) {
  const auto from = TRY(platform::asn_column(row, 0));
  return RouteEnds{.from = from, .to = TRY(platform::asn_column(row, 1))};
}

Result<Route> read_route(const SqlRow& row) {
  Route route{.ends = TRY(read_ends(row)), .observed_count = row.integer(2), .ixp_id = std::string(row.text(7))};
  route.min_rtt = TRY(platform::optional_column(row, 3, rtt_column));
  route.max_rtt = TRY(platform::optional_column(row, 4, rtt_column));
  route.first_seen = TRY(platform::instant_column(row, 5));
  route.last_seen = TRY(platform::instant_column(row, 6));
  return route;
}

Result<Asn> read_asn(const SqlRow& row) { return platform::asn_column(row, 0); }

}  // namespace

Result<std::int64_t> read_cursor(Database& database) {
  return platform::select_integer(database, "SELECT position FROM graph_cursor WHERE name = 'store'");
}

Result<bool> move_cursor(Database& database, std::int64_t after, std::int64_t position) {
  return TRY(database.execute("UPDATE graph_cursor SET position = $2 WHERE name = 'store' AND position = $1",
                              {after, position})) > 0;
}

Result<> write_network(Database& database, const Network& network) {
  TRY(database.execute(
      "INSERT INTO graph_networks (asn, org_name, country, first_seen, last_seen) VALUES ($1, $2, $3, $4, $5) ON "
      "CONFLICT (asn) DO UPDATE SET org_name = coalesce(excluded.org_name, graph_networks.org_name), country = "
      "coalesce(excluded.country, graph_networks.country), first_seen = CASE WHEN excluded.first_seen < "
      "graph_networks.first_seen THEN excluded.first_seen ELSE graph_networks.first_seen END, last_seen = CASE WHEN "
      "excluded.last_seen > graph_networks.last_seen THEN excluded.last_seen ELSE graph_networks.last_seen END",
      {network.asn.value, known(network.org_name), known(network.country), format_rfc3339(network.first_seen),
       format_rfc3339(network.last_seen)}));
  return {};
}

Result<> write_origin(Database& database, const Origin& origin) {
  TRY(database.execute("INSERT INTO graph_origins (asn, prefix) VALUES ($1, $2) ON CONFLICT (asn, prefix) DO NOTHING",
                       {origin.asn.value, origin.prefix.to_string()}));
  return {};
}

Result<> write_exchange(Database& database, const Exchange& exchange) {
  TRY(database.execute(
      "INSERT INTO graph_exchanges (ixp_id, name, country) VALUES ($1, $2, $3) ON CONFLICT (ixp_id) DO UPDATE SET name "
      "= excluded.name, country = coalesce(excluded.country, graph_exchanges.country)",
      {exchange.ixp_id, exchange.name, known(exchange.country)}));
  return {};
}

Result<> write_membership(Database& database, const Membership& membership) {
  TRY(database.execute(
      "INSERT INTO graph_memberships (asn, ixp_id) VALUES ($1, $2) ON CONFLICT (asn, ixp_id) DO NOTHING",
      {membership.asn.value, membership.ixp_id}));
  return {};
}

Result<> write_route(Database& database, const Route& route) {
  TRY(database.execute(
      "INSERT INTO graph_routes (from_asn, to_asn, observed_count, min_rtt_us, max_rtt_us, first_seen, last_seen, "
      "ixp_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (from_asn, to_asn) DO UPDATE SET observed_count = "
      "graph_routes.observed_count + excluded.observed_count, min_rtt_us = CASE WHEN graph_routes.min_rtt_us IS NULL "
      "OR excluded.min_rtt_us < graph_routes.min_rtt_us THEN excluded.min_rtt_us ELSE graph_routes.min_rtt_us END, "
      "max_rtt_us = CASE WHEN graph_routes.max_rtt_us IS NULL OR excluded.max_rtt_us > graph_routes.max_rtt_us THEN "
      "excluded.max_rtt_us ELSE graph_routes.max_rtt_us END, first_seen = CASE WHEN excluded.first_seen < "
      "graph_routes.first_seen THEN excluded.first_seen ELSE graph_routes.first_seen END, last_seen = CASE WHEN "
      "excluded.last_seen > graph_routes.last_seen THEN excluded.last_seen ELSE graph_routes.last_seen END, ixp_id = "
      "coalesce(excluded.ixp_id, graph_routes.ixp_id)",
      {route.ends.from.value, route.ends.to.value, route.observed_count, microseconds(route.min_rtt),
       microseconds(route.max_rtt), format_rfc3339(route.first_seen), format_rfc3339(route.last_seen),
       known(route.ixp_id)}));
  return {};
}

Result<> write_day(Database& database, const RouteDay& day) {
  TRY(database.execute(
      "INSERT INTO graph_route_days (day, from_asn, to_asn, observed_count) VALUES ($1, $2, $3, $4) ON CONFLICT (day, "
      "from_asn, to_asn) DO UPDATE SET observed_count = graph_route_days.observed_count + excluded.observed_count",
      {day_text(day.day), day.ends.from.value, day.ends.to.value, day.observed_count}));
  return {};
}

Result<> remove_all(Database& database) {
  for (const auto* sql : {"DELETE FROM graph_route_days", "DELETE FROM graph_routes", "DELETE FROM graph_memberships",
                          "DELETE FROM graph_origins", "DELETE FROM graph_exchanges", "DELETE FROM graph_networks",
                          "UPDATE graph_cursor SET position = 0 WHERE name = 'store'"})
    TRY(database.execute(sql));
  return {};
}

Result<std::optional<Network>> find_network(Database& database, Asn asn) {
  return platform::select_one(database,
                              "SELECT asn, org_name, country, first_seen, last_seen FROM graph_networks WHERE asn = $1",
                              {asn.value}, read_network);
}

Result<std::optional<Route>> find_route(Database& database, const RouteEnds& ends) {
  static const auto sql = fmt::format("SELECT {} FROM graph_routes WHERE from_asn = $1 AND to_asn = $2", route_columns);
  return platform::select_one(database, sql, {ends.from.value, ends.to.value}, read_route);
}

Result<std::vector<Route>> find_routes_of(Database& database, Asn asn, int most) {
  static const auto sql = fmt::format(
      "SELECT {0} FROM (SELECT {0} FROM graph_routes WHERE from_asn = $1 UNION SELECT {0} FROM graph_routes WHERE "
      "to_asn = $1) AS touching ORDER BY observed_count DESC, from_asn, to_asn LIMIT $2",
      route_columns);
  return platform::select_all(database, sql, {asn.value, most}, read_route);
}

Result<std::vector<Route>> find_routes_from(Database& database, Asn asn) {
  static const auto sql = fmt::format("SELECT {} FROM graph_routes WHERE from_asn = $1 ORDER BY to_asn", route_columns);
  return platform::select_all(database, sql, {asn.value}, read_route);
}

Result<std::vector<Asn>> find_far_ends(Database& database, Asn asn) {
  return platform::select_all(database, "SELECT to_asn FROM graph_routes WHERE from_asn = $1 ORDER BY to_asn",
                              {asn.value}, read_asn);
}

Result<std::vector<Asn>> find_near_ends(Database& database, Asn asn) {
  return platform::select_all(database, "SELECT from_asn FROM graph_routes WHERE to_asn = $1 ORDER BY from_asn",
                              {asn.value}, read_asn);
}

Result<std::set<RouteEnds>> find_seen(Database& database, const Days& days) {
  const auto seen = TRY(platform::select_all(
      database, "SELECT DISTINCT from_asn, to_asn FROM graph_route_days WHERE day >= $1 AND day <= $2",
      {day_text(days.first), day_text(days.last)}, read_ends));
  return std::set<RouteEnds>(seen.begin(), seen.end());
}

Result<GraphCounts> count_all(Database& database) {
  const auto count = [&](std::string_view sql) { return platform::select_integer(database, sql); };
  GraphCounts counts;
  counts.networks = TRY(count("SELECT count(*) FROM graph_networks"));
  counts.prefixes = TRY(count("SELECT count(DISTINCT prefix) FROM graph_origins"));
  counts.exchanges = TRY(count("SELECT count(*) FROM graph_exchanges"));
  counts.routes = TRY(count("SELECT count(*) FROM graph_routes"));
  counts.observations = TRY(count("SELECT CAST(coalesce(sum(observed_count), 0) AS bigint) FROM graph_routes"));
  return counts;
}

Result<std::vector<Network>> page_of_networks(Database& database, std::optional<Asn> after, int most) {
  return platform::select_all(
      database,
      "SELECT asn, org_name, country, first_seen, last_seen FROM graph_networks WHERE asn > $1 ORDER BY asn LIMIT $2",
      {after ? std::int64_t{after->value} : std::int64_t{-1}, most}, read_network);
}

Result<std::vector<Route>> page_of_routes(Database& database, std::optional<RouteEnds> after, int most) {
  static const auto sql =
      fmt::format("SELECT {} FROM graph_routes WHERE (from_asn, to_asn) > ($1, $2) ORDER BY from_asn, to_asn LIMIT $3",
                  route_columns);
  const auto from = after ? std::int64_t{after->from.value} : std::int64_t{-1};
  return platform::select_all(database, sql, {from, after ? std::int64_t{after->to.value} : std::int64_t{-1}, most},
                              read_route);
}

Result<std::vector<Origin>> page_of_origins(Database& database, const std::optional<Origin>& after, int most) {
  const auto read = [](const SqlRow& row) -> Result<Origin> {
    const auto asn = TRY(platform::asn_column(row, 0));
    return Origin{.asn = asn, .prefix = TRY(Prefix::parse(row.text(1)))};
  };
  const auto prefix = after ? after->prefix.to_string() : std::string();
  return platform::select_all(
      database, "SELECT asn, prefix FROM graph_origins WHERE (asn, prefix) > ($1, $2) ORDER BY asn, prefix LIMIT $3",
      {after ? std::int64_t{after->asn.value} : std::int64_t{-1}, prefix, most}, read);
}

Result<std::vector<Membership>> page_of_memberships(Database& database, const std::optional<Membership>& after,
                                                    int most) {
  const auto read = [](const SqlRow& row) -> Result<Membership> {
    return Membership{.asn = TRY(platform::asn_column(row, 0)), .ixp_id = std::string(row.text(1))};
  };
  const auto ixp_id = after ? after->ixp_id : std::string();
  return platform::select_all(
      database,
      "SELECT asn, ixp_id FROM graph_memberships WHERE (asn, ixp_id) > ($1, $2) ORDER BY asn, ixp_id LIMIT $3",
      {after ? std::int64_t{after->asn.value} : std::int64_t{-1}, ixp_id, most}, read);
}

Result<std::vector<Exchange>> page_of_exchanges(Database& database, const std::optional<std::string>& after, int most) {
  const auto read = [](const SqlRow& row) -> Result<Exchange> {
    return Exchange{
        .ixp_id = std::string(row.text(0)), .name = std::string(row.text(1)), .country = std::string(row.text(2))};
  };
  return platform::select_all(
      database, "SELECT ixp_id, name, country FROM graph_exchanges WHERE ixp_id > $1 ORDER BY ixp_id LIMIT $2",
      {after.value_or(""), most}, read);
}

}  // namespace cw::graph
