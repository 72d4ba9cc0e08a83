#include "formats/hop_statistics.hpp"

#include <gtest/gtest.h>

namespace cw::formats {
namespace {

using namespace std::chrono_literals;

Reply reply(int attempt, Duration rtt) { return {.rtt = rtt, .attempt = attempt}; }

TEST(HopStatistics, the_row_of_an_mtr_is_computed_over_the_answers) {
  const auto statistics =
      hop_statistics({.sent = 5, .replies = {reply(1, 10ms), reply(2, 14ms), reply(4, 12ms), reply(5, 20ms)}});
  EXPECT_EQ(statistics.sent, 5);
  EXPECT_EQ(statistics.received, 4);
  EXPECT_DOUBLE_EQ(statistics.loss, 0.2);
  ASSERT_TRUE(statistics.rtt);
  EXPECT_EQ(statistics.rtt->last, 20ms);
  EXPECT_EQ(statistics.rtt->best, 10ms);
  EXPECT_EQ(statistics.rtt->average, 14ms);
  EXPECT_EQ(statistics.rtt->median, 13ms);
  EXPECT_EQ(statistics.rtt->worst, 20ms);
  // Squares 16 + 0 + 4 + 36 over 3
  EXPECT_NEAR(to_milliseconds(statistics.rtt->deviation), 4.32, 0.001);
  // Differences 4, 2, 8
  EXPECT_NEAR(to_milliseconds(statistics.rtt->jitter), 4.667, 0.001);
}

TEST(HopStatistics, late_and_duplicate_answers_never_count) {
  Reply late = reply(2, 900ms);
  late.late = true;
  Reply duplicate = reply(1, 11ms);
  duplicate.duplicate = true;
  const auto statistics = hop_statistics({.sent = 2, .replies = {reply(1, 10ms), duplicate, late}});
  EXPECT_EQ(statistics.received, 1);
  EXPECT_DOUBLE_EQ(statistics.loss, 0.5);
  EXPECT_EQ(statistics.rtt->worst, 10ms);
}

TEST(HopStatistics, last_and_jitter_follow_the_attempts_and_not_the_arrival) {
  const auto statistics = hop_statistics({.sent = 3, .replies = {reply(3, 30ms), reply(1, 10ms), reply(2, 20ms)}});
  EXPECT_EQ(statistics.rtt->last, 30ms);
  EXPECT_EQ(statistics.rtt->jitter, 10ms);
  EXPECT_EQ(statistics.rtt->median, 20ms);
}

TEST(HopStatistics, a_silent_hop_has_lost_everything) {
  const auto statistics = hop_statistics({.sent = 3});
  EXPECT_DOUBLE_EQ(statistics.loss, 1);
  EXPECT_EQ(statistics.rtt, std::nullopt);
}

TEST(HopStatistics, nothing_sent_is_nothing_lost) { EXPECT_DOUBLE_EQ(hop_statistics({}).loss, 0); }

TEST(HopStatistics, a_single_answer_has_no_spread) {
  const auto statistics = hop_statistics({.sent = 1, .replies = {reply(1, 10ms)}});
  EXPECT_EQ(statistics.rtt->deviation, 0ms);
  EXPECT_EQ(statistics.rtt->jitter, 0ms);
  EXPECT_EQ(statistics.rtt->median, 10ms);
}

}  // namespace
}  // namespace cw::formats
