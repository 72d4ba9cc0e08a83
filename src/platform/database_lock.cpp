#include "platform/database_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/text.hpp"

namespace cw::platform {
namespace {

// One name for one file, however it was spelled.
std::filesystem::path lock_file_of(const std::filesystem::path& database) {
  std::error_code error;
  auto file = std::filesystem::weakly_canonical(database, error);
  if (error) file = database;
  file += ".lock";
  return file;
}

// Locks of the open file description: unlike POSIX process locks they also hold between two opens of one
// process, and asking for the holder takes nothing (fcntl(2), "Open file description locks").
struct flock whole_file(short type) {
  struct flock lock{};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

LockHolder read_line(int descriptor) {
  std::array<char, 1024> buffer{};
  const auto size = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  if (size <= 0) return {};
  const auto line = trim(std::string_view(buffer.data(), static_cast<std::size_t>(size)));
  const auto space = line.find(' ');
  LockHolder holder{.pid = parse_number<int>(line.substr(0, space)).value_or(0), .url = {}};
  if (space != std::string_view::npos) holder.url = printable(trim(line.substr(space)), buffer.size());
  return holder;
}

std::unexpected<Error> system_failure(const std::filesystem::path& file, int error) {
  const auto kind = error == ENOSPC ? ErrorKind::exhausted : ErrorKind::unavailable;
  return fail(kind, fmt::format("cannot write {}: {}", file.string(), std::strerror(error)));
}

std::unexpected<Error> held_by_another(const std::filesystem::path& database, const LockHolder& holder) {
  const auto who = holder.pid > 0 ? fmt::format("another cyberwatch (pid {})", holder.pid) : "another cyberwatch";
  return fail(ErrorKind::conflict,
              fmt::format("{} is using {}; stop it or name another database", who, database.string()));
}

}  // namespace

Result<DatabaseLock> DatabaseLock::acquire(const std::filesystem::path& database) {
  auto file = lock_file_of(database);
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return system_failure(file, errno);
  auto wanted = whole_file(F_WRLCK);
  if (::fcntl(descriptor, F_OFD_SETLK, &wanted) != 0) {
    const int error = errno;
    const auto holder = read_line(descriptor);
    ::close(descriptor);
    if (error != EAGAIN && error != EACCES) return system_failure(file, error);
    return held_by_another(database, holder);
  }
  DatabaseLock lock(descriptor, std::move(file));
  TRY(lock.write_line({}));
  return lock;
}

std::optional<LockHolder> DatabaseLock::holder(const std::filesystem::path& database) {
  const auto file = lock_file_of(database);
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return std::nullopt;
  auto asked = whole_file(F_RDLCK);
  const bool known = ::fcntl(descriptor, F_OFD_GETLK, &asked) == 0;
  const auto holder = read_line(descriptor);
  ::close(descriptor);
  if (!known || asked.l_type == F_UNLCK) return std::nullopt;
  return holder;
}

DatabaseLock::DatabaseLock(int descriptor, std::filesystem::path file)
    : descriptor_(descriptor), file_(std::move(file)) {}

DatabaseLock::DatabaseLock(DatabaseLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), file_(std::move(other.file_)) {}

DatabaseLock& DatabaseLock::operator=(DatabaseLock&& other) noexcept {
  if (this != &other) {
    release();
    descriptor_ = std::exchange(other.descriptor_, -1);
    file_ = std::move(other.file_);
  }
  return *this;
}

DatabaseLock::~DatabaseLock() { release(); }

Result<> DatabaseLock::publish_url(std::string_view url) {
  for (const char character : url)
    if (character <= ' ' || character == 0x7f)
      return fail(ErrorKind::invalid, "the node's URL holds a space or a control character");
  return write_line(url);
}

Result<> DatabaseLock::write_line(std::string_view url) {
  const auto line = url.empty() ? fmt::format("{}\n", ::getpid()) : fmt::format("{} {}\n", ::getpid(), url);
  if (::ftruncate(descriptor_, 0) != 0) return system_failure(file_, errno);
  const auto written = ::pwrite(descriptor_, line.data(), line.size(), 0);
  if (written != static_cast<ssize_t>(line.size())) return system_failure(file_, written < 0 ? errno : ENOSPC);
  return {};
}

// The file stays: removing it would let two processes lock two files of one name.
void DatabaseLock::release() {
  if (descriptor_ < 0) return;
  [[maybe_unused]] const int emptied = ::ftruncate(descriptor_, 0);
  ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace cw::platform
