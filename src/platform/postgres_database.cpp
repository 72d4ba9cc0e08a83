#include "platform/postgres_database.hpp"

#include <utility>
#include <vector>

#include "platform/postgres_connection.hpp"

namespace cw::platform {

bool is_postgres_url(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

Result<std::shared_ptr<SharedDatabase>> open_postgres(const PostgresServer& server, int connections) {
  PostgresOptions options{.url = server.url, .password = server.password, .seed = server.seed};
  std::vector<std::unique_ptr<Database>> pool;
  for (int i = 1; i < connections; ++i, ++options.seed) pool.push_back(TRY(PostgresConnection::open_later(options)));
  pool.push_back(TRY(PostgresConnection::open(options)));  // the last one is the first that is used
  return std::make_shared<SharedDatabase>(std::move(pool));
}

Result<DatabaseClaim> DatabaseClaim::take(const PostgresServer& server, std::int64_t key, std::string held_by_other) {
  auto session = TRY(PostgresConnection::open({.url = server.url,
                                               .password = server.password,
                                               .session_lock = key,
                                               .held_by_other = std::move(held_by_other)}));
  return DatabaseClaim(std::move(session));
}

}  // namespace cw::platform
