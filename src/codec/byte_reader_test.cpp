#include "codec/byte_reader.hpp"

#include <gtest/gtest.h>

#include <array>

namespace cw::codec {
namespace {

constexpr std::array<std::uint8_t, 8> bytes{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};

TEST(ByteReader, fields_are_big_endian_and_in_order) {
  ByteReader in(bytes);
  EXPECT_EQ(in.u8(), 0x01);
  EXPECT_EQ(in.u16(), 0x0203);
  EXPECT_EQ(in.u32(), 0x04050607U);
  EXPECT_EQ(in.position(), 7U);
  EXPECT_EQ(in.rest().size(), 1U);
  EXPECT_TRUE(in.ok());
}

TEST(ByteReader, its_error_is_sticky) {
  ByteReader in(Bytes(bytes).first(3));
  EXPECT_EQ(in.u32(), 0U);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.u8(), 0);  // although three bytes are there
  EXPECT_TRUE(in.take(1).empty());
  EXPECT_FALSE(in.ok());
}

TEST(ByteReader, taking_exactly_what_remains_is_no_error) {
  ByteReader in(bytes);
  in.skip(3);
  EXPECT_EQ(in.take(5).size(), 5U);
  EXPECT_EQ(in.take(0).size(), 0U);
  EXPECT_TRUE(in.ok());
  in.skip(1);
  EXPECT_FALSE(in.ok());
}

TEST(ByteReader, a_length_beyond_everything_does_not_wrap_around) {
  ByteReader in(bytes);
  in.skip(4);
  EXPECT_TRUE(in.take(static_cast<std::size_t>(-2)).empty());
  EXPECT_FALSE(in.ok());
}

TEST(ByteReader, an_empty_input_fails_at_the_first_field) {
  ByteReader in(Bytes{});
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.u16(), 0);
  EXPECT_FALSE(in.ok());
}

}  // namespace
}  // namespace cw::codec
