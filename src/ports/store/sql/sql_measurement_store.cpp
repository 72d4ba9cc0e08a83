#include "ports/store/sql/sql_measurement_store.hpp"

#include <fmt/format.h>

#include <map>

#include "platform/database_reading.hpp"
#include "ports/store/sql/crossings.hpp"
#include "ports/store/sql/measurement_rows.hpp"
#include "ports/store/sql/network_sightings.hpp"
#include "ports/store/sql/path_rows.hpp"
#include "ports/store/sql/sql_trace_feed.hpp"
#include "ports/store/sql/target_rows.hpp"
#include "ports/store/sql/write_locks.hpp"

namespace cw::store {
namespace {

using platform::Database;

// False when the measurement was there already: then nothing of it is counted again.
Result<bool> put_one(Database& database, const NewMeasurement& added) {
  const auto& measurement = added.measurement;
  if (TRY(has_measurement(database, measurement.id))) return false;
  std::optional<std::int64_t> path_id;
  if (const auto path = path_of(measurement)) path_id = TRY(store_path(database, *path, measurement.started_at));
  if (!TRY(insert_measurement(database, added, path_id))) return false;
  TRY(record_other_senders(database, measurement));
  if (!path_id) return true;
  if (added.as_path) TRY(annotate_path(database, *path_id, measurement.started_at, *added.as_path));
  TRY(record_epoch(database, measurement, *path_id));
  return true;
}

// What the batch changes beside the measurements themselves.
struct Consequences {
  NetworkSightings networks;
  std::map<IpAddress, Instant> measured_at;
  std::vector<Uuid> traces;
  int stored = 0;

  void add(const NewMeasurement& added) {
    networks.add(added);
    if (added.as_path) traces.push_back(added.measurement.id);
    auto& latest = measured_at.try_emplace(added.measurement.address, added.measurement.started_at).first->second;
    latest = std::max(latest, added.measurement.started_at);
    ++stored;
  }

  Result<> write(Database& database) const {
    if (stored == 0) return {};
    TRY(networks.write(database));
    TRY(record_measured(database, measured_at));
    TRY(database.execute("UPDATE row_counts SET row_count = row_count + $1 WHERE table_name = 'measurements'",
                         {stored}));
    return feed_traces(database, traces);
  }
};

}  // namespace

Result<int> SqlMeasurementStore::put(const std::vector<NewMeasurement>& batch) {
  const auto stored = TRY(database_->write([&](Database& database) -> Result<int> {
    TRY(lock_addresses(database, batch));
    TRY(partitions_.prepare(database, batch));
    Consequences consequences;
    for (const auto& added : batch)
      if (TRY(put_one(database, added))) consequences.add(added);
    TRY(consequences.write(database));
    return consequences.stored;
  }));
  partitions_.remember(batch);
  return stored;
}

Result<std::int64_t> SqlMeasurementStore::drop_before(Instant before) {
  if (database_->dialect() == platform::SqlDialect::sqlite)
    return fail(ErrorKind::unsupported, "only a store on PostgreSQL drops its measurements by the week");
  return partitions_.drop(*database_, before);
}

Result<StoredMeasurement> SqlMeasurementStore::by_id(const Uuid& id) {
  auto found = TRY(database_->read([&](Database& database) { return find_measurement(database, id); }));
  if (!found) return fail(ErrorKind::not_found, fmt::format("there is no measurement {}", id.to_string()));
  return *std::move(found);
}

Result<std::vector<MeasurementSummary>> SqlMeasurementStore::list(const MeasurementQuery& query) {
  return database_->read([&](Database& database) { return list_measurements(database, query); });
}

Result<std::vector<MeasurementSummary>> SqlMeasurementStore::crossing(const CrossingQuery& query) {
  return database_->read([&](Database& database) { return list_crossing(database, query); });
}

Result<std::int64_t> SqlMeasurementStore::count() {
  return database_->read([](Database& database) {
    return platform::select_integer(database, "SELECT row_count FROM row_counts WHERE table_name = 'measurements'");
  });
}

Result<std::vector<AddressFacts>> SqlMeasurementStore::facts(const std::vector<IpAddress>& addresses) {
  return database_->read([&](Database& database) { return find_facts(database, addresses); });
}

}  // namespace cw::store
