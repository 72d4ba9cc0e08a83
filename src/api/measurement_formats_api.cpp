// Measurements to and from the formats of other programs.

#include <optional>
#include <utility>
#include <vector>

#include "api/paging.hpp"
#include "api/routes.hpp"
#include "formats/export_format.hpp"
#include "formats/import.hpp"
#include "formats/json_writer.hpp"
#include "rules/topology/as_path.hpp"

namespace cw::api {
namespace {

constexpr std::size_t kMostRefusalsTold = 100;
// Who measured, where the format does not say.
constexpr std::string_view kUnknownVantage = "imported";

struct Refused {
  std::size_t item = 0;
  std::string detail;
};

struct Import {
  std::vector<store::NewMeasurement> measurements;
  std::vector<Refused> refused;  // the first of them
  std::size_t refused_count = 0;
};

// An imported path gets its networks from the table of today: what was announced then is not known here.
store::NewMeasurement annotate(const ApiContext& context, Measurement measurement) {
  if (measurement.vantage.empty()) measurement.vantage = kUnknownVantage;
  auto facts = routing::facts_on_path(*context.ports.routes.current(), measurement);
  auto as_path =
      measurement.kind == Kind::ping ? std::nullopt : std::optional(topology::find_as_path(measurement, facts));
  return {.measurement = std::move(measurement),
          .as_path = std::move(as_path),
          .facts = std::move(facts),
          .origin = {.source = "import", .reason = "brought by its owner"}};
}

Import read_import(const ApiContext& context, std::string_view body) {
  Import import;
  formats::import_measurements(body, [&](formats::ImportedItem item) {
    if (item.measurement) {
      import.measurements.push_back(annotate(context, *std::move(item.measurement)));
    } else if (++import.refused_count <= kMostRefusalsTold) {
      import.refused.push_back({.item = item.item, .detail = item.measurement.error().message});
    }
  });
  return import;
}

}  // namespace

Answer import_measurements(ApiContext& context, const RouteRequest& request) {
  const auto import = read_import(context, request.http.body);
  const int stored = TRY(context.ports.measurements.put(import.measurements));
  formats::JsonWriter json;
  json.begin_object();
  json.key("stored").integer(stored);
  json.key("known").integer(std::ssize(import.measurements) - stored);
  json.key("refused").integer(static_cast<std::int64_t>(import.refused_count));
  json.key("refusals").begin_array();
  for (const auto& refused : import.refused) {
    json.begin_object();
    json.key("item").integer(static_cast<std::int64_t>(refused.item));
    json.key("detail").string(refused.detail);
    json.end_object();
  }
  return json_response(json.end_array().end_object().take());
}

Answer export_measurement(ApiContext& context, const RouteRequest& request) {
  const auto id = Uuid::parse(request.parameter);
  if (!id) return refuse(ProblemType::not_found, "there is no such measurement");
  const auto asked = query_value(request.http, "format");
  const auto format = formats::parse_export_format(asked.empty() ? "json" : asked);
  if (!format) return refuse_parameter("format", format.error().message);
  const auto stored = TRY(context.ports.measurements.by_id(*id));
  const formats::ExportContext about{.version = context.options.version};
  const auto text = formats::export_measurement(stored.measurement, stored.as_path, *format, about);
  if (!text) return refuse_parameter("format", text.error().message);
  return json_response(*text);
}

}  // namespace cw::api
