#include "platform/migrations.hpp"

#include <fmt/format.h>

#include <cassert>

namespace cw::platform {
namespace {

constexpr std::string_view make_record =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "component TEXT NOT NULL, version INTEGER NOT NULL, applied_at TEXT NOT NULL, PRIMARY KEY (component, version))";

// "cywa": whoever holds it changes the schema.
constexpr std::int64_t schema_lock[] = {0x63797761};

// A user who may not make tables can still find that none is missing.
Result<> prepare_record(Database& database) {
  TRY(database.lock(schema_lock));
  if (!TRY(database.has_table("schema_migrations"))) TRY(database.execute(make_record));
  return {};
}

Result<bool> apply_next(Database& database, std::string_view component, std::span<const Migration> migrations) {
  TRY(database.lock(schema_lock));
  const int reached = TRY(schema_version(database, component));
  const int known = static_cast<int>(migrations.size());
  if (reached > known)
    return fail(
        ErrorKind::unsupported,
        fmt::format("{} was written by a newer cyberwatch ({} schema {}, this one knows {}): upgrade this program",
                    database.name(), component, reached, known));
  if (reached == known) return false;
  const auto& next = migrations[static_cast<std::size_t>(reached)];
  assert(next.version == reached + 1);
  if (auto applied = database.script(next.sql); !applied)
    return fail(fmt::format("migration {} of {}", next.name, component), std::move(applied).error());
  TRY(database.execute(
      "INSERT INTO schema_migrations (component, version, applied_at) VALUES ($1, $2, CURRENT_TIMESTAMP)",
      {component, next.version}));
  return true;
}

}  // namespace

Result<> migrate(SharedDatabase& database, std::string_view component, std::span<const Migration> migrations) {
  TRY(database.write(prepare_record));
  // Each in its own transaction, which first asks how far the database is.
  while (TRY(database.write([&](Database& writer) { return apply_next(writer, component, migrations); }))) {
  }
  return {};
}

Result<int> schema_version(Database& database, std::string_view component) {
  int version = 0;
  TRY(database.query("SELECT coalesce(max(version), 0) FROM schema_migrations WHERE component = $1", {component},
                     [&](const SqlRow& row) -> Result<> {
                       version = static_cast<int>(row.integer(0));
                       return {};
                     }));
  return version;
}

}  // namespace cw::platform
