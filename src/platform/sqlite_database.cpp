#include "platform/sqlite_database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "platform/sqlite_connection.hpp"

namespace cw::platform {
namespace {

// "cywa" in the file's header, so that file(1) and we know a database of ours.
constexpr std::int64_t application_id = 0x63797761;

// Only before the first table; later both are without effect, and the second takes the right to write.
constexpr std::string_view new_file_settings =
    "PRAGMA page_size = 8192;"
    "PRAGMA auto_vacuum = INCREMENTAL;";

constexpr std::string_view connection_settings =
    "PRAGMA busy_timeout = 5000;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA cell_size_check = ON;";

// Full: a commit that returned is on the disk, also through a power cut (sqlite.org/wal.html, section 5).
constexpr std::string_view file_settings =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA journal_size_limit = 67108864;";

Result<std::int64_t> number(Database& database, std::string_view sql) {
  std::int64_t value = 0;
  TRY(database.query(sql, {}, [&](const SqlRow& row) -> Result<> {
    value = row.integer(0);
    return {};
  }));
  return value;
}

// A file of another program is not ours to add tables to.
Result<> claim(Database& database) {
  if (TRY(number(database, "PRAGMA application_id")) == application_id) return {};
  if (TRY(number(database, "SELECT count(*) FROM sqlite_schema")) > 0)
    return fail(ErrorKind::invalid,
                fmt::format("{} is the database of another program: name another file", database.name()));
  TRY(database.script(new_file_settings));
  return database.script(fmt::format("PRAGMA application_id = {};", application_id));
}

// SQLite gives its log files the mode of the database, so this one call settles all three.
Result<> make_private_file(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor >= 0) {
    ::close(descriptor);
    return {};
  }
  return fail(ErrorKind::unavailable, fmt::format("cannot open {}: {}", file.string(), std::strerror(errno)));
}

Result<> make_private_directory(const std::filesystem::path& directory) {
  std::error_code error;
  if (directory.empty() || std::filesystem::is_directory(directory, error)) return {};
  TRY(make_private_directory(directory.parent_path()));
  if (::mkdir(directory.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
  return fail(ErrorKind::unavailable,
              fmt::format("cannot make the directory {}: {}", directory.string(), std::strerror(errno)));
}

}  // namespace

Result<std::optional<std::filesystem::path>> parse_sqlite_url(std::string_view url_or_path) {
  constexpr std::string_view scheme = "sqlite:";
  if (url_or_path == "sqlite::memory:") return std::nullopt;
  auto path = url_or_path;
  if (path.starts_with(scheme)) {
    path.remove_prefix(scheme.size());
    if (!path.starts_with("///"))
      return fail(ErrorKind::invalid, fmt::format("{}: write sqlite:///absolute/file or sqlite::memory:", url_or_path));
    path.remove_prefix(2);
  } else if (path.find("://") != std::string_view::npos) {
    return fail(ErrorKind::unsupported, fmt::format("{}: a store is at sqlite:///file or postgresql://server/database",
                                                    path.substr(0, path.find("://"))));
  }
  if (path.empty() || path.ends_with('/') || path.find('\0') != std::string_view::npos)
    return fail(ErrorKind::invalid, "the name of the database file is missing");
  return std::filesystem::path(path);
}

Result<std::unique_ptr<Database>> open_sqlite_connection(const std::optional<std::filesystem::path>& file,
                                                         SqliteAccess access) {
  if (file) TRY(make_private_file(*file));
  auto connection = TRY(SqliteConnection::open(file ? file->string() : ":memory:", file ? file->string() : "memory"));
  TRY(connection->script(connection_settings));
  TRY(claim(*connection));
  if (file) TRY(connection->script(file_settings));
  if (access == SqliteAccess::read_only) TRY(connection->script("PRAGMA query_only = ON;"));
  return connection;
}

Result<OwnedSqlite> open_sqlite(std::string_view url_or_path) {
  const auto file = TRY(parse_sqlite_url(url_or_path));
  if (!file) {
    auto memory = TRY(open_sqlite_connection(file, SqliteAccess::read_write));
    return OwnedSqlite{.lock = {}, .database = std::make_shared<SharedDatabase>(std::move(memory), nullptr)};
  }
  TRY(make_private_directory(file->parent_path()));
  auto lock = TRY(DatabaseLock::acquire(*file));
  auto writer = TRY(open_sqlite_connection(file, SqliteAccess::read_write));
  auto reader = TRY(open_sqlite_connection(file, SqliteAccess::read_only));
  return OwnedSqlite{.lock = std::move(lock),
                     .database = std::make_shared<SharedDatabase>(std::move(writer), std::move(reader))};
}

}  // namespace cw::platform
