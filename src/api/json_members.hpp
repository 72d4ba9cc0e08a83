#pragma once

// Members that several of the API's objects share.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/asn.hpp"
#include "core/time.hpp"
#include "formats/json_writer.hpp"
#include "model/as_path.hpp"

namespace cw::api {

template <class Number>
void write_or_null(formats::JsonWriter& json, const std::optional<Number>& number) {
  if (number) {
    json.integer(*number);
  } else {
    json.null();
  }
}

void write_or_null(formats::JsonWriter& json, const std::optional<Asn>& asn);
void write_or_null(formats::JsonWriter& json, const std::optional<Instant>& instant);
void write_milliseconds_or_null(formats::JsonWriter& json, const std::optional<Duration>& duration);

// "as_path":[{asn, name, gap}, …]
void write_networks(formats::JsonWriter& json, const std::vector<AsPathElement>& networks);

}  // namespace cw::api
