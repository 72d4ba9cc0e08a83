#include "platform/database_lock.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "platform/temporary_folder.hpp"

namespace cw::platform {
namespace {

TEST(DatabaseLock, a_second_owner_is_refused_and_told_who_has_it) {
  const TemporaryFolder folder;
  const auto file = folder / "node.db";
  const auto first = DatabaseLock::acquire(file);
  ASSERT_TRUE(first) << first.error().message;
  const auto second = DatabaseLock::acquire(file);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
  EXPECT_EQ(second.error().message, "another cyberwatch (pid " + std::to_string(::getpid()) + ") is using " +
                                        file.string() + "; stop it or name another database");
}

TEST(DatabaseLock, another_spelling_of_the_file_is_the_same_file) {
  const TemporaryFolder folder;
  const auto first = DatabaseLock::acquire(folder / "node.db");
  ASSERT_TRUE(first);
  std::filesystem::create_symlink(folder / "node.db", folder / "link.db");
  std::ofstream(folder / "node.db").put('x');
  EXPECT_FALSE(DatabaseLock::acquire(folder / "./node.db"));
  EXPECT_FALSE(DatabaseLock::acquire(folder / "link.db"));
}

TEST(DatabaseLock, is_free_again_when_its_owner_goes) {
  const TemporaryFolder folder;
  {
    ASSERT_TRUE(DatabaseLock::acquire(folder / "node.db"));
  }
  EXPECT_FALSE(DatabaseLock::holder(folder / "node.db"));
  EXPECT_TRUE(DatabaseLock::acquire(folder / "node.db"));
}

TEST(DatabaseLock, is_free_again_when_its_owner_is_killed) {
  const TemporaryFolder folder;
  const auto file = folder / "node.db";
  const auto child = ::fork();
  if (child == 0) {
    auto lock = DatabaseLock::acquire(file);
    if (lock) ::kill(::getpid(), SIGKILL);
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(DatabaseLock::holder(file));
  EXPECT_TRUE(DatabaseLock::acquire(file));
}

TEST(DatabaseLock, its_holder_can_be_found_with_its_url) {
  const TemporaryFolder folder;
  const auto file = folder / "node.db";
  EXPECT_FALSE(DatabaseLock::holder(file));
  auto lock = DatabaseLock::acquire(file);
  ASSERT_TRUE(lock);
  auto holder = DatabaseLock::holder(file);
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->pid, ::getpid());
  EXPECT_EQ(holder->url, "");
  ASSERT_TRUE(lock->publish_url("http://127.0.0.1:8080/"));
  holder = DatabaseLock::holder(file);
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->url, "http://127.0.0.1:8080/");
  EXPECT_FALSE(DatabaseLock::acquire(file)) << "asking for the holder took the lock away";
}

TEST(DatabaseLock, a_url_with_a_line_break_is_refused) {
  const TemporaryFolder folder;
  auto lock = DatabaseLock::acquire(folder / "node.db");
  ASSERT_TRUE(lock);
  const auto published = lock->publish_url("http://x/\nhttp://y/");
  ASSERT_FALSE(published);
  EXPECT_EQ(published.error().kind, ErrorKind::invalid);
}

TEST(DatabaseLock, is_readable_by_its_owner_only) {
  const TemporaryFolder folder;
  const auto lock = DatabaseLock::acquire(folder / "node.db");
  ASSERT_TRUE(lock);
  struct stat status{};
  ASSERT_EQ(::stat((folder / "node.db.lock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST(DatabaseLock, a_folder_that_is_missing_is_said) {
  const TemporaryFolder folder;
  const auto lock = DatabaseLock::acquire(folder / "missing/node.db");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace cw::platform
