#include <algorithm>
#include <utility>

#include "api/json_members.hpp"
#include "api/openapi_document.hpp"
#include "api/paging.hpp"
#include "api/routes.hpp"

namespace cw::api {
namespace {

using formats::JsonWriter;

using Checks = std::vector<std::pair<std::string_view, bool>>;

platform::HttpResponse health_response(const Checks& checks) {
  const bool ok = std::ranges::all_of(checks, &Checks::value_type::second);
  JsonWriter json;
  json.begin_object();
  json.key("status").string(ok ? "ok" : "failing");
  json.key("checks").begin_array();
  for (const auto& [name, passes] : checks) {
    json.begin_object();
    json.key("name").string(name);
    json.key("ok").boolean(passes);
    json.end_object();
  }
  json.end_array();
  return json_response(json.end_object().take(), ok ? 200 : 503);
}

void write_prober(const ApiContext& context, JsonWriter& json) {
  json.key("prober").begin_object();
  json.key("name").string(context.ports.prober.name());
  json.key("wire").string(context.options.wire_name);
  json.key("counters").begin_object();
  for (const auto& [name, count] : context.ports.prober.counters())
    json.key(name).integer(static_cast<std::int64_t>(count));
  json.end_object().end_object();
}

void write_data(JsonWriter& json, const routing::TableInfo& info) {
  json.key("data").begin_array().begin_object();
  json.key("source").string(info.source);
  json.key("version").string(info.version);
  json.key("as_of").string(format_rfc3339(info.as_of));
  json.key("licence").string(info.licence);
  json.key("attribution").string(info.attribution);
  json.key("attribution_url").string(info.attribution_url);
  json.key("v4_ranges").integer(static_cast<std::int64_t>(info.v4_ranges));
  json.key("v6_ranges").integer(static_cast<std::int64_t>(info.v6_ranges));
  json.key("asns").integer(static_cast<std::int64_t>(info.asns));
  json.key("resident_bytes").integer(static_cast<std::int64_t>(info.resident_bytes));
  json.end_object().end_array();
}

}  // namespace

Answer health_live(ApiContext&, const RouteRequest&) { return health_response({}); }

Answer health_ready(ApiContext& context, const RouteRequest&) {
  return health_response({{"store", context.ports.targets.count().has_value()},
                          {"queue", context.ports.queue.status().has_value()},
                          {"routing", context.ports.routes.current() != nullptr}});
}

Answer get_system(ApiContext& context, const RouteRequest&) {
  const auto targets = TRY(context.ports.targets.count());
  const auto measurements = TRY(context.ports.measurements.count());
  const std::chrono::duration<double> uptime = context.ports.clock.now() - context.started_at;
  JsonWriter json;
  json.begin_object();
  json.key("version").string(context.options.version);
  json.key("vantage").string(context.options.vantage);
  json.key("demo").boolean(context.options.demo);
  json.key("setup_needed").boolean(targets == 0);
  json.key("started_at").string(format_rfc3339(context.started_at));
  json.key("uptime_s").fraction(uptime.count());
  json.key("targets").integer(targets);
  json.key("measurements").integer(measurements);
  write_prober(context, json);
  json.key("looking_glass").begin_object();
  json.key("running").integer(static_cast<std::int64_t>(context.looking_glass.running()));
  json.key("most_running").integer(static_cast<std::int64_t>(context.looking_glass.most_running()));
  json.end_object();
  write_data(json, context.ports.routes.current()->info());
  return json_response(json.end_object().take());
}

Answer get_queue(ApiContext& context, const RouteRequest&) {
  const auto status = TRY(context.ports.queue.status());
  JsonWriter json;
  json.begin_object();
  json.key("waiting").integer(static_cast<std::int64_t>(status.waiting));
  json.key("leased").integer(static_cast<std::int64_t>(status.leased));
  json.key("dead").integer(static_cast<std::int64_t>(status.dead));
  write_or_null(json.key("oldest_waiting_at"), status.oldest_waiting);
  return json_response(json.end_object().take());
}

// The media type of RFC 9512.
Answer get_openapi(ApiContext&, const RouteRequest&) {
  return platform::HttpResponse{.status = 200,
                                .headers = {{"Content-Type", "application/yaml"}},
                                .body = std::string(openapi_document()),
                                .on_stream = nullptr};
}

}  // namespace cw::api
