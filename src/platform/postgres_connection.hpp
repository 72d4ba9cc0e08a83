#pragma once

// One connection to a PostgreSQL server behind the database contract. It never waits longer than its limits: a
// server that accepts and does not answer is `unavailable` like one that is not there. A connection that was lost
// is made again by the next use outside a transaction, at the pace that reconnect_pace.hpp has; until then every use
// fails at once with the last refusal.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "platform/database.hpp"
#include "platform/reconnect_pace.hpp"

struct pg_conn;
struct pg_result;

namespace cw::platform {

struct PostgresOptions {
  std::string url;       // postgresql://…, as libpq reads it
  std::string password;  // empty: what the URL or libpq's own places (~/.pgpass) say
  std::chrono::milliseconds connect_timeout{5'000};
  // For one statement, migrations aside.
  std::chrono::milliseconds answer_timeout{30'000};
  // Held in every session of this connection; `conflict` with `held_by_other` where somebody else holds it.
  std::optional<std::int64_t> session_lock;
  std::string held_by_other;
  std::uint64_t seed = 0;  // of the pauses between attempts to connect
};

// "postgresql://host:5432/name", without user and password. `invalid` when libpq cannot read the URL.
Result<std::string> postgres_name(const std::string& url);
Result<bool> has_password(const std::string& url);

class PostgresConnection final : public Database {
 public:
  // `unavailable` (nobody answers, or does not let us in), `unsupported` (before PostgreSQL 15).
  static Result<std::unique_ptr<PostgresConnection>> open(PostgresOptions options);
  // Connects at its first use.
  static Result<std::unique_ptr<PostgresConnection>> open_later(PostgresOptions options);
  ~PostgresConnection() override;

  [[nodiscard]] SqlDialect dialect() const override { return SqlDialect::postgresql; }
  [[nodiscard]] std::string_view name() const override { return name_; }
  using Database::execute;
  using Database::query;
  Result<std::int64_t> execute(std::string_view sql, SqlValues values) override;
  Result<> query(std::string_view sql, SqlValues values, const RowHandler& on_row) override;
  Result<std::int64_t> execute_all(std::string_view sql, const SqlBatch& batch) override;
  Result<> script(std::string_view sql) override;
  Result<> begin() override;
  Result<> commit() override;
  void rollback() override;
  Result<> lock(std::span<const std::int64_t> keys) override;
  Result<bool> has_table(std::string_view table) override;
  [[nodiscard]] std::vector<std::string> statements() const override;

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  struct Disconnect {
    void operator()(pg_conn* connection) const;
  };
  struct Clear {
    void operator()(pg_result* result) const;
  };
  using Answer = std::unique_ptr<pg_result, Clear>;
  struct Statement {
    std::string name;
    std::vector<std::uint32_t> parameter_types;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  PostgresConnection(PostgresOptions options, std::string name);

  Result<> connect();
  Result<> set_up_session();
  Result<> take_session_lock();
  // Connects again where the connection was lost, unless a transaction went with it.
  Result<> be_connected();
  [[nodiscard]] bool is_gone() const;
  void disconnect();

  Result<> wait_for(short events, Deadline deadline);
  Result<> send(int sent);
  // All answers to what was sent; the last of them, or the first that is an error.
  Result<Answer> receive();
  Result<Answer> run(std::string_view sql);
  Result<Answer> run_prepared(std::string_view sql, SqlValues values);
  // Whether the connection was lost by what has just failed, outside a transaction: what only reads may be tried again.
  [[nodiscard]] bool may_try_again() const { return went_away_ && connection_ == nullptr && !in_transaction_; }
  // Puts the values of one statement behind what is to be sent; returns what `send` is to be told.
  Result<int> put_values(const Statement& statement, SqlValues values, std::string_view sql);
  Result<> put_all(const Statement& statement, const SqlBatch& batch, std::string_view sql, std::size_t& put);
  // The answers to so many statements that were sent in pipeline mode; how many rows they changed.
  Result<std::int64_t> receive_pipelined(std::size_t statements);
  Result<Answer> next_answer(Deadline until);
  Result<const Statement*> prepared(std::string_view sql);
  Result<std::vector<std::uint32_t>> parameter_types(const std::string& statement);
  [[nodiscard]] Deadline deadline() const;
  std::unexpected<Error> lost();
  std::unexpected<Error> silent();

  PostgresOptions options_;
  std::string name_;
  std::unique_ptr<pg_conn, Disconnect> connection_;
  std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> statements_;
  int statements_made_ = 0;
  ReconnectPace pace_;
  Error refusal_;
  bool went_away_ = false;  // the server did, and not we gave it up
  bool in_transaction_ = false;
  bool patient_ = false;  // until the transaction ends: what changes the schema may take its time
};

}  // namespace cw::platform
