#include "core/random.hpp"

#include <gtest/gtest.h>

#include <array>

namespace cw {
namespace {

// Made with the reference implementations of splitmix64 and xoshiro256** by their authors' definitions.
TEST(Random, gives_the_sequence_of_xoshiro256_starstar_seeded_by_splitmix64) {
  Random random(0);
  EXPECT_EQ(random.next(), 0x99ec5f36cb75f2b4U);
  EXPECT_EQ(random.next(), 0xbf6e1f784956452aU);
  EXPECT_EQ(random.next(), 0x1a5f849d4933e6e0U);
}

TEST(Random, the_same_seed_gives_the_same_numbers_and_another_seed_others) {
  Random one(7);
  Random same(7);
  Random other(8);
  int equal_to_other = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto number = one.next();
    EXPECT_EQ(number, same.next());
    equal_to_other += number == other.next() ? 1 : 0;
  }
  EXPECT_EQ(equal_to_other, 0);
}

TEST(Random, every_value_below_the_bound_comes_about_equally_often) {
  Random random(42);
  std::array<int, 6> count{};
  for (int i = 0; i < 60'000; ++i) ++count.at(random.below(count.size()));
  for (const int seen : count) EXPECT_NEAR(seen, 10'000, 500);
}

TEST(Random, bounds_of_one_and_beyond_half_of_the_range_hold) {
  Random random(1);
  const std::uint64_t large = (std::uint64_t{1} << 63) + 1;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(random.below(1), 0U);
    EXPECT_LT(random.below(large), large);
  }
}

TEST(Random, units_lie_from_zero_to_below_one_with_their_mean_in_the_middle) {
  Random random(3);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double unit = random.unit();
    ASSERT_GE(unit, 0.0);
    ASSERT_LT(unit, 1.0);
    sum += unit;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
}

}  // namespace
}  // namespace cw
