#include "codec/checksum.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace cw::codec {
namespace {

// The example of RFC 1071, section 3.
TEST(Checksum, is_that_of_the_rfc) {
  constexpr std::array<std::uint8_t, 8> bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  ChecksumSum sum;
  sum.add(bytes);
  EXPECT_EQ(sum.folded(), 0xddf2);
  EXPECT_EQ(internet_checksum(bytes), 0x220d);
}

TEST(Checksum, an_odd_last_byte_is_padded_with_zero) {
  constexpr std::array<std::uint8_t, 7> odd{0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde};
  constexpr std::array<std::uint8_t, 8> even{0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0x00};
  EXPECT_EQ(internet_checksum(odd), internet_checksum(even));
  EXPECT_EQ(internet_checksum(Bytes(odd).first(1)), 0xedff);
  EXPECT_EQ(internet_checksum({}), 0xffff);
}

TEST(Checksum, the_carries_of_a_whole_packet_of_ones_are_folded) {
  const std::vector<std::uint8_t> ones(65'535, 0xff);
  EXPECT_EQ(internet_checksum(Bytes(ones).first(65'534)), 0x0000);
  EXPECT_EQ(internet_checksum(ones), 0x00ff);
}

TEST(Checksum, parts_of_even_size_may_be_added_in_any_order) {
  constexpr std::array<std::uint8_t, 6> bytes{0x12, 0x34, 0xff, 0xfe, 0x9a, 0xbc};
  ChecksumSum sum;
  sum.add(Bytes(bytes).last(4));
  sum.add_u16(0x1234);
  EXPECT_EQ(sum.checksum(), internet_checksum(bytes));
}

TEST(Checksum, the_difference_turns_one_sum_into_the_other) {
  for (const unsigned a : {0x0001U, 0x1234U, 0x8000U, 0xfffeU, 0xffffU})
    for (const unsigned b : {0x0001U, 0x1234U, 0x7fffU, 0xfffeU, 0xffffU}) {
      ChecksumSum sum;
      sum.add_u16(static_cast<std::uint16_t>(b));
      sum.add_u16(checksum_difference(static_cast<std::uint16_t>(a), static_cast<std::uint16_t>(b)));
      EXPECT_EQ(sum.folded(), a) << a << " from " << b;
    }
  EXPECT_EQ(checksum_difference(0, 0), 0);
  EXPECT_EQ(checksum_difference(0xffff, 0), 0xffff);
}

TEST(Checksum, pseudo_headers_hold_addresses_protocol_and_length) {
  const auto v4 = IpAddress::parse("192.0.2.1").value();
  ChecksumSum sum;
  sum.add_pseudo_header(v4, v4, 17, 8);
  EXPECT_EQ(sum.folded(), 2 * (0xc000 + 0x0201) + 17 + 8 - 0xffff);
  const auto v6 = IpAddress::parse("2001:db8::1").value();
  ChecksumSum sum6;
  sum6.add_pseudo_header(v6, v6, 58, 0x10002);
  EXPECT_EQ(sum6.folded(), 2 * (0x2001 + 0x0db8 + 1) + 58 + 1 + 2);
}

}  // namespace
}  // namespace cw::codec
