#pragma once

// The stores of one SQL database, opened and migrated together.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"
#include "platform/database.hpp"
#include "platform/database_lock.hpp"
#include "ports/store/measurement_store.hpp"
#include "ports/store/refusal_store.hpp"
#include "ports/store/settings_store.hpp"
#include "ports/store/target_store.hpp"
#include "ports/store/trace_feed.hpp"

namespace cw::store {

class SqlMeasurementStore;

class SqlStore {
 public:
  // "sqlite:///absolute/file", "sqlite::memory:" or a file name: takes the file for this process. Or
  // "postgresql://…", which any number of processes share. Opens and migrates it. Errors: `conflict` (another process
  // has the file), `unsupported` (written by a newer cyberwatch, or a scheme this build does not have), `invalid`
  // (not such a database), `unavailable` (cannot be opened), `exhausted` (the disk is full). The password is a
  // server's.
  static Result<std::unique_ptr<SqlStore>> open(std::string_view url_or_path, std::string_view password = {});

  ~SqlStore();

  TargetStore& targets() { return *targets_; }
  MeasurementStore& measurements();
  SettingsStore& settings() { return *settings_; }
  RefusalStore& refusals() { return *refusals_; }
  TraceFeed& feed() { return *feed_; }
  // Retention, by dropping whole weeks; returns how many measurements went. `unsupported` in a file.
  Result<std::int64_t> drop_measurements_before(Instant before);

  // For whatever else lives in the same database, such as the embedded queue.
  [[nodiscard]] const std::shared_ptr<platform::SharedDatabase>& database() const { return database_; }
  // Writes where this node answers beside the database, for the commands that look for it.
  Result<> publish_url(std::string_view url);

 private:
  SqlStore(std::optional<platform::DatabaseLock> lock, std::shared_ptr<platform::SharedDatabase> database);

  std::optional<platform::DatabaseLock> lock_;  // released last
  std::shared_ptr<platform::SharedDatabase> database_;
  std::unique_ptr<TargetStore> targets_;
  std::unique_ptr<SqlMeasurementStore> measurements_;
  std::unique_ptr<SettingsStore> settings_;
  std::unique_ptr<RefusalStore> refusals_;
  std::unique_ptr<TraceFeed> feed_;
};

}  // namespace cw::store
