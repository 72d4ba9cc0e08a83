#include "ports/probe/native/pacer.hpp"

#include <gtest/gtest.h>

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{1000h};

// Sends all that is allowed, sleeps until the pacer says, and so on.
struct Run {
  int packets = 0;
  int sleeps = 0;
  std::size_t largest_batch = 0;
};
Run send_for(Pacer& pacer, Duration time, Duration oversleep = {}) {
  Run run;
  for (auto now = start; now < start + time; now = pacer.next_at() + oversleep) {
    const auto allowed = pacer.allowance(now);
    pacer.take(allowed);
    run.packets += static_cast<int>(allowed);
    run.largest_batch = std::max(run.largest_batch, allowed);
    ++run.sleeps;
  }
  return run;
}

TEST(Pacer, a_rate_is_kept_and_the_first_packet_does_not_wait) {
  Pacer pacer(1000);
  EXPECT_EQ(pacer.allowance(start), 1);
  const auto run = send_for(pacer, 1s);
  EXPECT_GE(run.packets, 999);
  EXPECT_LE(run.packets, 1001);
}

TEST(Pacer, a_slow_rate_is_one_packet_at_a_time) {
  Pacer pacer(10);
  const auto run = send_for(pacer, 10s);
  EXPECT_NEAR(run.packets, 100, 1);
  EXPECT_EQ(run.largest_batch, 1);
}

TEST(Pacer, a_fast_rate_goes_out_in_batches_of_a_millisecond_and_not_by_spinning) {
  Pacer pacer(100'000);
  const auto run = send_for(pacer, 1s);
  EXPECT_NEAR(run.packets, 100'000, 200);
  EXPECT_LE(run.largest_batch, 200);
  EXPECT_LE(run.sleeps, 1001);
}

TEST(Pacer, what_was_overslept_is_made_up_for) {
  Pacer pacer(50'000);
  EXPECT_NEAR(send_for(pacer, 1s, 300us).packets, 50'000, 200);
}

TEST(Pacer, a_long_pause_gives_no_burst) {
  Pacer pacer(10'000);
  EXPECT_GE(pacer.allowance(start), 1);
  EXPECT_LE(pacer.allowance(start + 1h), 20);
}

TEST(Pacer, a_clock_that_goes_back_gives_nothing_twice) {
  Pacer pacer(1000);
  pacer.take(pacer.allowance(start));
  EXPECT_EQ(pacer.allowance(start - 1s), 0);
  EXPECT_EQ(pacer.allowance(start), 0);
  EXPECT_EQ(pacer.allowance(start + 1ms), 1);
}

TEST(Pacer, zero_means_no_limit) {
  Pacer pacer(0);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_GT(pacer.allowance(start), 1000);
    pacer.take(1000);
  }
}

}  // namespace
}  // namespace cw::probe
