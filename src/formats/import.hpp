#pragma once

// One entry to every format that measurements are read from: ours, RIPE Atlas, scamper. A text is JSON Lines, each line
// of whichever format it is, or one JSON value over several lines, or one array (as Atlas gives it for download).

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "core/result.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

enum class ImportFormat : std::uint8_t { json, atlas, scamper };

// "json", "atlas", "scamper"
std::string_view to_string(ImportFormat format);

// What came of one line or one item of the array. A refusal's message begins with the format, if it was known.
struct ImportedItem {
  std::size_t line = 1;  // from 1; in an array and in a value over several lines that of its beginning
  std::size_t item = 1;  // from 1: its place in the array
  Result<Measurement> measurement;
};

// What a line is, by the members that only that format has.
Result<ImportFormat> detect_import_format(std::string_view line);

// Calls `take` for every item in their order. Empty lines, and what scamper and M-Lab write around their measurements
// (cycles, the line with the UUID), are passed over.
void import_measurements(std::string_view text, const std::function<void(ImportedItem)>& take);

// One line, for who reads a large file or a pipe as it comes; nothing for a line that is passed over.
std::optional<Result<Measurement>> import_line(std::string_view line);

}  // namespace cw::formats
