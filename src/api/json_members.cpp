#include "api/json_members.hpp"

namespace cw::api {

using formats::JsonWriter;

void write_or_null(JsonWriter& json, const std::optional<Asn>& asn) {
  write_or_null(json, asn ? std::optional(asn->value) : std::nullopt);
}

void write_or_null(JsonWriter& json, const std::optional<Instant>& instant) {
  json.string_or_null(instant ? format_rfc3339(*instant) : "");
}

void write_milliseconds_or_null(JsonWriter& json, const std::optional<Duration>& duration) {
  if (duration) {
    json.milliseconds(*duration);
  } else {
    json.null();
  }
}

void write_networks(JsonWriter& json, const std::vector<AsPathElement>& networks) {
  json.key("as_path").begin_array();
  for (const auto& network : networks) {
    json.begin_object();
    json.key("asn").integer(network.asn.value);
    json.key("name").string(network.name);
    json.key("gap").integer(network.gap);
    json.end_object();
  }
  json.end_array();
}

}  // namespace cw::api
