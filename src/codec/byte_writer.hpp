#pragma once

// Writes big-endian fields into a caller's buffer. Writing past its end is our own mistake, hence an assert.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

namespace cw::codec {

class ByteWriter {
 public:
  explicit ByteWriter(std::span<std::uint8_t> buffer) : buffer_(buffer) {}

  void u8(std::uint8_t value);
  void u16(std::uint16_t value);
  void u32(std::uint32_t value);
  void bytes(std::span<const std::uint8_t> bytes);
  void zeros(std::size_t count);
  // Overwrites two bytes written before, such as a length or checksum.
  void u16_at(std::size_t offset, std::uint16_t value);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<const std::uint8_t> written() const { return buffer_.first(size_); }

 private:
  std::span<std::uint8_t> buffer_;
  std::size_t size_ = 0;
};

}  // namespace cw::codec
