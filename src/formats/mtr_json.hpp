#pragma once

// The report of mtr 0.95 (`mtr --json -o LDRSNBAWVGJMXI`), for what reads mtr's: field by field and digit by digit,
// on one line. mtr mixes the answers of all addresses at a hop in one row and names the last one.

#include <optional>
#include <string>

#include "core/result.hpp"
#include "formats/export_context.hpp"
#include "model/as_path.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

// Of an mtr; a trace is one round. With an AS path each hub has `ASN`, as with mtr's -z.
Result<std::string> to_mtr_json(const Measurement& measurement, const std::optional<AsPath>& as_path,
                                const ExportContext& context);

}  // namespace cw::formats
