#pragma once

// Measurements as rows: writing one inside somebody else's transaction, reading one or a list.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "model/measurement.hpp"
#include "platform/database.hpp"
#include "ports/store/measurement_store.hpp"

namespace cw::store {

Result<bool> has_measurement(platform::Database& database, const Uuid& id);
// False when it is there already. The path is stored before.
Result<bool> insert_measurement(platform::Database& database, const NewMeasurement& added,
                                std::optional<std::int64_t> path_id);

Result<std::optional<StoredMeasurement>> find_measurement(platform::Database& database, const Uuid& id);
Result<std::vector<MeasurementSummary>> list_measurements(platform::Database& database, const MeasurementQuery& query);
Result<std::optional<MeasurementSummary>> find_summary(platform::Database& database, const Uuid& id);

}  // namespace cw::store
