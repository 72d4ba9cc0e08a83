#include "platform/signals.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <csignal>

namespace cw::platform {
namespace {

TEST(Signals, a_signal_is_told_to_whoever_waits) {
  const auto signals = Signals::open();
  ASSERT_TRUE(signals) << signals.error().message;
  EXPECT_FALSE(signals->wait(Duration{}));
  ASSERT_EQ(pthread_kill(pthread_self(), SIGTERM), 0);
  EXPECT_EQ(signals->wait(std::chrono::seconds(10)), StopSignal::terminate);
  ASSERT_EQ(pthread_kill(pthread_self(), SIGINT), 0);
  EXPECT_EQ(signals->wait(std::chrono::seconds(10)), StopSignal::interrupt);
  EXPECT_FALSE(signals->wait(Duration{}));
}

}  // namespace
}  // namespace cw::platform
