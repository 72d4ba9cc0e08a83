#pragma once

// A PostgreSQL database as a process uses it: a few connections that all write and read.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "platform/database.hpp"

namespace cw::platform {

// "postgresql://…" and "postgres://…".
[[nodiscard]] bool is_postgres_url(std::string_view url);

struct PostgresServer {
  std::string url;
  std::string password;    // empty: what the URL or libpq's own places (~/.pgpass) say
  std::uint64_t seed = 0;  // of the pauses between attempts to connect
};

// Up to `connections` at once: the first is made now, so that a wrong URL is found, the others when they are needed.
// Errors as PostgresConnection::open has them.
Result<std::shared_ptr<SharedDatabase>> open_postgres(const PostgresServer& server, int connections);

// A name in the database that one living process holds, such as "who leases its jobs". It is given back when the
// process ends, however it ends.
class DatabaseClaim {
 public:
  // `conflict` with `held_by_other` where another process holds it.
  static Result<DatabaseClaim> take(const PostgresServer& server, std::int64_t key, std::string held_by_other);

 private:
  explicit DatabaseClaim(std::unique_ptr<Database> session) : session_(std::move(session)) {}

  std::unique_ptr<Database> session_;
};

}  // namespace cw::platform
