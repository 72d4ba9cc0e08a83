#pragma once

// Writes big-endian fields into a caller's buffer. Writing past its end is our own mistake, hence an assert.

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

namespace cw::codec {

class ByteWriter {
 public:
  explicit ByteWriter(std::span<std::uint8_t> buffer) : buffer_(buffer) {}

  void u8(std::uint8_t value) { *room(1) = value; }
  void u16(std::uint16_t value) { put(room(2), value); }
  void u32(std::uint32_t value) {
    auto* place = room(4);
    put(place, static_cast<std::uint16_t>(value >> 16));
    put(place + 2, static_cast<std::uint16_t>(value & 0xffff));
  }
  void bytes(std::span<const std::uint8_t> bytes) { std::ranges::copy(bytes, room(bytes.size())); }
  void zeros(std::size_t count) { std::fill_n(room(count), count, std::uint8_t{0}); }
  // Overwrites two bytes written before, such as a length or checksum.
  void u16_at(std::size_t offset, std::uint16_t value) {
    assert(offset <= size_ && size_ - offset >= 2);
    put(buffer_.data() + offset, value);
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<const std::uint8_t> written() const { return buffer_.first(size_); }

 private:
  static void put(std::uint8_t* place, std::uint16_t value) {
    place[0] = static_cast<std::uint8_t>(value >> 8);
    place[1] = static_cast<std::uint8_t>(value & 0xff);
  }
  // The next `count` bytes of the buffer, counted as written: the one place where its length is looked at.
  std::uint8_t* room(std::size_t count) {
    assert(count <= buffer_.size() - size_);
    auto* place = buffer_.data() + size_;
    size_ += count;
    return place;
  }

  std::span<std::uint8_t> buffer_;
  std::size_t size_ = 0;
};

}  // namespace cw::codec
