#include "platform/postgres_connection.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <future>
#include <thread>

#include "platform/database_reading.hpp"
#include "platform/file_descriptor.hpp"
#include "platform/migrations.hpp"
#include "platform/postgres_database.hpp"
#include "platform/postgres_errors.hpp"
#include "platform/postgres_for_tests.hpp"

namespace cw::platform {
namespace {

using std::chrono::milliseconds;

class PostgresConnectionTest : public testing::Test {
 protected:
  void SetUp() override {
    CW_NEEDS_POSTGRES();
    server_.emplace();
    connection_ = open();
  }

  std::unique_ptr<PostgresConnection> open() { return *PostgresConnection::open({.url = server_->url()}); }
  PostgresConnection& connection() { return *connection_; }
  const TemporaryPostgres& server() const { return *server_; }

  std::string text(std::string_view sql, std::initializer_list<SqlValue> values = {}) {
    std::string found = "no row";
    const auto done =
        connection_->query(sql, SqlValues(values.begin(), values.size()), [&](const SqlRow& row) -> Result<> {
          found = row.text(0);
          return {};
        });
    return done ? found : done.error().message;
  }

  // As if the server had been restarted.
  void cut() {
    const auto other = open();
    ASSERT_TRUE(other->execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
        {server_->name()}));
    // The session is over for others only when its process is.
    while (*select_integer(*other, "SELECT count(*) FROM pg_stat_activity WHERE datname = $1", {server_->name()}) > 1) {
    }
  }

