#include "ports/store/sql/measurement_partitions.hpp"

#include <chrono>

#include "platform/database_reading.hpp"

namespace cw::store {
namespace {

using Mondays = std::set<std::chrono::sys_days>;

Mondays mondays_of(const std::vector<NewMeasurement>& batch) {
  Mondays mondays;
  for (const auto& added : batch) {
    const auto day = std::chrono::floor<std::chrono::days>(added.measurement.id.time());
    mondays.insert(day - (std::chrono::weekday(day) - std::chrono::Monday));
  }
  return mondays;
}

}  // namespace

Result<> MeasurementPartitions::prepare(platform::Database& database, const std::vector<NewMeasurement>& batch) {
  if (database.dialect() == platform::SqlDialect::sqlite) return {};
  const auto known = known_.with([](const Mondays& mondays) { return mondays; });
  for (const auto monday : mondays_of(batch))
    if (!known.contains(monday))
      TRY(database.query("SELECT add_measurement_partition($1)", {format_rfc3339(monday)},
                         [](const platform::SqlRow&) -> Result<> { return {}; }));
  return {};
}

void MeasurementPartitions::remember(const std::vector<NewMeasurement>& batch) {
  known_.with([&](Mondays& mondays) { mondays.merge(mondays_of(batch)); });
}

Result<std::int64_t> MeasurementPartitions::drop(platform::SharedDatabase& database, Instant before) {
  known_.with([](Mondays& mondays) { mondays.clear(); });
  const auto read = [](const platform::SqlRow& row) -> Result<std::optional<std::int64_t>> {
    return row.is_null(0) ? std::nullopt : std::optional(row.integer(0));
  };
  const auto drop_one = [&](platform::Database& writer) {
    return platform::select_one(writer, "SELECT drop_measurement_partition($1)", {format_rfc3339(before)}, read);
  };
  std::int64_t dropped = 0;
  while (true) {
    const auto held = TRY(database.write(drop_one)).value_or(std::nullopt);
    if (!held) return dropped;
    dropped += *held;
  }
}

}  // namespace cw::store
