// A process that is killed while it stores: whatever it was told is stored is there, once and whole.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/database_reading.hpp"
#include "platform/postgres_for_tests.hpp"
#include "platform/temporary_folder.hpp"
#include "ports/store/sample_measurements.hpp"
#include "ports/store/sql/sql_store.hpp"

namespace cw::store {
namespace {

using platform::Database;

constexpr int rounds = 15;
constexpr std::size_t batch_size = 3;
constexpr std::size_t id_size = 36;

// Stores batch after batch and says the id of each batch's first measurement once it is stored.
[[noreturn]] void store_until_killed(const std::string& url, std::uint64_t seed, int acknowledgements) {
  const auto store = SqlStore::open(url);
  if (!store) ::_exit(1);
  Random random(seed);
  for (int i = 0; i < 10'000; ++i) {
    std::vector<NewMeasurement> batch;
    for (std::size_t j = 0; j < batch_size; ++j) {
      batch.push_back(samples::plain_trace(random, samples::start() + std::chrono::milliseconds(i)));
      batch.back().as_path = samples::plain_as_path();
      batch.back().measurement.hops[0].replies[0].from = samples::router(static_cast<int>(random.below(200)));
    }
    if (!(*store)->measurements().put(batch)) ::_exit(2);
    const auto id = batch[0].measurement.id.to_string();
    if (::write(acknowledgements, id.data(), id_size) != static_cast<ssize_t>(id_size)) ::_exit(3);
  }
  ::_exit(4);
}

std::optional<Uuid> read_acknowledgement(int descriptor) {
  std::string id(id_size, ' ');
  if (::read(descriptor, id.data(), id_size) != static_cast<ssize_t>(id_size)) return std::nullopt;
  const auto uuid = Uuid::parse(id);
  return uuid ? std::optional(*uuid) : std::nullopt;
}

// Starts a child, reads that many acknowledgements, kills it in the middle of whatever it does next, and returns
// everything it had acknowledged by then.
std::vector<Uuid> run_and_kill(const std::string& url, std::uint64_t seed, std::uint64_t acknowledgements) {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) return {};
  const auto child = ::fork();
  if (child == 0) {
    ::close(pipe_ends[0]);
    store_until_killed(url, seed, pipe_ends[1]);
  }
  ::close(pipe_ends[1]);
  std::vector<Uuid> acknowledged;
  auto next = read_acknowledgement(pipe_ends[0]);
  for (; next && acknowledged.size() < acknowledgements; next = read_acknowledgement(pipe_ends[0]))
    acknowledged.push_back(*next);
  ::kill(child, SIGKILL);
  for (; next; next = read_acknowledgement(pipe_ends[0])) acknowledged.push_back(*next);
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
  return acknowledged;
}

Result<std::int64_t> number(SqlStore& store, std::string_view sql) {
  return store.database()->read([&](Database& reader) { return platform::select_integer(reader, sql); });
}

// `settle` waits for what the killed process has left behind.
void expect_whole_after_kills(const std::string& url, const std::function<void()>& settle) {
  Random random(1);
  std::vector<Uuid> acknowledged;
  for (int round = 0; round < rounds; ++round) {
    const auto batches = run_and_kill(url, 100 + static_cast<std::uint64_t>(round), random.below(12));
    acknowledged.insert(acknowledged.end(), batches.begin(), batches.end());
    settle();

    const auto store = SqlStore::open(url);
    ASSERT_TRUE(store) << store.error().message;
    for (const auto& id : acknowledged) {
      const auto read = (*store)->measurements().by_id(id);
      ASSERT_TRUE(read) << read.error().message;
      EXPECT_EQ(read->measurement.hops.size(), 4u);
      EXPECT_EQ(read->as_path, samples::plain_as_path());
    }
    const auto stored = (*store)->measurements().count();
    ASSERT_TRUE(stored);
    EXPECT_EQ(number(**store, "SELECT count(*) FROM measurements"), *stored);
    EXPECT_EQ(*stored % static_cast<std::int64_t>(batch_size), 0) << "half a batch is there";
    EXPECT_GE(*stored, static_cast<std::int64_t>(acknowledged.size() * batch_size));
    EXPECT_EQ(number(**store, "SELECT sum(observed_count) FROM as_links"), *stored);
    EXPECT_EQ(number(**store, "SELECT sum(measurement_count) FROM path_epochs"), *stored);
  }
  EXPECT_GT(acknowledged.size(), 20u);
}

TEST(Crash, what_was_acknowledged_is_there_once_and_whole_after_every_kill) {
  const platform::TemporaryFolder folder;
  expect_whole_after_kills("sqlite://" + (folder / "node.db").string(), [] {});
}

TEST(Crash, what_was_acknowledged_is_there_once_and_whole_on_postgres_after_every_kill) {
  CW_NEEDS_POSTGRES();
  const platform::TemporaryPostgres server;
  const auto watcher = *platform::PostgresConnection::open({.url = server.url()});
  // The server ends the session of a process that is gone when it next looks; its last commit may still be under way.
  expect_whole_after_kills(server.url(), [&] {
    while (*platform::select_integer(*watcher, "SELECT count(*) FROM pg_stat_activity WHERE datname = $1",
                                     {server.name()}) > 1) {
    }
  });
}

}  // namespace
}  // namespace cw::store
