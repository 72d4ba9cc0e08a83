#pragma once

// From what scamper measured to what was asked.

#include "formats/scamper_json.hpp"
#include "model/measurement_request.hpp"

namespace cw::probe {

// The record with the request's own words in place of those that scamper cannot know.
Measurement as_asked(formats::ScamperRecord record, const MeasurementRequest& request, Instant finished_at);

}  // namespace cw::probe
