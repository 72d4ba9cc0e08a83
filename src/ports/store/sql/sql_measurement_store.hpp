#pragma once

// The measurements, their paths and what is known of the networks they crossed, in an SQL database. Instants and
// RTTs are kept in whole microseconds.

#include <memory>

#include "platform/database.hpp"
#include "ports/store/measurement_store.hpp"
#include "ports/store/sql/measurement_partitions.hpp"

namespace cw::store {

class SqlMeasurementStore final : public MeasurementStore {
 public:
  explicit SqlMeasurementStore(std::shared_ptr<platform::SharedDatabase> database) : database_(std::move(database)) {}

  Result<int> put(const std::vector<NewMeasurement>& batch) override;
  Result<StoredMeasurement> by_id(const Uuid& id) override;
  Result<std::vector<MeasurementSummary>> list(const MeasurementQuery& query) override;
  Result<std::vector<MeasurementSummary>> crossing(const CrossingQuery& query) override;
  Result<std::int64_t> count() override;
  Result<std::vector<AddressFacts>> facts(const std::vector<IpAddress>& addresses) override;

  // Drops whole weeks that end by that instant; returns how many measurements went. `unsupported` in a file, where
  // there are no weeks to drop.
  Result<std::int64_t> drop_before(Instant before);

 private:
  MeasurementPartitions partitions_;
  std::shared_ptr<platform::SharedDatabase> database_;
};

}  // namespace cw::store
