#include "ports/graph/neo4j/graph_json.hpp"

#include <chrono>
#include <cmath>
#include <optional>

namespace cw::graph {
namespace {

namespace json = boost::json;

json::value known(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

json::value milliseconds(const std::optional<Duration>& rtt) {
  if (!rtt) return nullptr;
  return static_cast<double>(std::chrono::round<std::chrono::microseconds>(*rtt).count()) / 1000.0;
}

// Far beyond any RTT; what is more is none of ours.
constexpr double kMostMilliseconds = 1e9;

std::optional<Duration> rtt_of(std::optional<double> ms) {
  if (!ms || !(*ms >= 0 && *ms <= kMostMilliseconds)) return std::nullopt;
  return std::chrono::microseconds(std::llround(*ms * 1000.0));
}

// Nanoseconds since the epoch end in 2262.
constexpr std::int64_t kMostMicroseconds = 9'000'000'000'000'000;

Result<Instant> instant_of(std::int64_t microseconds) {
  if (microseconds < 0 || microseconds > kMostMicroseconds)
    return fail(ErrorKind::internal, "the graph holds a time that is out of range");
  return Instant(std::chrono::microseconds(microseconds));
}

template <class Record, class Convert>
json::array each(const std::vector<Record>& records, Convert&& convert) {
  json::array rows;
  rows.reserve(records.size());
  for (const auto& record : records) rows.emplace_back(convert(record));
  return rows;
}

json::object network_row(const Network& network) {
  return {{"asn", network.asn.value},
          {"org_name", known(network.org_name)},
          {"country", known(network.country)},
          {"first_seen", format_rfc3339(network.first_seen)},
          {"last_seen", format_rfc3339(network.last_seen)}};
}

json::object origin_row(const Origin& origin) {
  return {{"asn", origin.asn.value},
          {"prefix", origin.prefix.to_string()},
          {"af", origin.prefix.family() == Family::v4 ? 4 : 6}};
}

json::object exchange_row(const Exchange& exchange) {
  return {{"ixp_id", exchange.ixp_id}, {"name", exchange.name}, {"country", known(exchange.country)}};
}

json::object membership_row(const Membership& membership) {
  return {{"asn", membership.asn.value}, {"ixp_id", membership.ixp_id}};
}

json::object route_row(const Route& route) {
  return {{"from_asn", route.ends.from.value},
          {"to_asn", route.ends.to.value},
          {"observed_count", route.observed_count},
          {"min_rtt", milliseconds(route.min_rtt)},
          {"max_rtt", milliseconds(route.max_rtt)},
          {"first_seen", format_rfc3339(route.first_seen)},
          {"last_seen", format_rfc3339(route.last_seen)},
          {"ixp_id", known(route.ixp_id)}};
}

json::object day_row(const RouteDay& day) {
  return {{"from_asn", day.ends.from.value},
          {"to_asn", day.ends.to.value},
          {"day", day_text(day.day)},
          {"observed_count", day.observed_count}};
}

}  // namespace

json::object parameters_of(const GraphBatch& batch) {
  return {{"after", batch.after},
          {"position", batch.position},
          {"networks", each(batch.networks, network_row)},
          {"origins", each(batch.origins, origin_row)},
          {"exchanges", each(batch.exchanges, exchange_row)},
          {"memberships", each(batch.memberships, membership_row)},
          {"routes", each(batch.routes, route_row)},
          {"days", each(batch.days, day_row)}};
}

json::array numbers_of(const std::vector<Asn>& asns) {
  return each(asns, [](Asn asn) { return asn.value; });
}

std::string day_text(Day day) { return format_rfc3339(day).substr(0, 10); }

Result<Asn> read_asn(RowReader& row) { return Asn{row.number32()}; }

Result<RouteEnds> read_ends(RowReader& row) {
  const Asn from{row.number32()};
  return RouteEnds{.from = from, .to = Asn{row.number32()}};
}

Result<Network> read_network(RowReader& row) {
  Network network{.asn = Asn{row.number32()}};
  network.org_name = row.text();
  network.country = row.text();
  network.first_seen = TRY(instant_of(row.integer()));
  network.last_seen = TRY(instant_of(row.integer()));
  return network;
}

Result<Route> read_route(RowReader& row) {
  Route route{.ends = TRY(read_ends(row))};
  route.observed_count = row.integer();
  route.min_rtt = rtt_of(row.real());
  route.max_rtt = rtt_of(row.real());
  route.first_seen = TRY(instant_of(row.integer()));
  route.last_seen = TRY(instant_of(row.integer()));
  route.ixp_id = row.text();
  return route;
}

Result<Origin> read_origin(RowReader& row) {
  const Asn asn{row.number32()};
  auto prefix = Prefix::parse(row.text());
  if (!prefix) return fail(ErrorKind::internal, "the graph holds a prefix that is none: " + prefix.error().message);
  return Origin{.asn = asn, .prefix = *prefix};
}

Result<Membership> read_membership(RowReader& row) {
  const Asn asn{row.number32()};
  return Membership{.asn = asn, .ixp_id = row.text()};
}

Result<Exchange> read_exchange(RowReader& row) {
  Exchange exchange{.ixp_id = row.text()};
  exchange.name = row.text();
  exchange.country = row.text();
  return exchange;
}

}  // namespace cw::graph
