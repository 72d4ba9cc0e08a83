#pragma once

// The answer of Globalping's `GET /v1/measurements/{id}`, with this node as its one probe: clients of that API show
// our measurements unchanged.

#include <optional>
#include <string>

#include "core/result.hpp"
#include "formats/export_context.hpp"
#include "model/as_path.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

// 1. A finished measurement of one probe; one that failed has only its status and what to say to people.
// 2. Answers in time only, in the order of arrival; silent hops have null for their address.
// 3. `rawOutput` is for people and not to be parsed.
// 4. What is not known of the probe is null: nothing is made up.
std::string to_globalping_json(const Measurement& measurement, const std::optional<AsPath>& as_path,
                               const ExportContext& context);

}  // namespace cw::formats
