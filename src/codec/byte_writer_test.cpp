#include "codec/byte_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace cw::codec {
namespace {

using testing::ElementsAre;

TEST(ByteWriter, fields_are_written_big_endian_and_in_order) {
  std::array<std::uint8_t, 12> buffer{};
  buffer.fill(0xee);
  ByteWriter out(buffer);
  out.u8(0x01);
  out.u16(0x0203);
  out.u32(0x04050607);
  out.bytes(std::array<std::uint8_t, 2>{0x08, 0x09});
  out.zeros(2);
  EXPECT_EQ(out.size(), 11U);
  EXPECT_THAT(out.written(), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0));
  EXPECT_EQ(buffer[11], 0xee);
}

TEST(ByteWriter, a_length_or_checksum_is_filled_in_afterwards) {
  std::array<std::uint8_t, 4> buffer{};
  ByteWriter out(buffer);
  out.u32(0);
  out.u16_at(2, 0xabcd);
  EXPECT_THAT(out.written(), ElementsAre(0, 0, 0xab, 0xcd));
}

TEST(ByteWriterDeathTest, writing_past_the_end_is_our_mistake) {
  std::array<std::uint8_t, 3> buffer{};
  ByteWriter out(buffer);
  out.u16(1);
  EXPECT_DEATH(out.u16(2), "");
  EXPECT_DEATH(out.u16_at(1, 2), "");
}

}  // namespace
}  // namespace cw::codec
