#pragma once

// The routes, one row each. The router works from these rows, and a test compares them with openapi.yaml both ways.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "api/api.hpp"
#include "api/problem.hpp"
#include "core/guarded.hpp"
#include "core/time.hpp"
#include "platform/http_server.hpp"

namespace cw::api {

struct ApiCounts {
  std::map<int, std::uint64_t> answers;  // by status
  std::map<std::pair<Kind, Status>, std::uint64_t> stored;
};

// What the handlers work with.
struct ApiContext {
  ApiContext(ApiPorts api_ports, ApiOptions api_options);

  ApiPorts ports;
  ApiOptions options;
  Instant started_at;
  Guarded<ApiCounts> counts;
  LookingGlass looking_glass;
};

struct RouteRequest {
  const platform::HttpRequest& http;
  std::string parameter;  // what stands for {…} in the pattern
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/api/v1/targets/{id}"
  std::string_view operation_id;
  std::string_view summary;
  Answer (*handle)(ApiContext& context, const RouteRequest& request);
};

std::span<const Route> route_table();

// The row's answer; `not_found`, or `method_not_allowed` with what is allowed.
Answer route(ApiContext& context, const platform::HttpRequest& request);

// The parts of the API, each in its own file.
Answer health_live(ApiContext& context, const RouteRequest& request);
Answer health_ready(ApiContext& context, const RouteRequest& request);
Answer get_system(ApiContext& context, const RouteRequest& request);
Answer get_queue(ApiContext& context, const RouteRequest& request);
Answer get_openapi(ApiContext& context, const RouteRequest& request);
Answer get_metrics(ApiContext& context, const RouteRequest& request);

Answer list_targets(ApiContext& context, const RouteRequest& request);
Answer create_target(ApiContext& context, const RouteRequest& request);
Answer import_targets(ApiContext& context, const RouteRequest& request);
Answer get_target(ApiContext& context, const RouteRequest& request);
Answer update_target(ApiContext& context, const RouteRequest& request);
Answer delete_target(ApiContext& context, const RouteRequest& request);
Answer list_presets(ApiContext& context, const RouteRequest& request);

Answer list_measurements(ApiContext& context, const RouteRequest& request);
Answer get_measurement(ApiContext& context, const RouteRequest& request);
Answer list_measurement_hops(ApiContext& context, const RouteRequest& request);
Answer import_measurements(ApiContext& context, const RouteRequest& request);
Answer export_measurement(ApiContext& context, const RouteRequest& request);

Answer start_run(ApiContext& context, const RouteRequest& request);
Answer get_run(ApiContext& context, const RouteRequest& request);
Answer cancel_run(ApiContext& context, const RouteRequest& request);
Answer stream_run_events(ApiContext& context, const RouteRequest& request);

Answer list_refusals(ApiContext& context, const RouteRequest& request);
Answer get_why(ApiContext& context, const RouteRequest& request);

Answer lookup(ApiContext& context, const RouteRequest& request);

Answer list_settings(ApiContext& context, const RouteRequest& request);
Answer get_setting(ApiContext& context, const RouteRequest& request);
Answer put_setting(ApiContext& context, const RouteRequest& request);

}  // namespace cw::api
