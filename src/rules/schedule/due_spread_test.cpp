#include "rules/schedule/due_spread.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace cw::schedule {
namespace {

using namespace std::chrono_literals;

TEST(DueSpread, neighbouring_addresses_are_spread_evenly_over_the_window) {
  std::array<int, 10> tenths{};
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    const Duration offset = due_spread(IpAddress::v4(0x01010000 + i), 15min);
    ASSERT_GE(offset, 0s);
    ASSERT_LT(offset, 15min);
    ++tenths.at(static_cast<std::size_t>(offset / 90s));
  }
  EXPECT_GT(*std::ranges::min_element(tenths), 900);
  EXPECT_LT(*std::ranges::max_element(tenths), 1100);
}

TEST(DueSpread, an_address_has_the_same_place_at_every_start) {
  // Worked out apart from this program: another build or machine must find them too.
  EXPECT_EQ(due_spread(IpAddress::parse("192.0.2.7").value(), 1000ns), Duration(218));
  EXPECT_EQ(due_spread(IpAddress::parse("2001:db8::7").value(), 1000ns), Duration(643));
}

TEST(DueSpread, one_address_is_spread_evenly_over_its_rounds) {
  std::array<int, 10> tenths{};
  for (std::uint64_t round = 0; round < 10'000; ++round) {
    const auto offset = due_spread(IpAddress::v4(0x01010101), 15min, round);
    ++tenths.at(static_cast<std::size_t>(offset / 90s));
  }
  EXPECT_GT(*std::ranges::min_element(tenths), 900);
  EXPECT_LT(*std::ranges::max_element(tenths), 1100);
}

TEST(DueSpread, without_a_window_there_is_no_delay) {
  EXPECT_EQ(due_spread(IpAddress::v4(1), 0s), 0s);
  EXPECT_EQ(due_spread(IpAddress::v4(1), -5s), 0s);
}

}  // namespace
}  // namespace cw::schedule
