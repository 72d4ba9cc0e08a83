#include "app/node/open_store.hpp"

#include <fmt/format.h>

#include "app/node/password_file.hpp"
#include "platform/postgres_connection.hpp"
#include "platform/sqlite_database.hpp"

namespace cw::app {
namespace {

constexpr std::int64_t kJobsClaim = 0x6377'0200;

Result<platform::PostgresServer> postgres_server(const std::string& url, const Settings& settings) {
  if (TRY(platform::has_password(url)))
    return fail(ErrorKind::invalid,
                "store.url must not hold the password, as settings are shown: write it into a file of its own and name "
                "that in store.password_file");
  return platform::PostgresServer{.url = url, .password = TRY(read_password_file(settings, "store.password_file"))};
}

std::unexpected<Error> missing(Error error) { return fail(ErrorKind::unavailable, std::move(error.message)); }

}  // namespace

Result<std::unique_ptr<store::SqlStore>> open_store(const std::string& url, const Settings& settings) {
  std::string password;
  if (platform::is_postgres_url(url))
    password = TRY(postgres_server(url, settings)).password;
  else if (const auto file = platform::parse_sqlite_url(url); !file)
    return std::unexpected(file.error());
  auto store = store::SqlStore::open(url, password);
  if (!store) return missing(std::move(store).error());
  return store;
}

Result<std::optional<platform::DatabaseClaim>> claim_jobs(const std::string& url, const Settings& settings) {
  if (!platform::is_postgres_url(url)) return std::nullopt;
  const auto server = TRY(postgres_server(url, settings));
  auto claim = platform::DatabaseClaim::take(
      server, kJobsClaim,
      fmt::format(
          "another cyberwatch measures the jobs that are kept in {}: stop it, or give both the same Redis server "
          "in queue.url",
          TRY(platform::postgres_name(url))));
  if (!claim) return missing(std::move(claim).error());
  return *std::move(claim);
}

}  // namespace cw::app
