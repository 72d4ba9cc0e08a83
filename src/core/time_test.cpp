#include "core/time.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cw {
namespace {

using namespace std::chrono_literals;

constexpr Instant ten_o_clock = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 10h;

TEST(Time, is_written_in_utc_with_microseconds) {
  EXPECT_EQ(format_rfc3339(ten_o_clock + 123us), "2026-11-22T10:00:00.000123Z");
  EXPECT_EQ(format_rfc3339(ten_o_clock + 59min + 59s + 999'999'999ns), "2026-11-22T10:59:59.999999Z");
  EXPECT_EQ(format_rfc3339(Instant()), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(format_rfc3339(Instant(-1ns)), "1969-12-31T23:59:59.999999Z");
}

TEST(Time, is_read_with_any_offset_and_any_fraction) {
  EXPECT_EQ(parse_rfc3339("2026-11-22T10:00:00Z").value(), ten_o_clock);
  EXPECT_EQ(parse_rfc3339("2026-11-22t10:00:00z").value(), ten_o_clock);
  EXPECT_EQ(parse_rfc3339("2026-11-22T11:30:00+01:30").value(), ten_o_clock);
  EXPECT_EQ(parse_rfc3339("2026-11-22T02:00:00-08:00").value(), ten_o_clock);
  EXPECT_EQ(parse_rfc3339("2026-11-22T10:00:00.5Z").value(), ten_o_clock + 500ms);
  EXPECT_EQ(parse_rfc3339("2026-11-22T10:00:00.123456789Z").value(), ten_o_clock + 123'456'789ns);
  EXPECT_EQ(parse_rfc3339("2026-11-22T10:00:00.1234567899999Z").value(), ten_o_clock + 123'456'789ns);
}

TEST(Time, a_leap_second_is_the_next_second) {
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z").value(), parse_rfc3339("2017-01-01T00:00:00Z").value());
}

TEST(Time, leap_days_are_days_of_leap_years) {
  EXPECT_EQ(format_rfc3339(parse_rfc3339("2028-02-29T00:00:00Z").value()), "2028-02-29T00:00:00.000000Z");
  EXPECT_FALSE(parse_rfc3339("2026-02-29T00:00:00Z"));
}

TEST(Time, malformed_times_are_refused) {
  for (const auto* text : {"",
                           "2026-11-22",
                           "2026-11-22T10:00:00",
                           "2026-11-22 10:00:00Z",
                           "2026-11-22T10:00Z",
                           "2026-13-22T10:00:00Z",
                           "2026-00-22T10:00:00Z",
                           "2026-11-31T10:00:00Z",
                           "2026-11-22T24:00:00Z",
                           "2026-11-22T10:60:00Z",
                           "2026-11-22T10:00:61Z",
                           "2026-11-22T10:00:00.Z",
                           "2026-11-22T10:00:00+0100",
                           "2026-11-22T10:00:00+24:00",
                           "2026-11-22T10:00:00+01:60",
                           "2026-11-22T10:00:00ZZ",
                           "26-11-22T10:00:00Z",
                           "+026-11-22T10:00:00Z",
                           "1600-01-01T00:00:00Z",
                           "9999-01-01T00:00:00Z"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Time, an_offset_cannot_carry_a_time_beyond_what_can_be_held) {
  EXPECT_TRUE(parse_rfc3339("2261-12-31T23:59:59Z"));
  EXPECT_FALSE(parse_rfc3339("2261-12-31T23:59:59-00:01"));
  EXPECT_TRUE(parse_rfc3339("1678-01-01T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("1678-01-01T00:00:00+00:01"));
}

TEST(Time, what_was_written_reads_back_the_same) {
  for (const auto instant : {ten_o_clock, ten_o_clock + 1us, Instant(-123us), Instant(1'700'000'000'123'456us)})
    EXPECT_EQ(parse_rfc3339(format_rfc3339(instant)).value(), instant);
}

TEST(Time, milliseconds_are_rounded_to_microseconds) {
  EXPECT_DOUBLE_EQ(to_milliseconds(412'499ns), 0.412);
  EXPECT_DOUBLE_EQ(to_milliseconds(412'501ns), 0.413);
  EXPECT_DOUBLE_EQ(to_milliseconds(1234ms), 1234.0);
  EXPECT_DOUBLE_EQ(to_milliseconds(-1500us), -1.5);
  EXPECT_DOUBLE_EQ(to_milliseconds(Duration::zero()), 0.0);
}

}  // namespace
}  // namespace cw
