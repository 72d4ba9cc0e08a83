#pragma once

// SQLite behind the database contract: write-ahead log, every commit synced, foreign keys checked, 8 kB pages.
// A file is made with mode 0600, its directory with 0700 where that is missing.

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "core/result.hpp"
#include "platform/database.hpp"
#include "platform/database_lock.hpp"

namespace cw::platform {

// "sqlite:///absolute/file", "sqlite::memory:", or a plain file name. Nothing: in memory. `unsupported` for
// another scheme, `invalid` for a name that is none.
Result<std::optional<std::filesystem::path>> parse_sqlite_url(std::string_view url_or_path);

enum class SqliteAccess : std::uint8_t { read_write, read_only };

// One connection to a file (or to a private database in memory), without the lock of its owner. `invalid` when
// the file is no SQLite database, or that of another program.
Result<std::unique_ptr<Database>> open_sqlite_connection(const std::optional<std::filesystem::path>& file,
                                                         SqliteAccess access);

// The whole database for the one process that owns it.
struct OwnedSqlite {
  // Held for as long as the database is; nothing for a database in memory.
  std::optional<DatabaseLock> lock;
  std::shared_ptr<SharedDatabase> database;
};

// Takes the lock, then opens a connection to write and one to read. `conflict` as DatabaseLock::acquire says it.
Result<OwnedSqlite> open_sqlite(std::string_view url_or_path);

}  // namespace cw::platform
