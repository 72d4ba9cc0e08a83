#pragma once

// Numbered, forward-only changes of a schema, one transaction each. Every component that keeps tables in a
// database has its own numbers; `schema_migrations(component, version, applied_at)` says which were applied.

#include <span>
#include <string_view>

#include "core/result.hpp"
#include "platform/database.hpp"

namespace cw::platform {

struct Migration {
  int version = 0;        // 1, 2, 3, … without holes
  std::string_view name;  // "0001_targets.sql"
  std::string_view sql;
};

// Brings the component's tables to the last of `migrations`; what was applied before is left alone. When it was
// interrupted it goes on where it stopped. `unsupported` when the database has a version beyond the last one:
// "FILE was written by a newer cyberwatch (store schema 7, this one knows 3): upgrade this program".
Result<> migrate(SharedDatabase& database, std::string_view component, std::span<const Migration> migrations);

// The version a component has reached; 0 when it never was here.
Result<int> schema_version(Database& database, std::string_view component);

}  // namespace cw::platform
