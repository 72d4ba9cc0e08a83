#include "ports/store/sql/sql_store.hpp"

#include <random>
#include <span>
#include <string>

#include "platform/migrations.hpp"
#include "platform/postgres_database.hpp"
#include "platform/sqlite_database.hpp"
#include "ports/store/sql/sql_measurement_store.hpp"
#include "ports/store/sql/sql_refusal_store.hpp"
#include "ports/store/sql/sql_settings_store.hpp"
#include "ports/store/sql/sql_target_store.hpp"
#include "ports/store/sql/sql_trace_feed.hpp"

namespace cw::store {

// Made at build time from ports/store/migrations.
std::span<const platform::Migration> store_migrations();
std::span<const platform::Migration> store_migrations_postgresql();

namespace {

// As many transactions at once as threads of a node may want: workers, handlers of the API, the scheduler.
constexpr int postgres_connections = 8;

Result<std::shared_ptr<platform::SharedDatabase>> open_and_migrate_postgres(const platform::PostgresServer& server) {
  auto database = TRY(platform::open_postgres(server, postgres_connections));
  TRY(platform::migrate(*database, "store", store_migrations_postgresql()));
  return database;
}

}  // namespace

Result<std::unique_ptr<SqlStore>> SqlStore::open(std::string_view url_or_path, std::string_view password) {
  if (platform::is_postgres_url(url_or_path)) {
    // Nodes that lost one server do not come back to it in step.
    const auto seed = static_cast<std::uint64_t>(std::random_device{}());
    auto database = TRY(
        open_and_migrate_postgres({.url = std::string(url_or_path), .password = std::string(password), .seed = seed}));
    return std::unique_ptr<SqlStore>(new SqlStore(std::nullopt, std::move(database)));
  }
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
      refusals_(std::make_unique<SqlRefusalStore>(database_)),
      feed_(std::make_unique<SqlTraceFeed>(database_)) {}

SqlStore::~SqlStore() = default;

MeasurementStore& SqlStore::measurements() { return *measurements_; }

Result<std::int64_t> SqlStore::drop_measurements_before(Instant before) { return measurements_->drop_before(before); }

Result<> SqlStore::publish_url(std::string_view url) {
  if (!lock_) return {};
  return lock_->publish_url(url);
}

}  // namespace cw::store
