#pragma once

// A whole file mapped for reading. Whoever writes such a file replaces it by rename (write_file_atomically), never
// in place: a mapped file that shrinks under its reader would end the process.

#include <cstddef>
#include <span>
#include <string>

#include "core/result.hpp"

namespace cw::platform {

class MappedFile {
 public:
  // `not_found` where there is no such file, `invalid` where it is empty or no regular file, `unavailable` where
  // it may not be read.
  static Result<MappedFile> open(const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> bytes_;
};

// Writes beside `path`, flushes to the disk and renames over it: a reader sees the old file or the new one.
Result<> write_file_atomically(const std::string& path, std::span<const std::byte> bytes);

}  // namespace cw::platform
