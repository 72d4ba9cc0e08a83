#include "ports/store/sql/sql_store.hpp"

#include <span>

#include "platform/migrations.hpp"
#include "platform/sqlite_database.hpp"
#include "ports/store/sql/sql_measurement_store.hpp"
#include "ports/store/sql/sql_refusal_store.hpp"
#include "ports/store/sql/sql_settings_store.hpp"
#include "ports/store/sql/sql_target_store.hpp"

namespace cw::store {

// Made at build time from ports/store/migrations.
std::span<const platform::Migration> store_migrations();

Result<std::unique_ptr<SqlStore>> SqlStore::open(std::string_view url_or_path) {
  auto owned = TRY(platform::open_sqlite(url_or_path));
  TRY(platform::migrate(*owned.database, "store", store_migrations()));
  return std::unique_ptr<SqlStore>(new SqlStore(std::move(owned.lock), std::move(owned.database)));
}

SqlStore::SqlStore(std::optional<platform::DatabaseLock> lock, std::shared_ptr<platform::SharedDatabase> database)
    : lock_(std::move(lock)),
      database_(std::move(database)),
      targets_(std::make_unique<SqlTargetStore>(database_)),
      measurements_(std::make_unique<SqlMeasurementStore>(database_)),
      settings_(std::make_unique<SqlSettingsStore>(database_)),
      refusals_(std::make_unique<SqlRefusalStore>(database_)) {}

SqlStore::~SqlStore() = default;

Result<> SqlStore::publish_url(std::string_view url) {
  if (!lock_) return {};
  return lock_->publish_url(url);
}

}  // namespace cw::store
