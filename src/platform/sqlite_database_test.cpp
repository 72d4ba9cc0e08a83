#include "platform/sqlite_database.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "platform/database_reading.hpp"
#include "platform/sqlite_connection.hpp"
#include "platform/temporary_folder.hpp"

namespace cw::platform {
namespace {

std::unique_ptr<Database> in_memory() {
  auto database = open_sqlite_connection(std::nullopt, SqliteAccess::read_write);
  EXPECT_TRUE(database);
  return std::move(*database);
}

std::string pragma(Database& database, std::string_view name) {
  std::string value;
  EXPECT_TRUE(database.query("PRAGMA " + std::string(name), {}, [&](const SqlRow& row) -> Result<> {
    value = row.text(0);
    return {};
  }));
  return value;
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777u;
}

TEST(SqliteUrl, names_a_file_or_memory) {
  EXPECT_EQ(parse_sqlite_url("sqlite:///var/lib/x.db"), std::filesystem::path("/var/lib/x.db"));
  EXPECT_EQ(parse_sqlite_url("x.db"), std::filesystem::path("x.db"));
  EXPECT_EQ(parse_sqlite_url("sqlite::memory:"), std::nullopt);
}

TEST(SqliteUrl, what_is_none_is_refused) {
  EXPECT_EQ(parse_sqlite_url("sqlite:relative.db").error().kind, ErrorKind::invalid);
  EXPECT_EQ(parse_sqlite_url("sqlite:///").error().kind, ErrorKind::invalid);
  EXPECT_EQ(parse_sqlite_url("").error().kind, ErrorKind::invalid);
  EXPECT_EQ(parse_sqlite_url("postgresql://user:secret@host/x").error().kind, ErrorKind::unsupported);
  EXPECT_EQ(parse_sqlite_url("postgresql://user:secret@host/x").error().message.find("secret"), std::string::npos);
}

TEST(SqliteDatabase, keeps_values_of_every_type) {
  const auto database = in_memory();
  ASSERT_TRUE(database->script("CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BLOB, n TEXT) STRICT"));
  const std::vector<std::uint8_t> bytes{0, 1, 255};
  ASSERT_TRUE(database->execute("INSERT INTO t VALUES ($1, $2, $3, $4, $5)",
                                {std::int64_t{-5}, 0.25, std::string_view("a\0b", 3), Bytes(bytes), SqlValue()}));
  ASSERT_TRUE(database->query("SELECT i, r, s, b, n FROM t", {}, [&](const SqlRow& row) -> Result<> {
    EXPECT_EQ(row.integer(0), -5);
    EXPECT_EQ(row.real(1), 0.25);
    EXPECT_EQ(row.text(2), std::string_view("a\0b", 3));
    EXPECT_TRUE(std::ranges::equal(row.blob(3), bytes));
    EXPECT_TRUE(row.is_null(4));
    EXPECT_FALSE(row.is_null(0));
    return {};
  }));
}

TEST(SqliteDatabase, an_empty_text_and_an_empty_blob_are_not_null) {
  const auto database = in_memory();
  ASSERT_TRUE(database->query("SELECT $1, $2", {std::string_view(), Bytes()}, [](const SqlRow& row) -> Result<> {
    EXPECT_FALSE(row.is_null(0));
    EXPECT_FALSE(row.is_null(1));
    return {};
  }));
}

TEST(SqliteDatabase, parameters_are_bound_by_their_number_not_their_place) {
  const auto database = in_memory();
  ASSERT_TRUE(database->query("SELECT $2, $1, $2", {"one", "two"}, [](const SqlRow& row) -> Result<> {
    EXPECT_EQ(row.text(0), "two");
    EXPECT_EQ(row.text(1), "one");
    EXPECT_EQ(row.text(2), "two");
    return {};
  }));
}

TEST(SqliteDatabase, a_value_too_few_or_too_many_is_an_error) {
  const auto database = in_memory();
  EXPECT_EQ(database->execute("SELECT $1, $2", {1}).error().kind, ErrorKind::internal);
  EXPECT_EQ(database->execute("SELECT $1", {1, 2}).error().kind, ErrorKind::internal);
}

TEST(SqliteDatabase, a_handlers_error_ends_the_query_and_the_statement_can_be_used_again) {
  const auto database = in_memory();
  const auto stopped = database->query("SELECT 1 UNION SELECT 2", {},
                                       [](const SqlRow&) -> Result<> { return fail(ErrorKind::cancelled, "enough"); });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(select_integer(*database, "SELECT 1 UNION SELECT 2"), 2);
}

TEST(SqliteDatabase, a_statement_inside_itself_is_refused) {
  const auto database = in_memory();
  const auto nested = database->query("SELECT 1", {}, [&](const SqlRow&) -> Result<> {
    return database->query("SELECT 1", {}, [](const SqlRow&) -> Result<> { return {}; });
  });
  ASSERT_FALSE(nested);
  EXPECT_EQ(nested.error().kind, ErrorKind::internal);
}

TEST(SqliteDatabase, execute_returns_how_many_rows_changed) {
  const auto database = in_memory();
  ASSERT_TRUE(database->script("CREATE TABLE t (i INTEGER PRIMARY KEY)"));
  EXPECT_EQ(database->execute("INSERT INTO t VALUES (1), (2)"), 2);
  EXPECT_EQ(database->execute("INSERT INTO t VALUES (2) ON CONFLICT DO NOTHING"), 0);
  EXPECT_EQ(database->execute("SELECT * FROM t"), 0);
  EXPECT_EQ(database->execute("DELETE FROM t"), 2);
}

TEST(SqliteDatabase, a_broken_constraint_is_a_conflict) {
  const auto database = in_memory();
  ASSERT_TRUE(database->script("CREATE TABLE t (i INTEGER PRIMARY KEY); CREATE TABLE u (i REFERENCES t (i))"));
  ASSERT_TRUE(database->execute("INSERT INTO t VALUES (1)"));
  EXPECT_EQ(database->execute("INSERT INTO t VALUES (1)").error().kind, ErrorKind::conflict);
  EXPECT_EQ(database->execute("INSERT INTO u VALUES (9)").error().kind, ErrorKind::conflict);
}

TEST(SqliteDatabase, a_transaction_that_is_not_committed_never_was) {
  SharedDatabase database(in_memory(), nullptr);
  const auto work = [](Database& writer, bool succeed) -> Result<int> {
    TRY(writer.execute("INSERT INTO t VALUES (1)"));
    if (!succeed) return fail(ErrorKind::invalid, "no");
    return 7;
  };
  ASSERT_TRUE(database.write([](Database& writer) { return writer.script("CREATE TABLE t (i INTEGER)"); }));
  EXPECT_EQ(database.write([&](Database& writer) { return work(writer, false); }).error().kind, ErrorKind::invalid);
  EXPECT_EQ(database.read([](Database& reader) { return select_integer(reader, "SELECT count(*) FROM t"); }), 0);
  EXPECT_EQ(database.write([&](Database& writer) { return work(writer, true); }), 7);
  EXPECT_EQ(database.read([](Database& reader) { return select_integer(reader, "SELECT count(*) FROM t"); }), 1);
}

TEST(SqliteDatabase, a_full_disk_is_exhausted_and_passes) {
  SharedDatabase database(in_memory(), nullptr);
  const auto script = [&](std::string_view sql) {
    return database.read([&](Database& writer) { return writer.script(sql); });
  };
  const auto fill = [](Database& writer) -> Result<int> {
    for (int i = 0; i < 100; ++i) TRY(writer.execute("INSERT INTO t VALUES (randomblob(4000))"));
    return 1;
  };
  ASSERT_TRUE(script("CREATE TABLE t (b BLOB); PRAGMA max_page_count = 10"));
  const auto filled = database.write(fill);
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().kind, ErrorKind::exhausted);
  EXPECT_NE(filled.error().message.find("the disk is full"), std::string::npos);
  EXPECT_EQ(database.read([](Database& reader) { return select_integer(reader, "SELECT count(*) FROM t"); }), 0);
  ASSERT_TRUE(script("PRAGMA max_page_count = 10000"));
  EXPECT_TRUE(database.write(fill));
}

TEST(SqliteDatabase, a_lock_of_another_program_is_a_conflict) {
  const TemporaryFolder folder;
  auto owned = open_sqlite((folder / "node.db").string());
  ASSERT_TRUE(owned);
  const auto other = SqliteConnection::open((folder / "node.db").string(), "other");
  ASSERT_TRUE(other);
  ASSERT_TRUE((*other)->script("BEGIN IMMEDIATE"));
  // Nobody waits in a test.
  const auto impatient = open_sqlite_connection(folder / "node.db", SqliteAccess::read_write);
  ASSERT_TRUE(impatient);
  ASSERT_TRUE((*impatient)->script("PRAGMA busy_timeout = 0"));
  const auto locked = (*impatient)->begin();
  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error().kind, ErrorKind::conflict);
  ASSERT_TRUE((*other)->script("COMMIT"));
  EXPECT_EQ(owned->database->write([](Database&) -> Result<int> { return 1; }), 1);
}

