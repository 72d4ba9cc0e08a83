#pragma once

// Reads big-endian fields from bytes that somebody else wrote. Its error is sticky: after the first read past
// the end every read gives zero or nothing, so a parser lists the fields in the RFC's order and asks once.

#include <cstddef>
#include <cstdint>
#include <span>

namespace cw::codec {

using Bytes = std::span<const std::uint8_t>;

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  Bytes take(std::size_t count);  // empty on failure
  void skip(std::size_t count);

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - position_; }
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] Bytes rest() const { return bytes_.subspan(position_); }

 private:
  Bytes bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace cw::codec