 private:
  std::optional<TemporaryPostgres> server_;
  std::unique_ptr<PostgresConnection> connection_;
};

TEST_F(PostgresConnectionTest, keeps_values_of_every_type) {
  ASSERT_TRUE(connection().script(
      "CREATE TABLE t (i bigint, r double precision, s text, b bytea, n text, y boolean, a inet, p cidr, u uuid, "
      "w timestamptz, ia int[], ta text[], aa inet[], j jsonb, k json)"));
  const std::array<std::uint8_t, 3> bytes{0, 1, 255};
  ASSERT_TRUE(connection().execute(
      "INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
      {std::int64_t{-5}, 0.25, "Zürich", Bytes(bytes), SqlValue(), true, "2001:db8::1", "192.0.2.0/24",
       "0198c0de-7a3c-7bbb-8ccc-0123456789ab", "2026-01-01T00:00:00.000123Z", "[1,null]", R"(["a b",null])",
       R"(["192.0.2.1",null])", R"({"b":1,"a":"\u0000"})", R"({"b": 1})"}));
  ASSERT_TRUE(connection().query("SELECT * FROM t", {}, [&](const SqlRow& row) -> Result<> {
    EXPECT_EQ(row.integer(0), -5);
    EXPECT_EQ(row.real(1), 0.25);
    EXPECT_EQ(row.text(2), "Zürich");
    EXPECT_TRUE(std::ranges::equal(row.blob(3), bytes));
    EXPECT_TRUE(row.is_null(4));
    EXPECT_EQ(row.text(4), "");
    EXPECT_EQ(row.integer(4), 0);
    EXPECT_EQ(row.integer(5), 1);
    EXPECT_EQ(row.text(6), "2001:db8::1");
    EXPECT_EQ(row.text(7), "192.0.2.0/24");
    EXPECT_EQ(row.text(8), "0198c0de-7a3c-7bbb-8ccc-0123456789ab");
    EXPECT_EQ(row.text(9), "2026-01-01T00:00:00.000123Z");
    EXPECT_EQ(row.text(10), "[1,null]");
    EXPECT_EQ(row.text(11), R"(["a b",null])");
    EXPECT_EQ(row.text(12), R"(["192.0.2.1",null])");
    EXPECT_EQ(row.text(13), "{\"a\": \"\xef\xbf\xbd\", \"b\": 1}");
    EXPECT_EQ(row.text(14), R"({"b": 1})");
    return {};
  }));
}

TEST_F(PostgresConnectionTest, text_that_the_server_would_refuse_is_repaired) {
  EXPECT_EQ(text("SELECT $1::text", {std::string_view("a\0\xff", 3)}), "a\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_F(PostgresConnectionTest, tells_how_many_rows_were_changed) {
  ASSERT_TRUE(connection().script("CREATE TABLE t (i int PRIMARY KEY)"));
  EXPECT_EQ(connection().execute("INSERT INTO t SELECT generate_series(1, 5)"), 5);
  EXPECT_EQ(connection().execute("INSERT INTO t VALUES ($1) ON CONFLICT (i) DO NOTHING", {3}), 0);
  EXPECT_EQ(connection().execute("DELETE FROM t WHERE i > $1", {3}), 2);
  EXPECT_EQ(connection().execute("SELECT 1"), 0);
}

TEST_F(PostgresConnectionTest, a_batch_is_executed_whole_whatever_its_size) {
  ASSERT_TRUE(connection().script("CREATE TABLE t (i int PRIMARY KEY, s text)"));
  SqlBatch batch;
  const std::string long_text(10'000, 'x');
  for (int i = 0; i < 2'000; ++i) batch.add({i / 2, long_text});
  EXPECT_EQ(connection().execute_all("INSERT INTO t VALUES ($1, $2) ON CONFLICT (i) DO NOTHING", batch), 1'000);
  EXPECT_EQ(text("SELECT count(*) FROM t"), "1000");
  EXPECT_EQ(connection().execute_all("DELETE FROM t WHERE i = $1", {}), 0);
}

TEST_F(PostgresConnectionTest, a_batch_of_which_one_fails_fails_and_the_connection_goes_on) {
  ASSERT_TRUE(connection().script("CREATE TABLE t (i int PRIMARY KEY)"));
  SqlBatch twice;
  for (const int i : {1, 2, 1, 3}) twice.add({i});
  EXPECT_EQ(connection().execute_all("INSERT INTO t VALUES ($1)", twice).error().kind, ErrorKind::conflict);
  EXPECT_EQ(text("SELECT 1"), "1");
  SqlBatch uneven;
  uneven.add({1});
  uneven.add({1, 2});
  EXPECT_EQ(connection().execute_all("SELECT $1::int", uneven).error().kind, ErrorKind::internal);
  EXPECT_EQ(text("SELECT 1"), "1");
  const auto transaction = Transaction::begin(connection());
  EXPECT_TRUE(transaction);
}

TEST_F(PostgresConnectionTest, a_transaction_that_is_not_committed_has_not_happened) {
  ASSERT_TRUE(connection().script("CREATE TABLE t (i int PRIMARY KEY)"));
  {
    auto transaction = Transaction::begin(connection());
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(connection().execute("INSERT INTO t VALUES (1)"));
  }
  EXPECT_EQ(text("SELECT count(*) FROM t"), "0");
}

TEST_F(PostgresConnectionTest, a_transaction_in_which_something_failed_cannot_be_committed) {
  ASSERT_TRUE(connection().script("CREATE TABLE t (i int PRIMARY KEY)"));
  auto transaction = Transaction::begin(connection());
  ASSERT_TRUE(connection().execute("INSERT INTO t VALUES (1)"));
  EXPECT_EQ(connection().execute("INSERT INTO t VALUES (1)").error().kind, ErrorKind::conflict);
  EXPECT_FALSE(transaction->commit());
  EXPECT_EQ(text("SELECT count(*) FROM t"), "0");
}

TEST_F(PostgresConnectionTest, connects_again_after_the_server_went_away) {
  EXPECT_EQ(text("SELECT 1"), "1");
  cut();
  EXPECT_EQ(text("SELECT 1"), "1") << "prepared anew";
}

TEST_F(PostgresConnectionTest, a_transaction_that_lost_its_connection_is_unavailable_and_the_next_one_is_not) {
  ASSERT_TRUE(connection().script("CREATE TABLE t (i int)"));
  {
    auto transaction = Transaction::begin(connection());
    ASSERT_TRUE(connection().execute("INSERT INTO t VALUES (1)"));
    cut();
    EXPECT_EQ(connection().execute("INSERT INTO t VALUES (2)").error().kind, ErrorKind::unavailable);
    EXPECT_EQ(connection().execute("INSERT INTO t VALUES (3)").error().kind, ErrorKind::unavailable);
    EXPECT_EQ(transaction->commit().error().kind, ErrorKind::unavailable);
  }
  auto transaction = Transaction::begin(connection());
  ASSERT_TRUE(transaction) << transaction.error().message;
  EXPECT_TRUE(transaction->commit());
  EXPECT_EQ(text("SELECT count(*) FROM t"), "0");
}

TEST_F(PostgresConnectionTest, a_statement_that_takes_too_long_is_unavailable) {
  const auto hurried = PostgresConnection::open({.url = server().url(), .answer_timeout = milliseconds(50)});
  const auto slow = (*hurried)->execute("SELECT pg_sleep(60)");
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE((*hurried)->execute("SELECT 1"));
}

TEST_F(PostgresConnectionTest, a_wrong_password_or_database_says_what_to_change) {
  auto url = server().url();
  const auto wrong = PostgresConnection::open({.url = url, .password = "wrong"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::unavailable);
  EXPECT_NE(wrong.error().message.find("the password in store.password_file"), std::string::npos)
      << wrong.error().message;
  const auto absent = PostgresConnection::open({.url = url + "_absent"});
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().kind, ErrorKind::unavailable);
  EXPECT_NE(absent.error().message.find("create the database"), std::string::npos) << absent.error().message;
}

TEST_F(PostgresConnectionTest, a_lock_is_waited_for_until_the_transaction_that_holds_it_ends) {
  const std::int64_t keys[] = {2, 1};
  const auto other = open();
  ASSERT_TRUE(other->begin());
  ASSERT_TRUE(other->lock(keys));
  ASSERT_TRUE(connection().begin());
  auto locked = std::async(std::launch::async, [&] { return connection().lock(keys); });
  const auto watcher = open();
  while (*select_integer(*watcher, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 0) {
  }
  ASSERT_TRUE(other->commit());
  EXPECT_TRUE(locked.get());
  EXPECT_TRUE(connection().commit());
}

TEST_F(PostgresConnectionTest, a_claim_has_one_holder_and_is_free_after_it) {
  const PostgresServer where{.url = server().url(), .password = {}};
  {
    const auto first = DatabaseClaim::take(where, 7, "somebody else");
    ASSERT_TRUE(first) << first.error().message;
    const auto second = DatabaseClaim::take(where, 7, "somebody else");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::conflict);
    EXPECT_EQ(second.error().message, "somebody else");
    EXPECT_TRUE(DatabaseClaim::take(where, 8, "somebody else"));
  }
  while (*select_integer(connection(), "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") > 0) {
  }
  EXPECT_TRUE(DatabaseClaim::take(where, 7, "somebody else"));
}

TEST_F(PostgresConnectionTest, two_that_migrate_at_once_migrate_once) {
  constexpr std::array plants{Migration{1, "0001_trees.sql", "CREATE TABLE trees (id bigint)"},
                              Migration{2, "0002_herbs.sql", "CREATE TABLE herbs (id bigint)"}};
  const auto run = [&] {
    const auto database = open_postgres({.url = server().url(), .password = {}}, 2);
    return migrate(**database, "plants", plants);
  };
  auto other = std::async(std::launch::async, run);
  EXPECT_TRUE(run());
  EXPECT_TRUE(other.get());
  EXPECT_EQ(text("SELECT count(*) FROM schema_migrations"), "2");
}

TEST_F(PostgresConnectionTest, transactions_that_get_into_each_others_way_are_begun_again) {
  ASSERT_TRUE(connection().script("CREATE TABLE t (i int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 0), (2, 0)"));
  const auto database = *open_postgres({.url = server().url(), .password = {}}, 4);
  const auto add = [&](int first, int second) {
    for (int i = 0; i < 20; ++i) {
      const auto done = database->write([&](Database& writer) -> Result<std::int64_t> {
        TRY(writer.execute("UPDATE t SET n = n + 1 WHERE i = $1", {first}));
        return writer.execute("UPDATE t SET n = n + 1 WHERE i = $1", {second});
      });
      EXPECT_TRUE(done) << done.error().message;
    }
  };
  {
    const std::jthread one([&] { add(1, 2); });
    const std::jthread other([&] { add(2, 1); });
  }
  EXPECT_EQ(text("SELECT string_agg(n::text, ',') FROM t"), "40,40");
}

// A server that accepts connections and never says a word.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_.get(), generic, size), 0);
    EXPECT_EQ(::listen(socket_.get(), 4), 0);
    EXPECT_EQ(::getsockname(socket_.get(), generic, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  [[nodiscard]] int port() const { return port_; }

 private:
  FileDescriptor socket_;
  int port_ = 0;
};

TEST(PostgresAway, a_server_that_accepts_and_never_answers_is_unavailable) {
  const SilentServer server;
  const auto opened = PostgresConnection::open(
      {.url = fmt::format("postgresql://u@127.0.0.1:{}/x", server.port()), .connect_timeout = milliseconds(50)});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(opened.error().message,
            fmt::format("postgresql://127.0.0.1:{}/x does not answer: check that server and the "
                        "way to it",
                        server.port()));
}

TEST(PostgresAway, a_server_that_is_not_there_is_unavailable) {
  const auto opened = PostgresConnection::open({.url = "postgresql://u:secret@127.0.0.1:1/x"});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(opened.error().message.find("secret"), std::string::npos);
}

TEST(PostgresAway, a_server_that_is_away_is_not_asked_again_at_once) {
  const auto connection = PostgresConnection::open_later({.url = "postgresql://u@127.0.0.1:1/x"});
  ASSERT_TRUE(connection);
  const auto first = (*connection)->execute("SELECT 1");
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().kind, ErrorKind::unavailable);
  const auto second = (*connection)->execute("SELECT 1");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, first.error().message);
}

TEST(PostgresUrl, is_named_without_its_user_and_password) {
  EXPECT_EQ(postgres_name("postgresql://me:secret@db.example:5433/cw?sslmode=require"),
            "postgresql://db.example:5433/cw");
  EXPECT_EQ(has_password("postgresql://me:secret@db.example/cw"), true);
  EXPECT_EQ(has_password("postgresql://me@db.example/cw"), false);
  const auto refused = postgres_name("postgresql://me:secret@[db/cw");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_EQ(refused.error().message.find("secret"), std::string::npos);
}

TEST(PostgresErrors, mean_what_a_caller_can_do) {
  const auto kind = [](std::string_view state) { return postgres_failure({state, "words"}, "db").error().kind; };
  EXPECT_EQ(kind("40P01"), ErrorKind::conflict);
  EXPECT_EQ(kind("23505"), ErrorKind::conflict);
  EXPECT_EQ(kind("53100"), ErrorKind::exhausted);
  EXPECT_EQ(kind("25006"), ErrorKind::unavailable);
  EXPECT_EQ(kind("57P01"), ErrorKind::unavailable);
  EXPECT_EQ(kind("42501"), ErrorKind::unavailable);
  EXPECT_EQ(kind("22P02"), ErrorKind::invalid);
  EXPECT_EQ(kind("42601"), ErrorKind::internal);
  EXPECT_EQ(postgres_failure({"", "two\nlines"}, "db").error().message.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace cw::platform
