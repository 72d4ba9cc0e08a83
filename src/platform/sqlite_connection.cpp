#include "platform/sqlite_connection.hpp"

#include <fmt/format.h>

#include <cerrno>

namespace cw::platform {
namespace {

// A statement goes back to its cache ready for the next use, however its use ended.
class StatementUse {
 public:
  explicit StatementUse(sqlite3_stmt* statement) : statement_(statement) {}
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;
  ~StatementUse() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

 private:
  sqlite3_stmt* statement_;
};

class SqliteRow final : public SqlRow {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

  [[nodiscard]] bool is_null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  [[nodiscard]] std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] double real(int column) const override { return sqlite3_column_double(statement_, column); }
  [[nodiscard]] std::string_view text(int column) const override {
    // The order of the calls matters: text first, then its size in bytes (sqlite.org/c3ref/column_blob.html).
    const auto* data = sqlite3_column_text(statement_, column);
    if (data == nullptr) return {};
    return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  [[nodiscard]] Bytes blob(int column) const override {
    const auto* data = sqlite3_column_blob(statement_, column);
    if (data == nullptr) return {};
    return {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3_stmt* statement_;
};

// The caller keeps text and bytes alive for the call, so SQLite need not copy them.
struct BindValue {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
  int operator()(std::string_view value) const {
    const char* const text = value.data() == nullptr ? "" : value.data();  // a null pointer would bind null
    return sqlite3_bind_text64(statement, index, text, value.size(), nullptr, SQLITE_UTF8);
  }
  int operator()(Bytes value) const {
    if (value.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob64(statement, index, value.data(), value.size(), nullptr);
  }
};

bool disk_is_full(sqlite3* handle, int code) {
  if ((code & 0xff) == SQLITE_FULL) return true;
  return (code & 0xff) == SQLITE_IOERR && handle != nullptr && sqlite3_system_errno(handle) == ENOSPC;
}

}  // namespace

std::unexpected<Error> sqlite_failure(sqlite3* handle, int code, std::string_view name) {
  if (disk_is_full(handle, code))
    return fail(ErrorKind::exhausted, fmt::format("the disk is full: make room for {}", name));
  const auto text = fmt::format("{}: {}", name, handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle));
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(ErrorKind::conflict, fmt::format("{} is locked by another program: close it there", name));
    case SQLITE_CONSTRAINT:
      return fail(ErrorKind::conflict, text);
    case SQLITE_CORRUPT:
      return fail(ErrorKind::internal, fmt::format("{} is damaged: restore it from a backup", name));
    case SQLITE_NOTADB:
      return fail(ErrorKind::invalid,
                  fmt::format("{} is not a SQLite database: move it away or name another file", name));
    case SQLITE_TOOBIG:
      return fail(ErrorKind::invalid, text);
    case SQLITE_NOMEM:
      return fail(ErrorKind::exhausted, fmt::format("no memory left for {}", name));
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return fail(ErrorKind::unavailable,
                  fmt::format("{}: {}: check its owner, its permissions and those of its directory", name,
                              sqlite3_errstr(code & 0xff)));
    case SQLITE_IOERR:
    case SQLITE_PROTOCOL:
      return fail(ErrorKind::unavailable, text);
    default:
      return fail(ErrorKind::internal, text);
  }
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& file, std::string name) {
  sqlite3* handle = nullptr;
  // One thread at a time owns a connection, so SQLite's own locking of it is left out.
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle, std::move(name)));
  if (code != SQLITE_OK) return connection->failure(code);
  return connection;
}

Result<std::int64_t> SqliteConnection::execute(std::string_view sql, SqlValues values) {
  auto* const statement = TRY(bound(sql, values));
  const StatementUse use(statement);
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement);
  if (code != SQLITE_DONE) return failure(code);
  return sqlite3_stmt_readonly(statement) != 0 ? 0 : sqlite3_changes64(handle_.get());
}

Result<> SqliteConnection::query(std::string_view sql, SqlValues values, const RowHandler& on_row) {
  auto* const statement = TRY(bound(sql, values));
  const StatementUse use(statement);
  while (true) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return failure(code);
    TRY(on_row(SqliteRow(statement)));
  }
}

Result<> SqliteConnection::script(std::string_view sql) {
  const int code = sqlite3_exec(handle_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

Result<> SqliteConnection::begin() {
  TRY(execute("BEGIN IMMEDIATE"));
  return {};
}

Result<> SqliteConnection::commit() {
  TRY(execute("COMMIT"));
  return {};
}

// Some failures (a full disk, for one) end the transaction by themselves.
void SqliteConnection::rollback() {
  if (sqlite3_get_autocommit(handle_.get()) == 0) [[maybe_unused]]
    const auto ended = execute("ROLLBACK");
}

Result<bool> SqliteConnection::has_table(std::string_view table) {
  bool found = false;
  TRY(query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1", {table}, [&](const SqlRow&) -> Result<> {
    found = true;
    return {};
  }));
  return found;
}

std::vector<std::string> SqliteConnection::statements() const {
  std::vector<std::string> texts;
  for (const auto& [sql, statement] : statements_) texts.push_back(sql);
  return texts;
}

Result<sqlite3_stmt*> SqliteConnection::prepared(std::string_view sql) {
  if (const auto known = statements_.find(sql); known != statements_.end()) return known->second.get();
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return failure(code);
  statements_.emplace(std::string(sql), Statement(statement));
  return statement;
}

// `$1` is a name to SQLite, which numbers parameters by first appearance; so each is found by its name.
Result<sqlite3_stmt*> SqliteConnection::bound(std::string_view sql, SqlValues values) {
  auto* const statement = TRY(prepared(sql));
  if (sqlite3_stmt_busy(statement) != 0)
    return fail(ErrorKind::internal, fmt::format("{}: a statement was run inside itself: {}", name_, sql));
  if (sqlite3_bind_parameter_count(statement) != static_cast<int>(values.size()))
    return fail(ErrorKind::internal, fmt::format("{}: {} values given for: {}", name_, values.size(), sql));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto parameter = fmt::format("${}", i + 1);
    const int index = sqlite3_bind_parameter_index(statement, parameter.c_str());
    if (index == 0) return fail(ErrorKind::internal, fmt::format("{}: {} is not in: {}", name_, parameter, sql));
    const int code = std::visit(BindValue{statement, index}, values[i].get());
    if (code != SQLITE_OK) return failure(code);
  }
  return statement;
}

}  // namespace cw::platform
