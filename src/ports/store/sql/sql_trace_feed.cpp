#include "ports/store/sql/sql_trace_feed.hpp"

#include "platform/database_reading.hpp"
#include "ports/store/sql/write_locks.hpp"

namespace cw::store {

using platform::Database;
using platform::SqlRow;

Result<std::vector<FedTrace>> SqlTraceFeed::after(std::int64_t position, int most) {
  const auto read = [](const SqlRow& row) -> Result<FedTrace> {
    return FedTrace{.position = row.integer(0), .measurement = TRY(platform::uuid_column(row, 1))};
  };
  return database_->read([&](Database& database) {
    return platform::select_all(
        database, "SELECT position, measurement_id FROM trace_feed WHERE position > $1 ORDER BY position LIMIT $2",
        {position, most}, read);
  });
}

Result<std::int64_t> SqlTraceFeed::last() {
  return database_->read([](Database& database) {
    return platform::select_integer(database, "SELECT coalesce(max(position), 0) FROM trace_feed");
  });
}

Result<> feed_traces(Database& database, const std::vector<Uuid>& measurements) {
  if (measurements.empty()) return {};
  TRY(lock_for_write(database, WriteLock::trace_feed));
  for (const auto& id : measurements)
    TRY(database.execute("INSERT INTO trace_feed (measurement_id) VALUES ($1)", {id.to_string()}));
  return {};
}

}  // namespace cw::store
