#pragma once

// One SQLite connection behind the database contract, and what SQLite's result codes mean to a caller.

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "platform/database.hpp"

namespace cw::platform {

// The error of the last call on `handle`, in words about the database called `name`.
std::unexpected<Error> sqlite_failure(sqlite3* handle, int code, std::string_view name);

class SqliteConnection final : public Database {
 public:
  // `file` as SQLite takes it, ":memory:" for a private one.
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& file, std::string name);

  [[nodiscard]] SqlDialect dialect() const override { return SqlDialect::sqlite; }
  [[nodiscard]] std::string_view name() const override { return name_; }
  using Database::execute;
  using Database::query;
  Result<std::int64_t> execute(std::string_view sql, SqlValues values) override;
  Result<> query(std::string_view sql, SqlValues values, const RowHandler& on_row) override;
  Result<> script(std::string_view sql) override;
  Result<> begin() override;
  Result<> commit() override;
  void rollback() override;
  Result<bool> has_table(std::string_view table) override;
  [[nodiscard]] std::vector<std::string> statements() const override;

 private:
  struct CloseHandle {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  SqliteConnection(sqlite3* handle, std::string name) : handle_(handle), name_(std::move(name)) {}

  Result<sqlite3_stmt*> prepared(std::string_view sql);
  Result<sqlite3_stmt*> bound(std::string_view sql, SqlValues values);
  [[nodiscard]] std::unexpected<Error> failure(int code) const { return sqlite_failure(handle_.get(), code, name_); }

  std::unique_ptr<sqlite3, CloseHandle> handle_;
  std::string name_;
  std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> statements_;
};

}  // namespace cw::platform
