#pragma once

// The thin contract for one connection to an SQL database. Statements are written with `$1`, `$2`, prepared once
// and kept; the dialect is what SQLite and PostgreSQL both speak. Instants, ids and addresses travel as text
// (RFC 3339, RFC 9562, RFC 5952), arrays as JSON, and an adapter maps them to the honest types of its server.
//
// Errors of every call: `exhausted` (the disk or the memory is full), `conflict` (locked by somebody else, or a
// constraint says no), `unavailable` (cannot be opened, read or written: permission, device, connection),
// `invalid` (not a database, or a value too big), `internal` (damaged, or a fault of ours).

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

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

// Many sets of values for one statement. Unlike a single set they keep their text.
class SqlBatch {
 public:
  void add(std::initializer_list<SqlValue> values);
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] SqlValues operator[](std::size_t row) const { return rows_[row]; }

 private:
  std::vector<std::vector<SqlValue>> rows_;
  std::deque<std::string> texts_;
};

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

// Where the two do not speak alike: migrations, and the few statements that look into arrays.
enum class SqlDialect : std::uint8_t { sqlite, postgresql };

// One connection, used by one thread at a time.
class Database {
 public:
  virtual ~Database() = default;

  [[nodiscard]] virtual SqlDialect dialect() const = 0;

  // What people call it: the file, or the URL without a password.
  [[nodiscard]] virtual std::string_view name() const = 0;

  // Runs one statement; returns how many rows it changed.
  virtual Result<std::int64_t> execute(std::string_view sql, SqlValues values) = 0;
  virtual Result<> query(std::string_view sql, SqlValues values, const RowHandler& on_row) = 0;
  // Runs one statement for every set of values, in their order and without waiting for a server in between; returns
  // how many rows were changed. In a transaction: what failed in the middle has begun.
  virtual Result<std::int64_t> execute_all(std::string_view sql, const SqlBatch& batch);
  // Runs several statements without parameters, as migrations have them; nothing of it is kept prepared.
  virtual Result<> script(std::string_view sql) = 0;

  // `begin` takes the right to write at once. No nesting: use Transaction.
  virtual Result<> begin() = 0;
  virtual Result<> commit() = 0;
  virtual void rollback() = 0;
  // In a transaction: waits until no other transaction holds one of these keys, and holds them until this one ends.
  // Where only one transaction writes at a time, `begin` has done so.
  virtual Result<> lock(std::span<const std::int64_t> /*keys*/) { return {}; }
  virtual Result<bool> has_table(std::string_view table) = 0;

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

// Connections that wait for somebody to use them, one at a time each.
class ConnectionPool {
 public:
  explicit ConnectionPool(std::vector<std::unique_ptr<Database>> connections) : idle_(std::move(connections)) {}

  // Calls `use(Database&)` as soon as a connection is free. Not from within another use: it might wait for itself.
  template <class Use>
  auto with(Use&& use) -> std::invoke_result_t<Use, Database&> {
    const Lease lease(*this);
    return std::forward<Use>(use)(*lease.connection);
  }

 private:
  struct Lease {
    explicit Lease(ConnectionPool& owner) : pool(owner), connection(owner.take()) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool.give_back(std::move(connection)); }

    ConnectionPool& pool;
    std::unique_ptr<Database> connection;
  };

  std::unique_ptr<Database> take();
  void give_back(std::unique_ptr<Database> connection);

  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Database>> idle_;
};

// A database as a process uses it, shared by the store and the queue that live in it: one connection that writes and
// one that reads without waiting for the writer, or as many as there may be transactions at once.
class SharedDatabase {
 public:
  // Without a reader, reading goes through the writer.
  SharedDatabase(std::unique_ptr<Database> writer, std::unique_ptr<Database> reader);
  // All of them write and read. At least one.
  explicit SharedDatabase(std::vector<std::unique_ptr<Database>> connections);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] SqlDialect dialect() const { return dialect_; }

  // Calls `work(Database&)`, which returns a Result, in one transaction: committed when it succeeds, otherwise
  // rolled back. The result stands only if the commit did. Where transactions run side by side, one that got into
  // the way of another is begun again, so `work` may be called more than once.
  template <class Work>
  auto write(Work&& work) -> std::invoke_result_t<Work, Database&> {
    return writers_.with([&](Database& database) -> std::invoke_result_t<Work, Database&> {
      auto result = in_transaction(database, work);
      for (int attempt = 1; attempt < attempts_ && !result && result.error().kind == ErrorKind::conflict; ++attempt)
        result = in_transaction(database, work);
      return result;
    });
  }

  // Calls `work(Database&)` with a connection for reading. It must not wait for a write.
  template <class Work>
  auto read(Work&& work) -> std::invoke_result_t<Work, Database&> {
    return (readers_ ? *readers_ : writers_).with([&](Database& database) { return work(database); });
  }

 private:
  template <class Work>
  static auto in_transaction(Database& database, Work& work) -> std::invoke_result_t<Work&, Database&> {
    auto transaction = Transaction::begin(database);
    if (!transaction) return std::unexpected(std::move(transaction).error());
    auto result = work(database);
    if (!result) return result;
    if (auto committed = transaction->commit(); !committed) return std::unexpected(std::move(committed).error());
    return result;
  }

  std::string name_;
  SqlDialect dialect_;
  int attempts_ = 1;
  ConnectionPool writers_;
  std::optional<ConnectionPool> readers_;
};

}  // namespace cw::platform
