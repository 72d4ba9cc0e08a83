#include "rules/schedule/spacing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace cw::schedule {
namespace {

using namespace std::chrono_literals;

const Instant kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};
constexpr SpacingLimits kLimits{.destination = 10s, .network = 1s};

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

TEST(Spacing, the_first_may_begin_at_once) {
  Spacing spacing;
  EXPECT_LE(spacing.earliest(address("1.1.1.1"), kLimits, kStart), kStart);
}

TEST(Spacing, the_same_destination_waits_its_time_to_the_instant) {
  Spacing spacing;
  spacing.started(address("1.1.1.1"), kStart);
  EXPECT_EQ(spacing.earliest(address("1.1.1.1"), kLimits, kStart + 1s), kStart + 10s);
  EXPECT_GT(spacing.earliest(address("1.1.1.1"), kLimits, kStart + 10s - 1ns), kStart + 10s - 1ns);
  EXPECT_LE(spacing.earliest(address("1.1.1.1"), kLimits, kStart + 10s), kStart + 10s);
}

TEST(Spacing, a_neighbour_in_the_network_waits_and_one_outside_does_not) {
  Spacing spacing;
  spacing.started(address("1.1.1.1"), kStart);
  spacing.started(address("2001:db8:5::1"), kStart);
  EXPECT_EQ(spacing.earliest(address("1.1.1.2"), kLimits, kStart), kStart + 1s);
  EXPECT_LE(spacing.earliest(address("1.1.2.1"), kLimits, kStart), kStart);
  EXPECT_EQ(spacing.earliest(address("2001:db8:5:ffff::1"), kLimits, kStart), kStart + 1s);
  EXPECT_LE(spacing.earliest(address("2001:db8:6::1"), kLimits, kStart), kStart);
}

TEST(Spacing, many_for_one_network_are_told_to_come_one_after_the_other) {
  Spacing spacing;
  spacing.started(address("1.1.1.1"), kStart);
  for (int i = 1; i <= 20; ++i)
    EXPECT_EQ(spacing.earliest(IpAddress::v4(0x01010110u + static_cast<std::uint32_t>(i)), kLimits, kStart),
              kStart + std::chrono::seconds(i));
}

// Everybody asks, waits as told and asks again, as jobs do: the spacing holds and nobody asks very often.
TEST(Spacing, a_whole_network_passes_with_its_spacing_and_few_questions) {
  Spacing spacing;
  std::multimap<Instant, IpAddress> asking;
  for (std::uint32_t i = 0; i < 250; ++i) asking.emplace(kStart, IpAddress::v4(0x01010100u + i));
  std::vector<Instant> starts;
  int questions = 0;
  while (!asking.empty()) {
    const auto [now, who] = *asking.begin();
    asking.erase(asking.begin());
    ++questions;
    const auto when = spacing.earliest(who, kLimits, now);
    if (when > now) {
      asking.emplace(when, who);
      continue;
    }
    spacing.started(who, now);
    starts.push_back(now);
  }
  ASSERT_EQ(starts.size(), 250u);
  for (std::size_t i = 1; i < starts.size(); ++i) EXPECT_GE(starts[i] - starts[i - 1], 1s);
  EXPECT_LE(starts.back(), kStart + 260s);
  EXPECT_LE(questions, 3 * 250);
}

TEST(Spacing, without_limits_nothing_waits) {
  Spacing spacing;
  const SpacingLimits none{.destination = 0s, .network = 0s};
  spacing.started(address("1.1.1.1"), kStart);
  EXPECT_LE(spacing.earliest(address("1.1.1.1"), none, kStart), kStart);
}

TEST(Spacing, a_clock_that_is_set_back_makes_nobody_wait_longer_than_the_spacing) {
  Spacing spacing;
  spacing.started(address("1.1.1.1"), kStart);
  EXPECT_EQ(spacing.earliest(address("1.1.1.1"), kLimits, kStart - 1h), kStart - 1h + 10s);
}

TEST(Spacing, what_is_over_is_forgotten_and_a_full_memory_makes_new_ones_wait) {
  Spacing spacing(4000);
  const auto place = [](std::uint32_t i) { return IpAddress::v4(0x01000000u + i * 256); };
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    const auto now = kStart + i * 10ms;
    if (spacing.earliest(place(i), kLimits, now) <= now) spacing.started(place(i), now);
    ASSERT_LE(spacing.remembered(), 4000u);
  }
  Spacing small(100);
  for (std::uint32_t i = 0; i < 49; ++i) small.started(place(i), kStart);
  EXPECT_LE(small.earliest(place(60), kLimits, kStart), kStart);
  small.started(place(60), kStart);
  EXPECT_GT(small.earliest(place(61), kLimits, kStart), kStart);
  EXPECT_LE(small.earliest(place(61), kLimits, kStart + 11s), kStart + 11s);
}

}  // namespace
}  // namespace cw::schedule
