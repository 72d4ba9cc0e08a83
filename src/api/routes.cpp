#include "api/routes.hpp"

#include <array>
#include <optional>

namespace cw::api {
namespace {

constexpr std::array kRoutes{
    Route{"GET", "/api/v1/health/live", "health_live", "Is the process answering", health_live},
    Route{"GET", "/api/v1/health/ready", "health_ready", "Can the node do its work", health_ready},
    Route{"GET", "/api/v1/system", "get_system", "What this node is and how it is doing", get_system},
    Route{"GET", "/api/v1/targets", "list_targets", "The targets, each with its last measurement", list_targets},
    Route{"POST", "/api/v1/targets", "create_target", "Add one target by address or name", create_target},
    Route{"POST", "/api/v1/targets/import", "import_targets", "Add a preset or a list, one address or name a line",
          import_targets},
    Route{"GET", "/api/v1/targets/{id}", "get_target", "One target", get_target},
    Route{"PATCH", "/api/v1/targets/{id}", "update_target",
          "Change how and when a target is measured, its labels or its reason (JSON Merge Patch)", update_target},
    Route{"DELETE", "/api/v1/targets/{id}", "delete_target", "Stop measuring; the measurements stay", delete_target},
    Route{"GET", "/api/v1/presets", "list_presets", "Lists of targets that the node brings along", list_presets},
    Route{"GET", "/api/v1/measurements", "list_measurements", "Summaries of measurements, newest first",
          list_measurements},
    Route{"POST", "/api/v1/measurements/import", "import_measurements",
          "Store measurements of other programs, an array of them", import_measurements},
    Route{"GET", "/api/v1/measurements/{id}", "get_measurement",
          "One measurement with every reply; the same object as `cyberwatch trace --json`", get_measurement},
    Route{"GET", "/api/v1/measurements/{id}/hops", "list_measurement_hops",
          "The hops of a measurement as flat rows, with their networks", list_measurement_hops},
    Route{"GET", "/api/v1/measurements/{id}/export", "export_measurement",
          "A measurement in the format of another program", export_measurement},
    Route{"POST", "/api/v1/looking-glass/runs", "start_run", "Measure now and watch it happen", start_run},
    Route{"GET", "/api/v1/looking-glass/runs/{id}", "get_run",
          "The state of a run, for the life of the run and ten minutes after", get_run},
    Route{"DELETE", "/api/v1/looking-glass/runs/{id}", "cancel_run", "Stop probing at once", cancel_run},
    Route{"GET", "/api/v1/looking-glass/runs/{id}/events", "stream_run_events",
          "What happens in a run, as server-sent events", stream_run_events},
    Route{"GET", "/api/v1/refusals", "list_refusals", "What was asked for and not probed, the last refused first",
          list_refusals},
    Route{"GET", "/api/v1/why/{address}", "get_why", "Why an address is probed, was probed, or is not", get_why},
    Route{"GET", "/api/v1/lookup/{query}", "lookup", "What local knowledge says about an address or a network", lookup},
    Route{"GET", "/api/v1/settings", "list_settings", "The settings that can be changed while the node runs",
          list_settings},
    Route{"GET", "/api/v1/settings/{key}", "get_setting", "One setting; its ETag is what PUT wants as If-Match",
          get_setting},
    Route{"PUT", "/api/v1/settings/{key}", "put_setting", "Replace the value; running roles follow within seconds",
          put_setting},
    Route{"GET", "/api/v1/queue", "get_queue", "How many jobs wait, run and died", get_queue},
    Route{"GET", "/api/v1/openapi.yaml", "get_openapi", "This document", get_openapi},
    Route{"GET", "/metrics", "get_metrics", "Counters and gauges for Prometheus", get_metrics},
};

// What stands for the {…} of the pattern, one segment; empty for a pattern without. Nothing: no match.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  const auto open = pattern.find('{');
  if (open == std::string_view::npos) return pattern == path ? std::optional<std::string_view>("") : std::nullopt;
  const auto before = pattern.substr(0, open);
  const auto after = pattern.substr(pattern.find('}') + 1);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
    return std::nullopt;
  const auto parameter = path.substr(before.size(), path.size() - before.size() - after.size());
  return parameter.find('/') == std::string_view::npos ? std::optional(parameter) : std::nullopt;
}

std::unexpected<Problem> refuse_method(std::string allowed) {
  Problem problem(ProblemType::method_not_allowed, "this path takes " + allowed);
  problem.headers.emplace_back("Allow", std::move(allowed));
  return std::unexpected(std::move(problem));
}

}  // namespace

std::span<const Route> route_table() { return kRoutes; }

// A fixed path stands before the pattern that would take it too ("import" before "{id}").
Answer route(ApiContext& context, const platform::HttpRequest& request) {
  std::string allowed;
  for (const auto& row : kRoutes) {
    const auto parameter = match(row.pattern, request.path);
    if (!parameter) continue;
    if (row.method == request.method)
      return row.handle(context, {.http = request, .parameter = std::string(*parameter)});
    if (!allowed.empty()) allowed += ", ";
    allowed += row.method;
  }
  if (!allowed.empty()) return refuse_method(std::move(allowed));
  return refuse(ProblemType::not_found, "there is no such path: /api/v1/openapi.yaml lists them");
}

}  // namespace cw::api
