#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/json_members.hpp"
#include "api/paging.hpp"
#include "api/request_body.hpp"
#include "api/routes.hpp"
#include "api/target_address.hpp"
#include "api/target_fields.hpp"
#include "core/text.hpp"

namespace cw::api {
namespace {

using formats::JsonWriter;

void write_last_measurement(JsonWriter& json, const store::MeasurementSummary& last) {
  json.begin_object();
  json.key("id").string(last.id.to_string());
  json.key("kind").string(to_string(last.kind));
  json.key("status").string(to_string(last.status));
  json.key("stop_reason").string(to_string(last.stop_reason));
  write_milliseconds_or_null(json.key("rtt_ms"), last.rtt);
  json.key("hop_count").integer(last.hop_count);
  json.key("finished_at").string(format_rfc3339(last.finished_at));
  write_networks(json, last.as_path);
  json.end_object();
}

void write_options(JsonWriter& json, const ProbeOptions& options) {
  json.key("method").string(to_string(options.method));
  write_or_null(json.key("port"), options.port);
  json.key("multipath").boolean(options.multipath == Multipath::on);
  json.key("mtu_search").boolean(options.mtu_search == MtuSearch::on);
  json.key("dscp").integer(options.dscp);
}

Result<> write_target(const ApiContext& context, JsonWriter& json, const Target& target) {
  const auto last = TRY(context.ports.measurements.list({.address = target.address, .limit = 1}));
  const auto table = context.ports.routes.current();
  json.begin_object();
  json.key("id").string(fmt::format("{}", target.id));
  json.key("address").string(target.address.to_string());
  json.key("name").string(target.name);
  write_or_null(json.key("asn"), target.asn);
  json.key("as_name").string_or_null(target.asn ? table->org_name(*target.asn) : std::string_view());
  json.key("labels").begin_array();
  for (const auto& label : target.labels) json.string(label);
  json.end_array();
  json.key("source").string(to_string(target.source));
  json.key("reason").string(target.reason);
  json.key("kind").string(to_string(target.kind));
  json.key("prober").string_or_null(target.prober);
  write_options(json, target.options);
  json.key("priority").integer(target.priority);
  json.key("interval_s").integer(target.interval.count());
  json.key("state").string(to_string(target.state));
  json.key("first_seen").string(format_rfc3339(target.first_seen));
  json.key("last_seen").string(format_rfc3339(target.last_seen));
  write_or_null(json.key("last_measurement_at"), target.last_measurement_at);
  json.key("last_measurement");
  if (last.empty()) {
    json.null();
  } else {
    write_last_measurement(json, last.front());
  }
  json.end_object();
  return {};
}

Result<std::string> target_json(const ApiContext& context, const Target& target) {
  JsonWriter json;
  TRY(write_target(context, json, target));
  return json.take();
}

Answer target_response(const ApiContext& context, const Target& target, int status = 200) {
  return json_response(TRY(target_json(context, target)), status);
}

std::expected<Target, Problem> find_target(const ApiContext& context, const RouteRequest& request) {
  const auto id = parse_number<std::int64_t>(request.parameter);
  if (!id) return refuse(ProblemType::not_found, "there is no such target");
  return TRY(context.ports.targets.by_id(*id));
}

// `not_found` is an answer here, not a failure.
std::expected<bool, Problem> is_target(const ApiContext& context, const IpAddress& address) {
  const auto known = context.ports.targets.by_address(address);
  if (!known && known.error().kind != ErrorKind::not_found) return std::unexpected(Problem(known.error()));
  return known.has_value();
}

std::expected<store::TargetQuery, Problem> read_target_query(const platform::HttpRequest& request) {
  const auto page = TRY(read_page(request));
  store::TargetQuery query{.limit = page.limit + 1};  // one more tells whether there is a next page
  if (!page.cursor.empty()) {
    const auto after = parse_number<std::int64_t>(page.cursor);
    if (!after) return refuse_parameter("cursor", "cursor must be a next_cursor of this list");
    query.after_id = *after;
  }
  if (const auto label = query_value(request, "label"); !label.empty()) query.label = std::string(label);
  if (const auto state = query_value(request, "state"); !state.empty()) {
    const auto parsed = parse_target_state(state);
    if (!parsed) return refuse_parameter("state", parsed.error().message);
    query.state = *parsed;
  }
  return query;
}

}  // namespace

Answer list_targets(ApiContext& context, const RouteRequest& request) {
  const auto query = TRY(read_target_query(request.http));
  auto targets = TRY(context.ports.targets.list(query));
  std::string next_cursor;
  if (std::ssize(targets) == query.limit) {
    targets.pop_back();
    next_cursor = fmt::format("{}", targets.back().id);
  }
  ListWriter list;
  for (const auto& target : targets) TRY(write_target(context, list.items(), target));
  return list.finish(request.http, next_cursor);
}

Answer create_target(ApiContext& context, const RouteRequest& request) {
  auto body = TRY(RequestBody::parse(request.http));
  constexpr std::size_t most_name_bytes = 253;  // RFC 1035, section 2.3.4
  const auto by_address = body.text("address", most_name_bytes);
  const auto by_name = body.text("name", most_name_bytes);
  const auto family = read_family(body);
  const auto fields = read_target_fields(context, body);
  if (body.has("address") == body.has("name")) body.note("", "name the target by either address or name");
  TRY(body.finish());
  const auto member = by_address ? "address" : "name";
  const auto said = trim(by_address ? *by_address : *by_name);
  if (by_address && !IpAddress::parse(said))
    return blame_member({ProblemType::validation_failed,
                         fmt::format("\"{}\" is not an IP address: send a host name as name", printable(said))},
                        member);
  auto address =
      find_target_address(context, {.text = said, .family = family, .source = to_string(context.options.added_as)});
  if (!address) return blame_member(std::move(address).error(), member);
  const auto target = new_target(context, *address, said, fields);
  TRY(check_measurable(target));
  const bool known = TRY(is_target(context, *address));
  const auto stored = TRY(context.ports.targets.put(target));
  auto response = TRY(target_response(context, stored, known ? 200 : 201));
  response.headers.emplace_back("Location", fmt::format("/api/v1/targets/{}", stored.id));
  return response;
}

Answer get_target(ApiContext& context, const RouteRequest& request) {
  return target_response(context, TRY(find_target(context, request)));
}

Answer update_target(ApiContext& context, const RouteRequest& request) {
  auto target = TRY(find_target(context, request));
  const auto expected = request.http.headers.find("if-match");
  if (expected != request.http.headers.end() && expected->second != "*" &&
      expected->second != entity_tag(TRY(target_json(context, target))))
    return refuse(ProblemType::precondition_failed, "the target was changed since it was read: read it again");
  auto body = TRY(RequestBody::parse(request.http));
  const auto fields = read_target_fields(context, body);
  const auto state = body.word("state", parse_target_state);
  TRY(body.finish());
  apply(fields, target);
  if (state) target.state = *state;
  TRY(check_measurable(target));
  return target_response(context, TRY(context.ports.targets.update(target)));
}

Answer delete_target(ApiContext& context, const RouteRequest& request) {
  const auto target = TRY(find_target(context, request));
  TRY(context.ports.targets.remove(target.id));
  return platform::HttpResponse{.status = 204, .headers = {}, .body = {}, .on_stream = nullptr};
}

}  // namespace cw::api
