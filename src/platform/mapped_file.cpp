#include "platform/mapped_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace cw::platform {
namespace {

// Closes at the end of its scope.
struct OpenFile {
  int number = -1;
  explicit OpenFile(int opened) : number(opened) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (number >= 0) ::close(number);
  }
};

std::unexpected<Error> system_failure(std::string_view what, const std::string& path) {
  const int code = errno;
  const ErrorKind kind = code == ENOENT ? ErrorKind::not_found : ErrorKind::unavailable;
  return fail(kind, fmt::format("cannot {} {}: {}", what, path, std::strerror(code)));
}

Result<> write_all(int file, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_failure("write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<> write_new_file(const std::string& path, std::span<const std::byte> bytes) {
  const OpenFile file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.number < 0) return system_failure("create", path);
  if (auto written = write_all(file.number, bytes, path); !written) return written;
  if (::fsync(file.number) != 0) return system_failure("flush", path);
  return {};
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number < 0) return system_failure("open", path);
  struct stat status{};
  if (::fstat(file.number, &status) != 0) return system_failure("look at", path);
  if (!S_ISREG(status.st_mode) || status.st_size <= 0)
    return fail(ErrorKind::invalid, fmt::format("{} is empty or no regular file", path));
  const auto size = static_cast<std::size_t>(status.st_size);
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.number, 0);
  if (start == MAP_FAILED) return system_failure("map", path);
  return MappedFile({static_cast<const std::byte*>(start), size});
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

Result<> write_file_atomically(const std::string& path, std::span<const std::byte> bytes) {
  const std::string beside = fmt::format("{}.{}.new", path, ::getpid());
  auto written = write_new_file(beside, bytes);
  if (written && ::rename(beside.c_str(), path.c_str()) != 0) written = system_failure("replace", path);
  if (!written) ::unlink(beside.c_str());
  return written;
}

}  // namespace cw::platform
