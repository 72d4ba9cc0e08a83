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

  std::uint8_t u8() {
    const auto* bytes = take(1).data();
    return ok_ ? *bytes : std::uint8_t{0};
  }
  std::uint16_t u16() {
    const auto* bytes = take(2).data();
    return ok_ ? static_cast<std::uint16_t>((bytes[0] << 8) | bytes[1]) : std::uint16_t{0};
  }
  std::uint32_t u32() {
    const auto* bytes = take(4).data();
    if (!ok_) return 0;
    return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) | (std::uint32_t{bytes[2]} << 8) |
           std::uint32_t{bytes[3]};
  }
  // Empty on failure.
  Bytes take(std::size_t count) {
    if (!ok_ || count > remaining()) {
      ok_ = false;
      return {};
    }
    const Bytes taken(bytes_.data() + position_, count);
    position_ += count;
    return taken;
  }
  void skip(std::size_t count) { take(count); }

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
