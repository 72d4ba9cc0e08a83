#include "ports/store/sql/sql_settings_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/text.hpp"
#include "platform/database_reading.hpp"
#include "ports/store/sql/json_reading.hpp"
#include "ports/store/sql/write_locks.hpp"

namespace cw::store {
namespace {

using platform::Database;
using platform::SqlRow;

Result<std::optional<std::string>> find_setting_value(Database& database, std::string_view key) {
  return platform::select_one(database, "SELECT value FROM settings WHERE key = $1", {key},
                              [](const SqlRow& row) -> Result<std::string> { return std::string(row.text(0)); });
}

Result<SettingChange> read_change(const SqlRow& row) {
  SettingChange change;
  change.key = row.text(0);
  change.changed_at = TRY(platform::instant_column(row, 1));
  change.changed_by = row.text(2);
  change.before = row.text(3);
  change.after = row.text(4);
  return change;
}

}  // namespace

Result<std::string> SqlSettingsStore::get(std::string_view key) {
  auto value = TRY(database_->read([&](Database& database) { return find_setting_value(database, key); }));
  if (!value) return fail(ErrorKind::not_found, fmt::format("the setting {} was never changed", printable(key)));
  return *std::move(value);
}

Result<> SqlSettingsStore::set(std::string_view key, std::string_view json, std::string_view changed_by, Instant now) {
  if (auto value = parse_json(json); !value)
    return fail(fmt::format("the value of {}", printable(key)), std::move(value).error());
  return database_->write([&](Database& database) -> Result<> {
    TRY(lock_for_write(database, WriteLock::settings));
    const auto before = TRY(find_setting_value(database, key));
    if (before == json) return {};
    const auto changed_at = format_rfc3339(now);
    TRY(
        database.execute("INSERT INTO settings (key, value, changed_at, changed_by) VALUES ($1, $2, $3, $4) "
                         "ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at, "
                         "changed_by = excluded.changed_by",
                         {key, json, changed_at, changed_by}));
    TRY(
        database.execute("INSERT INTO setting_changes (key, changed_at, changed_by, before, after) "
                         "VALUES ($1, $2, $3, $4, $5)",
                         {key, changed_at, changed_by, before, json}));
    return {};
  });
}

Result<std::vector<SettingChange>> SqlSettingsStore::history(std::string_view key, int limit) {
  return database_->read([&](Database& database) {
    return platform::select_all(database,
                                "SELECT key, changed_at, changed_by, before, after FROM setting_changes "
                                "WHERE key = $1 ORDER BY id DESC LIMIT $2",
                                {key, std::max(limit, 0)}, read_change);
  });
}

}  // namespace cw::store
