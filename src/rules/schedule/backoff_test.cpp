#include "rules/schedule/backoff.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace cw::schedule {
namespace {

using namespace std::chrono_literals;

const Instant kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};
constexpr BackoffLimits kLimits{.free_failures = 3, .first_wait = 1min, .longest_wait = 10min};

TEST(Backoff, the_wait_doubles_from_the_fourth_failure_in_a_row_up_to_its_bound) {
  std::vector<Duration> waits;
  for (int failures = 1; failures <= 9; ++failures) waits.push_back(Backoff<int>::wait_after(failures, kLimits));
  EXPECT_EQ(waits, (std::vector<Duration>{0s, 0s, 0s, 1min, 2min, 4min, 8min, 10min, 10min}));
  EXPECT_EQ(Backoff<int>::wait_after(1'000'000, kLimits), 10min);
}

TEST(Backoff, it_waits_from_the_last_failure_and_one_success_ends_it) {
  Backoff<int> backoff;
  for (int i = 0; i < 5; ++i) backoff.failed(7, kLimits, kStart + i * 1s);
  EXPECT_EQ(backoff.until(7, kLimits, kStart + 10s), kStart + 4s + 2min);
  EXPECT_EQ(backoff.until(8, kLimits, kStart + 10s), kStart + 10s) << "another";
  EXPECT_EQ(backoff.state(7)->failures, 5);
  backoff.succeeded(7);
  EXPECT_EQ(backoff.until(7, kLimits, kStart + 10s), kStart + 10s);
  EXPECT_FALSE(backoff.state(7));
}

TEST(Backoff, a_bound_of_nothing_means_no_wait) {
  Backoff<int> backoff;
  const BackoffLimits none{.free_failures = 0, .longest_wait = 0s};
  for (int i = 0; i < 50; ++i) backoff.failed(7, none, kStart);
  EXPECT_LE(backoff.until(7, none, kStart), kStart);
}

TEST(Backoff, a_clock_that_is_set_back_lengthens_no_wait) {
  Backoff<int> backoff;
  for (int i = 0; i < 4; ++i) backoff.failed(7, kLimits, kStart);
  EXPECT_EQ(backoff.until(7, kLimits, kStart - 1h), kStart - 1h + 1min);
}

TEST(Backoff, no_more_are_remembered_than_its_bound_and_the_old_make_room) {
  Backoff<int> backoff(100);
  for (int i = 0; i < 1000; ++i) backoff.failed(i, kLimits, kStart);
  EXPECT_TRUE(backoff.state(99));
  EXPECT_FALSE(backoff.state(100));
  backoff.failed(100, kLimits, kStart + 10min);
  EXPECT_TRUE(backoff.state(100));
  EXPECT_FALSE(backoff.state(99));
}

}  // namespace
}  // namespace cw::schedule
