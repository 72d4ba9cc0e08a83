#include "roles/worker/token_bucket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "core/random.hpp"

namespace cw::roles {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Instant kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

TEST(TokenBucket, a_full_bucket_gives_its_burst_and_then_its_rate) {
  TokenBucket bucket(30, 5, kStart);
  EXPECT_EQ(bucket.available(kStart), 5);
  bucket.take(5, kStart);
  EXPECT_EQ(bucket.available(kStart + seconds(1)), 0);
  EXPECT_EQ(bucket.available(kStart + seconds(2)), 1);
  EXPECT_EQ(bucket.available(kStart + seconds(6)), 3);
}

TEST(TokenBucket, it_never_holds_more_than_its_burst) {
  TokenBucket bucket(30, 5, kStart);
  EXPECT_EQ(bucket.available(kStart + hours(1)), 5);
}

// Whatever is asked for and however long it was saved up for.
TEST(TokenBucket, in_no_60_seconds_are_more_taken_than_the_rate_says) {
  Random random(5);
  for (const auto& [rate, burst] : {std::pair{30, 5}, {30, 30}, {30, 1000}, {600, 100}, {1, 5}}) {
    TokenBucket bucket(rate, burst, kStart);
    std::deque<Instant> taken;
    std::size_t all = 0;
    auto now = kStart;
    while (now < kStart + hours(1)) {
      now += milliseconds(random.below(20) == 0 ? random.below(150'000) : random.below(300));
      const int wanted = std::min(bucket.available(now), static_cast<int>(random.below(40)));
      bucket.take(wanted, now);
      taken.insert(taken.end(), static_cast<std::size_t>(wanted), now);
      all += static_cast<std::size_t>(wanted);
      while (!taken.empty() && taken.front() + seconds(60) <= now) taken.pop_front();
      ASSERT_LE(taken.size(), static_cast<std::size_t>(rate));
    }
    EXPECT_GT(all, 0u);
  }
}

TEST(TokenBucket, who_takes_all_there_is_gets_the_rate_over_an_hour) {
  TokenBucket bucket(30, 5, kStart);
  int taken = 0;
  for (auto now = kStart; now < kStart + hours(1); now = std::max(bucket.next_at(now), now + milliseconds(1))) {
    const int available = bucket.available(now);
    bucket.take(available, now);
    taken += available;
  }
  EXPECT_EQ(taken, 30 * 60);
}

TEST(TokenBucket, after_a_cut_of_the_rate_the_new_one_holds_for_the_last_minute_too) {
  TokenBucket bucket(60, 60, kStart);
  bucket.take(60, kStart);
  bucket.change(2, 60, kStart + seconds(30));
  EXPECT_EQ(bucket.available(kStart + seconds(59)), 0);
  EXPECT_EQ(bucket.next_at(kStart + seconds(30)), kStart + seconds(60));
  EXPECT_LE(bucket.available(kStart + seconds(120)), 2);
}

TEST(TokenBucket, the_next_token_is_there_exactly_when_it_was_promised) {
  TokenBucket bucket(30, 1, kStart);
  bucket.take(1, kStart);
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
  TokenBucket bucket(1, 1, kStart);
  bucket.take(1, kStart);
  bucket.change(60, 100, kStart + seconds(1));
  EXPECT_EQ(bucket.available(kStart + seconds(11)), 10);
}

TEST(TokenBucket, a_clock_that_is_set_back_gives_nothing_for_it_and_drips_on) {
  TokenBucket bucket(60, 1, kStart);
  bucket.take(1, kStart);
  EXPECT_EQ(bucket.available(kStart - hours(1)), 0);
  EXPECT_EQ(bucket.available(kStart - hours(1) + seconds(1)), 1);
}

}  // namespace
}  // namespace cw::roles
