#include "core/clock.hpp"

#include <gtest/gtest.h>

namespace cw {
namespace {

using namespace std::chrono_literals;

TEST(ManualClock, moves_only_when_told_and_never_backwards) {
  ManualClock clock(Instant(10s));
  EXPECT_EQ(clock.now(), Instant(10s));
  clock.advance(5ms);
  EXPECT_EQ(clock.now(), Instant(10s) + 5ms);
  clock.advance_to(Instant(9s));
  EXPECT_EQ(clock.now(), Instant(10s) + 5ms);
  clock.advance_to(Instant(11s));
  EXPECT_EQ(clock.now(), Instant(11s));
}

}  // namespace
}  // namespace cw
