#pragma once

// Who owns a database file. The owner holds a lock on FILE.lock for as long as it lives; the kernel gives it
// back when the process ends, however it ends. The lock file says `PID URL`, so that a command can find the
// running node and talk to it instead.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cw::platform {

struct LockHolder {
  int pid = 0;
  std::string url;  // where the node answers; empty until it said so
};

class DatabaseLock {
 public:
  // `conflict` when another process (or another open in this one) holds it: "another cyberwatch (pid N) is using
  // FILE; stop it or name another database". `unavailable` when the lock file cannot be made.
  static Result<DatabaseLock> acquire(const std::filesystem::path& database);

  // Who holds the lock of that database now; nothing where nobody does.
  static std::optional<LockHolder> holder(const std::filesystem::path& database);

  DatabaseLock(DatabaseLock&& other) noexcept;
  DatabaseLock& operator=(DatabaseLock&& other) noexcept;
  DatabaseLock(const DatabaseLock&) = delete;
  DatabaseLock& operator=(const DatabaseLock&) = delete;
  ~DatabaseLock();

  // Writes where the node answers into the lock file. `invalid` when the URL holds a space or a control character.
  Result<> publish_url(std::string_view url);

 private:
  DatabaseLock(int descriptor, std::filesystem::path file);
  Result<> write_line(std::string_view url);
  void release();

  int descriptor_ = -1;
  std::filesystem::path file_;
};

}  // namespace cw::platform