TEST(SqliteDatabase, readers_do_not_wait_for_the_writer) {
  const TemporaryFolder folder;
  auto owned = open_sqlite((folder / "node.db").string());
  ASSERT_TRUE(owned);
  auto& database = *owned->database;
  ASSERT_TRUE(database.write([](Database& writer) { return writer.script("CREATE TABLE t (i INTEGER)"); }));
  ASSERT_TRUE(database.write([&](Database& writer) -> Result<int> {
    TRY(writer.execute("INSERT INTO t VALUES (1)"));
    return static_cast<int>(
        TRY(database.read([](Database& reader) { return select_integer(reader, "SELECT count(*) FROM t"); })));
  }));
  EXPECT_EQ(database.read([](Database& reader) { return select_integer(reader, "SELECT count(*) FROM t"); }), 1);
}

TEST(SqliteDatabase, the_reader_cannot_write) {
  const TemporaryFolder folder;
  auto owned = open_sqlite((folder / "node.db").string());
  ASSERT_TRUE(owned);
  EXPECT_FALSE(owned->database->read([](Database& reader) { return reader.script("CREATE TABLE t (i INTEGER)"); }));
}

TEST(SqliteDatabase, a_file_is_synced_on_commit_and_private_to_its_owner) {
  const TemporaryFolder folder;
  const auto file = folder / "new/deeper/node.db";
  auto owned = open_sqlite("sqlite://" + file.string());
  ASSERT_TRUE(owned) << owned.error().message;
  EXPECT_EQ(mode_of(file), 0600u);
  EXPECT_EQ(mode_of(file.string() + "-wal"), 0600u);
  EXPECT_EQ(mode_of(file.parent_path()), 0700u);
  ASSERT_TRUE(owned->database->write([](Database& writer) -> Result<int> {
    EXPECT_EQ(pragma(writer, "journal_mode"), "wal");
    EXPECT_EQ(pragma(writer, "synchronous"), "2");
    EXPECT_EQ(pragma(writer, "foreign_keys"), "1");
    EXPECT_EQ(pragma(writer, "page_size"), "8192");
    EXPECT_EQ(pragma(writer, "auto_vacuum"), "2");
    return 1;
  }));
}

