#pragma once

// Which measurements of others an address has answered on the way: kept with every new path, and with a measurement
// where somebody beside its path answered, so that an address is looked up instead of all measurements searched.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "model/measurement.hpp"
#include "platform/database.hpp"
#include "ports/store/measurement_store.hpp"

namespace cw::store {

// Of a path that was stored just now.
Result<> record_path_addresses(platform::Database& database, std::int64_t path_id,
                               const std::vector<std::optional<IpAddress>>& addresses);
// Of a measurement that was stored just now: who answered it without standing on its path.
Result<> record_other_senders(platform::Database& database, const Measurement& measurement);

// Newest first, at most `limit`.
Result<std::vector<MeasurementSummary>> list_crossing(platform::Database& database, const CrossingQuery& query);

}  // namespace cw::store
