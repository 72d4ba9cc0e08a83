#pragma once

// Targets as rows: reading, joining and writing them inside somebody else's transaction.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/target.hpp"
#include "platform/database.hpp"

namespace cw::store {

// What a target and a newly reported one of the same address are together (see TargetStore::put).
Target joined(const Target& known, const Target& reported);

// `invalid` for a priority that is not from 0 to 9 and an interval that is not from a second to some decades.
Result<> check_target(const Target& target);

// When it is due next: an interval after its last measurement; at its first sight when there was none.
Instant next_due(const Target& target);

// The columns of `read_target`, in its order.
extern const std::string_view target_columns;
Result<Target> read_target(const platform::SqlRow& row);

Result<std::optional<Target>> find_target(platform::Database& database, std::int64_t id);
Result<std::optional<Target>> find_target(platform::Database& database, const IpAddress& address);
// Returns it with the id it was given.
Result<Target> insert_target(platform::Database& database, Target target);
Result<> update_target(platform::Database& database, const Target& target);

// Moves the last measurement of those targets on; an address that is no target's is passed over.
Result<> record_measured(platform::Database& database, const std::map<IpAddress, Instant>& measured_at);

}  // namespace cw::store
