#include "core/log.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/time.hpp"

namespace cw {
namespace {

class Log : public testing::Test {
 protected:
  ~Log() override { set_log_level(LogLevel::info); }

  static std::string logged(LogLevel level, std::string_view text) {
    testing::internal::CaptureStderr();
    log_line(level, "worker", text);
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(Log, an_event_is_one_line_with_time_level_and_area) {
  const auto line = logged(LogLevel::warning, "queue is full");
  const auto space = line.find(' ');
  EXPECT_TRUE(parse_rfc3339(line.substr(0, space))) << line;
  EXPECT_EQ(line.substr(space), " warning worker: queue is full\n");
}

TEST_F(Log, text_from_outside_cannot_forge_a_second_line) {
  const auto line = logged(LogLevel::error, "bad name a\n2026-11-22T10:00:00Z info worker: all is well");
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST_F(Log, what_is_below_the_level_is_not_written) {
  EXPECT_EQ(logged(LogLevel::debug, "x"), "");
  set_log_level(LogLevel::error);
  EXPECT_EQ(logged(LogLevel::warning, "x"), "");
  EXPECT_NE(logged(LogLevel::error, "x"), "");
  set_log_level(LogLevel::debug);
  EXPECT_NE(logged(LogLevel::debug, "x"), "");
}

TEST_F(Log, the_arguments_are_formatted_in) {
  testing::internal::CaptureStderr();
  log_info("worker", "{} of {} jobs", 3, 5);
  EXPECT_NE(testing::internal::GetCapturedStderr().find(" info worker: 3 of 5 jobs\n"), std::string::npos);
}

}  // namespace
}  // namespace cw