TEST(SqliteDatabase, a_second_owner_is_refused) {
  const TemporaryFolder folder;
  const auto first = open_sqlite((folder / "node.db").string());
  ASSERT_TRUE(first);
  const auto second = open_sqlite((folder / "node.db").string());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
}

TEST(SqliteDatabase, a_file_that_is_none_is_left_alone) {
  const TemporaryFolder folder;
  for (const std::string& content : {std::string("hello\n"), std::string(9000, 'x')}) {
    std::ofstream(folder / "text.db") << content;
    const auto opened = open_sqlite((folder / "text.db").string());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::invalid) << opened.error().message;
    EXPECT_NE(opened.error().message.find("is not a SQLite database"), std::string::npos);
    std::ifstream in(folder / "text.db");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), content);
  }
}

TEST(SqliteDatabase, the_database_of_another_program_is_left_alone) {
  const TemporaryFolder folder;
  {
    const auto other = SqliteConnection::open((folder / "other.db").string(), "other");
    ASSERT_TRUE(other);
    ASSERT_TRUE((*other)->script("CREATE TABLE bookmarks (url TEXT)"));
  }
  const auto opened = open_sqlite((folder / "other.db").string());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::invalid);
  EXPECT_NE(opened.error().message.find("another program"), std::string::npos);
}

TEST(SqliteDatabase, a_damaged_file_is_said_to_be_damaged) {
  const TemporaryFolder folder;
  const auto file = folder / "node.db";
  {
    auto owned = open_sqlite(file.string());
    ASSERT_TRUE(owned);
    ASSERT_TRUE(owned->database->write([](Database& writer) -> Result<int> {
      TRY(writer.script("CREATE TABLE t (b BLOB)"));
      for (int i = 0; i < 50; ++i) TRY(writer.execute("INSERT INTO t VALUES (randomblob(4000))"));
      return 1;
    }));
  }
  {
    std::fstream damage(file, std::ios::in | std::ios::out | std::ios::binary);
    damage.seekp(8192);
    damage << std::string(8192 * 4, '\x7e');
  }
  auto owned = open_sqlite(file.string());
  const auto read =
      !owned ? Result<std::int64_t>(std::unexpected(owned.error())) : owned->database->read([](Database& reader) {
        return select_integer(reader, "SELECT sum(length(b)) FROM t");
      });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::internal);
  EXPECT_NE(read.error().message.find("damaged"), std::string::npos) << read.error().message;
}

TEST(SqliteDatabase, a_folder_instead_of_a_file_is_unavailable) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "node.db");
  const auto opened = open_sqlite((folder / "node.db").string());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::unavailable);
}

TEST(DatabaseReading, a_column_that_does_not_hold_what_it_should_is_an_error) {
  const auto database = in_memory();
  ASSERT_TRUE(
      database->query("SELECT 'yesterday', 'no-uuid', '1.2.3', -1, NULL", {}, [](const SqlRow& row) -> Result<> {
        EXPECT_EQ(instant_column(row, 0).error().kind, ErrorKind::internal);
        EXPECT_EQ(uuid_column(row, 1).error().kind, ErrorKind::internal);
        EXPECT_EQ(address_column(row, 2).error().kind, ErrorKind::internal);
        EXPECT_EQ(asn_column(row, 3).error().kind, ErrorKind::internal);
        EXPECT_EQ(optional_column(row, 4, asn_column), std::nullopt);
        EXPECT_EQ(optional_column(row, 3, asn_column).error().kind, ErrorKind::internal);
        return {};
      }));
}

}  // namespace
}  // namespace cw::platform
