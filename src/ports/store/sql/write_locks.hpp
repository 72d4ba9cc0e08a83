#pragma once

// Who waits for whom where several transactions write at once. What is read and then written again on its ground is
// locked before it is read. The keys are few, so that a big batch does not fill the server's table of locks.

#include <vector>

#include "core/result.hpp"
#include "platform/database.hpp"
#include "ports/store/measurement_store.hpp"

namespace cw::store {

enum class WriteLock : std::int64_t { targets = 0x6377'0001, settings, refusals, trace_feed };

Result<> lock_for_write(platform::Database& database, WriteLock lock);
// The epochs of the addresses that the batch has measured.
Result<> lock_addresses(platform::Database& database, const std::vector<NewMeasurement>& batch);

}  // namespace cw::store
