#include "ports/store/sql/crossings.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "platform/database_reading.hpp"
#include "ports/store/sql/measurement_rows.hpp"

namespace cw::store {
namespace {

using platform::Database;
using platform::SqlRow;

Result<Uuid> read_id(const SqlRow& row) { return platform::uuid_column(row, 0); }

Result<std::int64_t> read_path_id(const SqlRow& row) { return row.integer(0); }

using Ids = std::set<Uuid, std::greater<>>;

void add(Ids& ids, const std::vector<Uuid>& more) { ids.insert(more.begin(), more.end()); }

// Of each path the newest that may be wanted; nearly all measurements of a path are of one target.
Result<> add_by_paths(Database& database, const CrossingQuery& query, const std::vector<std::int64_t>& paths,
                      Ids& ids) {
  constexpr std::string_view sql =
      "SELECT m.id FROM (SELECT id, address FROM measurements WHERE path_id = $1 ORDER BY id DESC LIMIT $2) m WHERE "
      "m.address <> $3";
  const auto address = query.address.to_string();
  for (const auto path : paths)
    add(ids, TRY(platform::select_all(database, sql, {path, query.limit, address}, read_id)));
  return {};
}

// Where very many paths cross it, the newest measurements hold enough of them.
Result<> add_by_time(Database& database, const CrossingQuery& query, Ids& ids) {
  constexpr std::string_view sql =
      "SELECT m.id FROM (SELECT m.id, m.path_id, m.address FROM measurements m ORDER BY m.id DESC LIMIT $1) m WHERE "
      "m.address <> $2 AND EXISTS (SELECT 1 FROM path_addresses a WHERE a.address = $2 AND a.path_id = m.path_id)";
  add(ids, TRY(platform::select_all(database, sql, {query.look_back, query.address.to_string()}, read_id)));
  return {};
}

Result<> add_by_senders(Database& database, const CrossingQuery& query, Ids& ids) {
  constexpr std::string_view sql =
      "SELECT measurement_id FROM other_senders WHERE address = $1 ORDER BY measurement_id DESC LIMIT $2";
  add(ids, TRY(platform::select_all(database, sql, {query.address.to_string(), query.limit}, read_id)));
  return {};
}

}  // namespace

Result<> record_path_addresses(Database& database, std::int64_t path_id,
                               const std::vector<std::optional<IpAddress>>& addresses) {
  std::set<IpAddress> distinct;
  for (const auto& address : addresses)
    if (address) distinct.insert(*address);
  for (const auto& address : distinct)
    TRY(database.execute("INSERT INTO path_addresses (address, path_id) VALUES ($1, $2)",
                         {address.to_string(), path_id}));
  return {};
}

Result<> record_other_senders(Database& database, const Measurement& measurement) {
  std::set<IpAddress> others;
  for (const auto& hop : measurement.hops)
    for (const auto& reply : hop.replies) others.insert(reply.from);
  others.erase(measurement.address);
  if (measurement.kind != Kind::ping)
    for (const auto& address : path_addresses(measurement))
      if (address) others.erase(*address);
  for (const auto& address : others)
    TRY(database.execute("INSERT INTO other_senders (address, measurement_id) VALUES ($1, $2)",
                         {address.to_string(), measurement.id.to_string()}));
  return {};
}

Result<std::vector<MeasurementSummary>> list_crossing(Database& database, const CrossingQuery& asked) {
  CrossingQuery query = asked;
  query.limit = std::max(asked.limit, 0);
  query.most_paths = std::max(asked.most_paths, 0);
  query.look_back = std::max(asked.look_back, 0);
  const auto paths =
      TRY(platform::select_all(database, "SELECT path_id FROM path_addresses WHERE address = $1 LIMIT $2",
                               {query.address.to_string(), query.most_paths + 1}, read_path_id));
  Ids ids;
  const bool are_few = std::ssize(paths) <= query.most_paths;
  TRY(are_few ? add_by_paths(database, query, paths, ids) : add_by_time(database, query, ids));
  TRY(add_by_senders(database, query, ids));
  std::vector<MeasurementSummary> found;
  for (const auto& id : ids) {
    if (std::ssize(found) == query.limit) break;
    if (auto summary = TRY(find_summary(database, id))) found.push_back(*std::move(summary));
  }
  return found;
}

}  // namespace cw::store
