#include "roles/worker/token_bucket.hpp"

#include <gtest/gtest.h>

namespace cw::roles {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const Instant kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

TEST(TokenBucket, a_full_bucket_gives_its_burst_and_then_its_rate) {
  TokenBucket bucket(30, 5, kStart);
  EXPECT_EQ(bucket.available(kStart), 5);
  bucket.take(5);
  EXPECT_EQ(bucket.available(kStart + seconds(1)), 0);
  EXPECT_EQ(bucket.available(kStart + seconds(2)), 1);
  EXPECT_EQ(bucket.available(kStart + seconds(6)), 3);
}

TEST(TokenBucket, it_never_holds_more_than_its_burst) {
  TokenBucket bucket(30, 5, kStart);
  EXPECT_EQ(bucket.available(kStart + hours(1)), 5);
}

TEST(TokenBucket, over_an_hour_no_more_is_taken_than_rate_and_burst_allow) {
  TokenBucket bucket(30, 5, kStart);
  int taken = 0;
  for (auto now = kStart; now < kStart + hours(1); now += std::chrono::milliseconds(137)) {
    const int available = bucket.available(now);
    bucket.take(available);
    taken += available;
  }
  EXPECT_GE(taken, 30 * 60 - 1);
  EXPECT_LE(taken, 30 * 60 + 5);
}

TEST(TokenBucket, the_next_token_is_there_exactly_when_it_was_promised) {
  TokenBucket bucket(30, 1, kStart);
  bucket.take(1);
  const auto next = bucket.next_at(kStart);
  EXPECT_EQ(bucket.available(next - std::chrono::microseconds(1)), 0);
  EXPECT_EQ(bucket.available(next), 1);
}

TEST(TokenBucket, a_rate_of_nothing_pauses_it_at_once) {
  TokenBucket bucket(30, 5, kStart);
  bucket.change(0, 5, kStart);
  EXPECT_EQ(bucket.available(kStart + hours(1)), 0);
}

TEST(TokenBucket, a_new_rate_holds_from_the_moment_of_the_change) {
  TokenBucket bucket(1, 100, kStart);
  bucket.take(100);
  bucket.change(60, 100, kStart + seconds(1));
  EXPECT_EQ(bucket.available(kStart + seconds(11)), 10);
}

TEST(TokenBucket, a_clock_that_is_set_back_gives_nothing_for_it_and_drips_on) {
  TokenBucket bucket(60, 1, kStart);
  bucket.take(1);
  EXPECT_EQ(bucket.available(kStart - hours(1)), 0);
  EXPECT_EQ(bucket.available(kStart - hours(1) + seconds(1)), 1);
}

}  // namespace
}  // namespace cw::roles
