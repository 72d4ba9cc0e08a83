#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "api/json_members.hpp"
#include "api/paging.hpp"
#include "api/routes.hpp"
#include "formats/measurement_json.hpp"

namespace cw::api {
namespace {

using formats::JsonWriter;
using platform::HttpRequest;

void write_summary(JsonWriter& json, const store::MeasurementSummary& summary) {
  json.begin_object();
  json.key("id").string(summary.id.to_string());
  json.key("kind").string(to_string(summary.kind));
  json.key("vantage").string(summary.vantage);
  json.key("target").string(summary.target);
  json.key("address").string(summary.address.to_string());
  json.key("method").string(to_string(summary.method));
  json.key("started_at").string(format_rfc3339(summary.started_at));
  json.key("finished_at").string(format_rfc3339(summary.finished_at));
  json.key("status").string(to_string(summary.status));
  json.key("stop_reason").string(to_string(summary.stop_reason));
  json.key("hop_count").integer(summary.hop_count);
  json.key("probes_sent").integer(summary.probes_sent);
  write_milliseconds_or_null(json.key("rtt_ms"), summary.rtt);
  json.key("path_hash").string_or_null(summary.path_hash);
  write_networks(json, summary.as_path);
  json.end_object();
}

// Reads a query parameter into the query; absent is fine.
template <class Value>
std::expected<void, Problem> read_filter(const HttpRequest& request, std::string_view name,
                                         Result<Value> (*parse)(std::string_view), std::optional<Value>& into) {
  const auto text = query_value(request, name);
  if (text.empty()) return {};
  auto value = parse(text);
  if (!value) return refuse_parameter(name, value.error().message);
  into = *value;
  return {};
}

std::expected<store::MeasurementQuery, Problem> read_measurement_query(const HttpRequest& request) {
  const auto page = TRY(read_page(request));
  store::MeasurementQuery query{.limit = page.limit + 1};  // one more tells whether there is a next page
  TRY(read_filter(request, "address", IpAddress::parse, query.address));
  TRY(read_filter(request, "kind", parse_kind, query.kind));
  TRY(read_filter(request, "status", parse_status, query.status));
  TRY(read_filter(request, "from", parse_rfc3339, query.from));
  TRY(read_filter(request, "to", parse_rfc3339, query.to));
  if (page.cursor.empty()) return query;
  const auto before = Uuid::parse(page.cursor);
  if (!before) return refuse_parameter("cursor", "cursor must be a next_cursor of this list");
  query.before_id = *before;
  return query;
}

std::expected<store::StoredMeasurement, Problem> find_measurement(const ApiContext& context,
                                                                  const RouteRequest& request) {
  const auto id = Uuid::parse(request.parameter);
  if (!id) return refuse(ProblemType::not_found, "there is no such measurement");
  return TRY(context.ports.measurements.by_id(*id));
}

// One row: a TTL, and one address that answered at it or was joined to it.
struct HopRow {
  Ttl ttl;
  std::optional<IpAddress> address;
  std::optional<Duration> rtt;  // of the first answer in time
  int replies = 0;
  std::optional<Instant> verified_at;  // of an inferred hop
};

std::vector<HopRow> rows_of(const Hop& hop) {
  if (hop.inferred) return {{.ttl = hop.ttl, .address = hop.inferred->from, .verified_at = hop.inferred->verified_at}};
  std::vector<HopRow> rows;
  for (const auto& reply : hop.replies) {
    auto row = std::ranges::find(rows, std::optional(reply.from), &HopRow::address);
    if (row == rows.end()) row = rows.insert(rows.end(), {.ttl = hop.ttl, .address = reply.from});
    if (reply.late || reply.duplicate) continue;
    if (!row->rtt) row->rtt = reply.rtt;
    ++row->replies;
  }
  if (rows.empty()) rows.push_back({.ttl = hop.ttl});
  return rows;
}

using FactsByAddress = std::map<IpAddress, AddressFacts>;

// What the store knew of the addresses when the path was annotated.
Result<FactsByAddress> facts_of_hops(const ApiContext& context, const Measurement& measurement) {
  std::vector<IpAddress> addresses;
  for (const auto& hop : measurement.hops)
    for (const auto& row : rows_of(hop))
      if (row.address) addresses.push_back(*row.address);
  std::ranges::sort(addresses);
  addresses.erase(std::ranges::unique(addresses).begin(), addresses.end());
  FactsByAddress facts;
  for (auto& known : TRY(context.ports.measurements.facts(addresses))) facts.emplace(known.address, std::move(known));
  return facts;
}

// How long before the measurement another trace had seen the hop, in whole seconds; one of the same minute may have
// seen it since.
void write_inferred(JsonWriter& json, const HopRow& row, Instant started_at) {
  json.key("inferred").boolean(row.verified_at.has_value());
  write_or_null(json.key("verified_at"), row.verified_at);
  json.key("age_seconds");
  if (row.verified_at) {
    const auto age = std::max(started_at - *row.verified_at, Duration{});
    json.integer(std::chrono::duration_cast<std::chrono::seconds>(age).count());
  } else {
    json.null();
  }
}

void write_hop(JsonWriter& json, const Measurement& measurement, const HopRow& row, const AddressFacts& facts,
               const HopOwner* owner) {
  // The ownership rules judge a TTL by its first answer; another address at it has its own origin only.
  const bool judged = owner != nullptr && owner->address == row.address;
  json.begin_object();
  json.key("measurement_id").string(measurement.id.to_string());
  json.key("ttl").integer(row.ttl.value);
  json.key("address").string_or_null(row.address ? row.address->to_string() : "");
  write_milliseconds_or_null(json.key("rtt_ms"), row.rtt);
  json.key("replies").integer(row.replies);
  write_inferred(json, row, measurement.started_at);
  write_or_null(json.key("asn"), judged ? owner->asn : facts.asn);
  json.key("org_name").string_or_null(facts.org_name);
  json.key("country_code").string_or_null(facts.country_code);
  json.key("prefix").string_or_null(facts.prefix ? facts.prefix->to_string() : "");
  json.key("ixp").string_or_null(facts.ixp);
  json.key("special").string_or_null(facts.special);
  json.key("rule").string_or_null(judged ? to_string(owner->rule) : std::string_view());
  json.key("confidence");
  if (judged) {
    json.fraction(owner->confidence);
  } else {
    json.null();
  }
  json.end_object();
}

const HopOwner* owner_of(const std::optional<AsPath>& as_path, Ttl ttl) {
  if (!as_path) return nullptr;
  const auto owner = std::ranges::find(as_path->hops, ttl, &HopOwner::ttl);
  return owner == as_path->hops.end() ? nullptr : &*owner;
}

}  // namespace

Answer list_measurements(ApiContext& context, const RouteRequest& request) {
  const auto query = TRY(read_measurement_query(request.http));
  auto summaries = TRY(context.ports.measurements.list(query));
  std::string next_cursor;
  if (std::ssize(summaries) == query.limit) {
    summaries.pop_back();
    next_cursor = summaries.back().id.to_string();
  }
  ListWriter list;
  for (const auto& summary : summaries) write_summary(list.items(), summary);
  return list.finish(request.http, next_cursor);
}

Answer get_measurement(ApiContext& context, const RouteRequest& request) {
  const auto stored = TRY(find_measurement(context, request));
  return json_response(formats::to_json(stored.measurement, stored.as_path));
}

Answer list_measurement_hops(ApiContext& context, const RouteRequest& request) {
  const auto stored = TRY(find_measurement(context, request));
  const auto facts = TRY(facts_of_hops(context, stored.measurement));
  ListWriter list;
  for (const auto& hop : stored.measurement.hops) {
    for (const auto& row : rows_of(hop)) {
      const auto known = row.address ? facts.find(*row.address) : facts.end();
      write_hop(list.items(), stored.measurement, row, known == facts.end() ? AddressFacts{} : known->second,
                owner_of(stored.as_path, hop.ttl));
    }
  }
  return list.finish(request.http, "");
}

}  // namespace cw::api
