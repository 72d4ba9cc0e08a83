#pragma once

// One entry to every format that a measurement is written in: `cyberwatch export --format NAME`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "formats/export_context.hpp"
#include "model/as_path.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

enum class ExportFormat : std::uint8_t { json, atlas, scamper, mtr, globalping };

// "json", "atlas", "scamper", "mtr", "globalping"
std::string_view to_string(ExportFormat format);
Result<ExportFormat> parse_export_format(std::string_view text);

// One line without its end. `unsupported` where the format has no form for this kind of measurement.
Result<std::string> export_measurement(const Measurement& measurement, const std::optional<AsPath>& as_path,
                                       ExportFormat format, const ExportContext& context);

}  // namespace cw::formats
