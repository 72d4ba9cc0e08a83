#include <optional>
#include <string>

#include "platform/database_reading.hpp"
#include "ports/store/sql/path_rows.hpp"

namespace cw::store {
namespace {

using platform::Database;
using platform::SqlRow;

// Instants stay text here: they are only compared and written back.
struct Epoch {
  std::string first_seen;
  std::string last_seen;
  std::int64_t path_id = 0;
  std::int64_t measurement_count = 0;
};

Result<Epoch> read_epoch(const SqlRow& row) {
  return Epoch{std::string(row.text(0)), std::string(row.text(1)), row.integer(2), row.integer(3)};
}

// The epochs of one target as one vantage sees it with one method and flow.
class Timeline {
 public:
  Timeline(Database& database, const Measurement& measurement)
      : database_(database),
        address_(measurement.address.to_string()),
        vantage_(measurement.vantage),
        method_(to_string(measurement.method)),
        flow_(measurement.flow) {}

  Result<std::optional<Epoch>> begun_at(const std::string& instant, std::int64_t path_id) {
    return platform::select_one(
        database_,
        "SELECT first_seen, last_seen, path_id, measurement_count FROM path_epochs WHERE address = $1 AND vantage = $2 "
        "AND method = $3 AND flow = $4 AND first_seen = $5 AND path_id = $6",
        {address_, vantage_, method_, flow_, instant, path_id}, read_epoch);
  }

  Result<std::optional<Epoch>> newest_begun_by(const std::string& instant) {
    return platform::select_one(
        database_,
        "SELECT first_seen, last_seen, path_id, measurement_count FROM path_epochs WHERE address = $1 AND vantage = $2 "
        "AND method = $3 AND flow = $4 AND first_seen <= $5 ORDER BY first_seen DESC, path_id DESC LIMIT 1",
        {address_, vantage_, method_, flow_, instant}, read_epoch);
  }

  Result<std::optional<Epoch>> first_after(const std::string& instant) {
    return platform::select_one(
        database_,
        "SELECT first_seen, last_seen, path_id, measurement_count FROM path_epochs WHERE address = $1 AND vantage = $2 "
        "AND method = $3 AND flow = $4 AND first_seen > $5 ORDER BY first_seen, path_id LIMIT 1",
        {address_, vantage_, method_, flow_, instant}, read_epoch);
  }

  Result<> replace(const Epoch& known, const Epoch& epoch) {
    TRY(database_.execute(
        "UPDATE path_epochs SET first_seen = $7, last_seen = $8, measurement_count = $9 WHERE address "
        "= $1 AND vantage = $2 AND method = $3 AND flow = $4 AND first_seen = $5 AND path_id = $6",
        {address_, vantage_, method_, flow_, known.first_seen, known.path_id, epoch.first_seen, epoch.last_seen,
         epoch.measurement_count}));
    return {};
  }

  Result<> insert(const Epoch& epoch) {
    TRY(
        database_.execute("INSERT INTO path_epochs (address, vantage, method, flow, first_seen, path_id, last_seen, "
                          "measurement_count) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                          {address_, vantage_, method_, flow_, epoch.first_seen, epoch.path_id, epoch.last_seen,
                           epoch.measurement_count}));
    return {};
  }

  // The part of an epoch after an instant, from its measurements.
  Result<Epoch> part_after(const Epoch& epoch, const std::string& instant) {
    return part(
        "SELECT min(started_at), max(started_at), max(path_id), count(*) FROM measurements WHERE address = $1 AND "
        "vantage = $2 AND method = $3 AND flow = $4 AND path_id = $5 AND started_at > $6 AND started_at <= $7",
        epoch.path_id, instant, epoch.last_seen);
  }

  Result<Epoch> part_until(const Epoch& epoch, const std::string& instant) {
    return part(
        "SELECT min(started_at), max(started_at), max(path_id), count(*) FROM measurements WHERE address = $1 AND "
        "vantage = $2 AND method = $3 AND flow = $4 AND path_id = $5 AND started_at >= $6 AND started_at <= $7",
        epoch.path_id, epoch.first_seen, instant);
  }

 private:
  Result<Epoch> part(std::string_view sql, std::int64_t path_id, const std::string& from, const std::string& to) {
    auto epoch =
        TRY(platform::select_one(database_, sql, {address_, vantage_, method_, flow_, path_id, from, to}, read_epoch));
    return epoch.value_or(Epoch{});
  }

  Database& database_;
  std::string address_;
  std::string_view vantage_;
  std::string_view method_;
  int flow_;
};

// An epoch is cut in two by a measurement of another path that came late.
Result<> split(Timeline& timeline, const Epoch& epoch, const Epoch& between) {
  const auto before = TRY(timeline.part_until(epoch, between.first_seen));
  const auto after = TRY(timeline.part_after(epoch, between.first_seen));
  if (before.measurement_count == 0) return timeline.insert(between);
  TRY(timeline.replace(epoch, before));
  TRY(timeline.insert(between));
  if (after.measurement_count > 0) TRY(timeline.insert(after));
  return {};
}

}  // namespace

// Measurements may arrive out of order. With E the epoch of this path that began at this very instant, else the
// newest one that began by then, and N the one after it:
// 1. E has this path: E grows to this instant.
// 2. This instant lies within E: E is split.
// 3. N has this path: N begins at this instant.
// 4. Otherwise a new epoch begins and ends here.
Result<> record_epoch(platform::Database& database, const Measurement& measurement, std::int64_t path_id) {
  const auto instant = format_rfc3339(measurement.started_at);
  const Epoch moment{.first_seen = instant, .last_seen = instant, .path_id = path_id, .measurement_count = 1};
  Timeline timeline(database, measurement);

  auto begun = TRY(timeline.begun_at(instant, path_id));
  if (!begun) begun = TRY(timeline.newest_begun_by(instant));
  if (begun && begun->path_id == path_id) {
    auto grown = *begun;
    grown.last_seen = std::max(grown.last_seen, instant);
    ++grown.measurement_count;
    return timeline.replace(*begun, grown);
  }
  if (begun && instant < begun->last_seen) return split(timeline, *begun, moment);

  const auto next = TRY(timeline.first_after(instant));
  if (next && next->path_id == path_id) {
    auto grown = *next;
    grown.first_seen = instant;
    ++grown.measurement_count;
    return timeline.replace(*next, grown);
  }
  return timeline.insert(moment);
}

}  // namespace cw::store
