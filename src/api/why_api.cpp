// Why an address is measured, was measured, or is not: everything the node knows of its probing in one answer.

#include <fmt/format.h>

#include <algorithm>

#include "api/json_members.hpp"
#include "api/paging.hpp"
#include "api/refusals.hpp"
#include "core/text.hpp"

namespace cw::api {
namespace {

using formats::JsonWriter;

constexpr int kMeasurements = 10;
constexpr int kCrossings = 20;
constexpr int kLookBack = 1000;
constexpr int kRefusals = 10;

void write_target(JsonWriter& json, const Target& target) {
  const auto next_due = target.last_measurement_at ? *target.last_measurement_at + target.interval : target.first_seen;
  json.begin_object();
  json.key("id").string(fmt::format("{}", target.id));
  json.key("name").string(target.name);
  json.key("source").string(to_string(target.source));
  json.key("reason").string(target.reason);
  json.key("labels").begin_array();
  for (const auto& label : target.labels) json.string(label);
  json.end_array();
  json.key("kind").string(to_string(target.kind));
  json.key("prober").string_or_null(target.prober);
  json.key("priority").integer(target.priority);
  json.key("interval_s").integer(target.interval.count());
  json.key("state").string(to_string(target.state));
  json.key("first_seen").string(format_rfc3339(target.first_seen));
  write_or_null(json.key("last_measurement_at"), target.last_measurement_at);
  write_or_null(json.key("next_due_at"), target.state == TargetState::active ? std::optional(next_due) : std::nullopt);
  json.end_object();
}

Result<> write_target_or_null(const ApiContext& context, JsonWriter& json, const IpAddress& address) {
  const auto target = context.ports.targets.by_address(address);
  if (!target && target.error().kind != ErrorKind::not_found) return std::unexpected(target.error());
  if (target) {
    write_target(json, *target);
  } else {
    json.null();
  }
  return {};
}

void write_policy(JsonWriter& json, const schedule::PolicyVerdict& verdict) {
  json.begin_object();
  json.key("may_probe").boolean(verdict.may_probe());
  json.key("rule").string(to_string(verdict.rule));
  json.key("prefix").string_or_null(verdict.prefix ? verdict.prefix->to_string() : "");
  json.key("detail").string(verdict.detail);
  json.end_object();
}

template <class State>
void write_failures(JsonWriter& json, const std::optional<State>& failures) {
  json.integer(failures ? failures->failures : 0);
}

void write_timing(JsonWriter& json, const schedule::ProbeAdmission::Standing& standing, const IpAddress& address) {
  const auto seconds = [](Duration duration) { return std::chrono::duration<double>(duration).count(); };
  const bool waits = standing.delay != schedule::Delay::none;
  json.begin_object();
  json.key("delay").string(to_string(standing.delay));
  write_or_null(json.key("not_before"), waits ? std::optional(standing.not_before) : std::nullopt);
  json.key("network").string(schedule::network_of(address).to_string());
  write_or_null(json.key("last_begun_at"), standing.last_starts.destination);
  write_or_null(json.key("network_last_begun_at"), standing.last_starts.network);
  json.key("destination_spacing_s").fraction(seconds(standing.limits.spacing.destination));
  json.key("network_spacing_s").fraction(seconds(standing.limits.spacing.network));
  write_failures(json.key("target_failures"), standing.target_failures);
  write_failures(json.key("network_failures"), standing.network_failures);
  json.end_object();
}

void write_measurement(JsonWriter& json, const store::MeasurementSummary& summary) {
  const auto& origin = summary.origin;
  json.begin_object();
  json.key("id").string(summary.id.to_string());
  json.key("kind").string(to_string(summary.kind));
  json.key("target").string(summary.target);
  json.key("address").string(summary.address.to_string());
  json.key("method").string(to_string(summary.method));
  json.key("prober").string(summary.prober);
  json.key("vantage").string(summary.vantage);
  json.key("source_address").string_or_null(summary.source ? summary.source->to_string() : "");
  json.key("started_at").string(format_rfc3339(summary.started_at));
  json.key("finished_at").string(format_rfc3339(summary.finished_at));
  json.key("status").string(to_string(summary.status));
  json.key("probes_sent").integer(summary.probes_sent);
  json.key("job").begin_object();
  json.key("source").string_or_null(origin.source);
  json.key("reason").string_or_null(origin.reason);
  write_or_null(json.key("rate_limit_per_minute"), origin.rate_limit_per_minute);
  write_or_null(json.key("max_concurrent_traceroutes"), origin.max_concurrent_traceroutes);
  json.end_object();
  json.end_object();
}

void write_measurements(JsonWriter& json, const std::vector<store::MeasurementSummary>& summaries) {
  json.begin_array();
  for (const auto& summary : summaries) write_measurement(json, summary);
  json.end_array();
}

}  // namespace

Answer get_why(ApiContext& context, const RouteRequest& request) {
  const auto text = trim(request.parameter);
  const auto address = IpAddress::parse(text);
  if (!address) return refuse_parameter("address", fmt::format("\"{}\" is not an IP address", printable(text)));
  const auto destination = destination_of(context, *address);
  const auto standing = context.ports.admission.standing(destination, context.ports.clock.now());
  const auto measurements = TRY(context.ports.measurements.list({.address = *address, .limit = kMeasurements}));
  const auto crossings =
      TRY(context.ports.measurements.crossing({.address = *address, .look_back = kLookBack, .limit = kCrossings}));
  const auto refusals = TRY(context.ports.refusals.list({.address = *address, .limit = kRefusals}));
  JsonWriter json;
  json.begin_object();
  json.key("address").string(address->to_string());
  write_or_null(json.key("asn"), destination.asn);
  json.key("as_name").string_or_null(destination.asn ? context.ports.routes.current()->org_name(*destination.asn)
                                                     : std::string_view());
  TRY(write_target_or_null(context, json.key("target"), *address));
  write_policy(json.key("policy"), standing.verdict);
  write_timing(json.key("timing"), standing, *address);
  write_measurements(json.key("measurements"), measurements);
  json.key("refusals").begin_array();
  for (const auto& refusal : refusals) write_refusal(json, refusal);
  json.end_array();
  write_measurements(json.key("on_the_way_to"), crossings);
  json.key("looked_back").integer(kLookBack);
  return json_response(json.end_object().take());
}

}  // namespace cw::api
