#pragma once

// The measurements of a server lie in partitions by the week of their ids. A batch makes those that it needs.

#include <set>
#include <vector>

#include "core/guarded.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "platform/database.hpp"
#include "ports/store/measurement_store.hpp"

namespace cw::store {

class MeasurementPartitions {
 public:
  // Before the batch is stored, in its transaction. Nothing to do where there are no partitions.
  Result<> prepare(platform::Database& database, const std::vector<NewMeasurement>& batch);
  // After the transaction was committed: only then are they known to be there.
  void remember(const std::vector<NewMeasurement>& batch);
  // Drops the partitions that end by that instant, each in a transaction of its own; returns how many measurements
  // went.
  Result<std::int64_t> drop(platform::SharedDatabase& database, Instant before);

 private:
  Guarded<std::set<std::chrono::sys_days>> known_;  // their Mondays
};

}  // namespace cw::store
