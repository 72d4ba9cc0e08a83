#pragma once

// An mtr as a table: a row a hop, a row beneath it for each further address that answered there, and what the loss
// at the hop means (formats/hop_reading.hpp). Pure functions.

#include <optional>
#include <string>

#include "app/text/trace_text.hpp"
#include "model/as_path.hpp"
#include "model/measurement.hpp"

namespace cw::app {

// The heading of the columns and the rows.
std::string mtr_table(const Measurement& measurement, const TextStyle& style);

// Heading, table and summary: what a pipe gets.
std::string mtr_report(const Measurement& measurement, const std::optional<AsPath>& as_path, const TextStyle& style);

}  // namespace cw::app
