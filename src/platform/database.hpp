#pragma once

// The thin contract for one connection to an SQL database. Statements are written with `$1`, `$2`, prepared once
// and kept; the dialect is what SQLite and PostgreSQL both speak. Instants, ids and addresses travel as text
// (RFC 3339, RFC 9562, RFC 5952) and an adapter maps them to the honest types of its server.
//
// Errors of every call: `exhausted` (the disk or the memory is full), `conflict` (locked by somebody else, or a
// constraint says no), `unavailable` (cannot be opened, read or written: permission, device, connection),
// `invalid` (not a database, or a value too big), `internal` (damaged, or a fault of ours).

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/guarded.hpp"
#include "core/result.hpp"

namespace cw::platform {

using Bytes = std::span<const std::uint8_t>;

// A parameter's value. It refers to text and bytes and does not keep them: they outlive the call.
class SqlValue {
 public:
  using Variant = std::variant<std::monostate, std::int64_t, double, std::string_view, Bytes>;

  SqlValue() = default;  // null
  template <class Integer>
    requires std::is_integral_v<Integer>
  SqlValue(Integer value) : value_(static_cast<std::int64_t>(value)) {}    // NOLINT(google-explicit-constructor)
  SqlValue(double value) : value_(value) {}                                // NOLINT(google-explicit-constructor)
  SqlValue(std::string_view value) : value_(value) {}                      // NOLINT(google-explicit-constructor)
  SqlValue(const std::string& value) : value_(std::string_view(value)) {}  // NOLINT(google-explicit-constructor)
  SqlValue(const char* value) : value_(std::string_view(value)) {}         // NOLINT(google-explicit-constructor)
  SqlValue(Bytes value) : value_(value) {}                                 // NOLINT(google-explicit-constructor)
  template <class T>
  SqlValue(const std::optional<T>& value) {  // NOLINT(google-explicit-constructor)
    if (value) *this = SqlValue(*value);
  }

  [[nodiscard]] const Variant& get() const { return value_; }

 private:
  Variant value_;
};

using SqlValues = std::span<const SqlValue>;

// One row of an answer, valid until its handler returns. Columns count from 0. A value of another type is
// converted as the database does it; null reads as 0 or empty.
class SqlRow {
 public:
  virtual ~SqlRow() = default;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual double real(int column) const = 0;
  [[nodiscard]] virtual std::string_view text(int column) const = 0;
  [[nodiscard]] virtual Bytes blob(int column) const = 0;
};

// An error from the handler ends the query and is the query's error.
using RowHandler = std::function<Result<>(const SqlRow&)>;

// One connection, used by one thread at a time.
class Database {
 public:
  virtual ~Database() = default;

  // What people call it: the file, or the URL without a password.
  [[nodiscard]] virtual std::string_view name() const = 0;

  // Runs one statement; returns how many rows it changed.
  virtual Result<std::int64_t> execute(std::string_view sql, SqlValues values) = 0;
  virtual Result<> query(std::string_view sql, SqlValues values, const RowHandler& on_row) = 0;
  // Runs several statements without parameters, as migrations have them; nothing of it is kept prepared.
  virtual Result<> script(std::string_view sql) = 0;

  // `begin` takes the right to write at once. No nesting: use Transaction.
  virtual Result<> begin() = 0;
  virtual Result<> commit() = 0;
  virtual void rollback() = 0;

  // The statements kept prepared, for tests that ask the planner about each.
  [[nodiscard]] virtual std::vector<std::string> statements() const = 0;

  Result<std::int64_t> execute(std::string_view sql, std::initializer_list<SqlValue> values = {}) {
    return execute(sql, SqlValues(values.begin(), values.size()));
  }
  Result<> query(std::string_view sql, std::initializer_list<SqlValue> values, const RowHandler& on_row) {
    return query(sql, SqlValues(values.begin(), values.size()), on_row);
  }
};

// Rolled back at the end of its scope unless it was committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);

  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  // Durable when it returns without an error; after an error nothing of it has happened.
  Result<> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}

  Database* database_;
};

// A database as a process uses it: one connection that writes, and one that reads without waiting for the
// writer. Shared by the store and the queue that live in one database.
class SharedDatabase {
 public:
  // Without a reader, reading goes through the writer.
  SharedDatabase(std::unique_ptr<Database> writer, std::unique_ptr<Database> reader);

  [[nodiscard]] const std::string& name() const { return name_; }

  // Calls `work(Database&)`, which returns a Result, in one transaction: committed when it succeeds, otherwise
  // rolled back. The result stands only if the commit did.
  template <class Work>
  auto write(Work&& work) -> std::invoke_result_t<Work, Database&> {
    return writer_.with([&](std::unique_ptr<Database>& database) -> std::invoke_result_t<Work, Database&> {
      auto transaction = Transaction::begin(*database);
      if (!transaction) return std::unexpected(std::move(transaction).error());
      auto result = std::forward<Work>(work)(*database);
      if (!result) return result;
      if (auto committed = transaction->commit(); !committed) return std::unexpected(std::move(committed).error());
      return result;
    });
  }

  // Calls `work(Database&)` with a connection for reading. It must not wait for a write.
  template <class Work>
  auto read(Work&& work) -> std::invoke_result_t<Work, Database&> {
    return reader().with([&](std::unique_ptr<Database>& database) { return std::forward<Work>(work)(*database); });
  }

 private:
  using Connection = Guarded<std::unique_ptr<Database>>;

  Connection& reader() { return has_reader_ ? reader_ : writer_; }

  std::string name_;
  bool has_reader_;
  Connection writer_;
  Connection reader_;
};

}  // namespace cw::platform
