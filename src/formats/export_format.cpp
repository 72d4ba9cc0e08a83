#include "formats/export_format.hpp"

#include <array>

#include "formats/atlas_json.hpp"
#include "formats/globalping_json.hpp"
#include "formats/measurement_json.hpp"
#include "formats/mtr_json.hpp"
#include "formats/scamper_json.hpp"
#include "model/named_value.hpp"

namespace cw::formats {
namespace {

constexpr std::array formats{ExportFormat::json, ExportFormat::atlas, ExportFormat::scamper, ExportFormat::mtr,
                             ExportFormat::globalping};

}  // namespace

std::string_view to_string(ExportFormat format) {
  switch (format) {
    case ExportFormat::json:
      return "json";
    case ExportFormat::atlas:
      return "atlas";
    case ExportFormat::scamper:
      return "scamper";
    case ExportFormat::mtr:
      return "mtr";
    case ExportFormat::globalping:
      return "globalping";
  }
  return "json";
}

Result<ExportFormat> parse_export_format(std::string_view text) {
  return parse_named_value<ExportFormat>("format", text, formats);
}

Result<std::string> export_measurement(const Measurement& measurement, const std::optional<AsPath>& as_path,
                                       ExportFormat format, const ExportContext& context) {
  switch (format) {
    case ExportFormat::json:
      return to_json(measurement, as_path);
    case ExportFormat::atlas:
      return to_atlas_json(measurement, context);
    case ExportFormat::scamper:
      return to_scamper_json(measurement);
    case ExportFormat::mtr:
      return to_mtr_json(measurement, as_path, context);
    case ExportFormat::globalping:
      return to_globalping_json(measurement, as_path, context);
  }
  return to_json(measurement, as_path);
}

}  // namespace cw::formats
