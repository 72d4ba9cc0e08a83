#include "platform/reconnect_pace.hpp"

#include <gtest/gtest.h>

namespace cw::platform {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// How long it pauses after a failure, to the millisecond.
milliseconds pause_after_failure(ReconnectPace& pace, ReconnectPace::Moment now) {
  pace.failed(now);
  milliseconds pause{0};
  while (!pace.may_try(now + pause)) ++pause;
  return pause;
}

TEST(ReconnectPace, pauses_double_up_to_the_longest_and_are_never_less_than_half) {
  const ReconnectPace::Moment now{seconds(100)};
  ReconnectPace pace(milliseconds(100), seconds(1), 7);
  EXPECT_TRUE(pace.may_try(now));
  for (const auto whole : {milliseconds(100), milliseconds(200), milliseconds(400), milliseconds(800),
                           milliseconds(1000), milliseconds(1000)}) {
    const auto pause = pause_after_failure(pace, now);
    EXPECT_GE(pause, whole / 2);
    EXPECT_LE(pause, whole + milliseconds(1));
  }
}

TEST(ReconnectPace, success_begins_anew) {
  const ReconnectPace::Moment now{seconds(100)};
  ReconnectPace pace(milliseconds(100), seconds(1), 7);
  for (int i = 0; i < 5; ++i) pace.failed(now);
  pace.succeeded();
  EXPECT_TRUE(pace.may_try(now));
  EXPECT_LE(pause_after_failure(pace, now), milliseconds(101));
}

TEST(ReconnectPace, two_clients_do_not_come_back_at_the_same_moment) {
  const ReconnectPace::Moment now{seconds(100)};
  ReconnectPace one(seconds(10), seconds(10), 1);
  ReconnectPace other(seconds(10), seconds(10), 2);
  EXPECT_NE(pause_after_failure(one, now), pause_after_failure(other, now));
}

}  // namespace
}  // namespace cw::platform
