#pragma once

// The store that the settings name: a SQLite file, or a PostgreSQL database.

#include <memory>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "model/settings.hpp"
#include "platform/postgres_database.hpp"
#include "ports/store/sql/sql_store.hpp"

namespace cw::app {

// `invalid` for a URL of another kind and for one with a password in it; `unavailable` for whatever the store's own
// fault is.
Result<std::unique_ptr<store::SqlStore>> open_store(const std::string& url, const Settings& settings);

// On a server, where several nodes may meet: the right to lease the jobs that are kept in its database. Nothing for a
// file, which has one owner anyway. `unavailable` while another node has it.
Result<std::optional<platform::DatabaseClaim>> claim_jobs(const std::string& url, const Settings& settings);

}  // namespace cw::app
