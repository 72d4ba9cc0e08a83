#include "ports/probe/tool_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cw::probe {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

}  // namespace

TEST(ToolText, a_time_is_read_to_the_nanosecond_with_a_point_or_a_comma) {
  EXPECT_EQ(parse_milliseconds("52.8").value(), 52'800us);
  EXPECT_EQ(parse_milliseconds("0,412").value(), 412us);
  EXPECT_EQ(parse_milliseconds("1203").value(), 1203ms);
  EXPECT_EQ(parse_milliseconds("0.1234567").value(), 123'456ns);
  EXPECT_EQ(parse_seconds("0.0113").value(), 11'300us);
}

TEST(ToolText, what_is_no_time_is_refused) {
  for (const auto* text : {"", ".", ".5", "5.", "-1", "+1", "1e3", "0x1", "1.2.3", "1234567890", "nan", "1 "})
    EXPECT_FALSE(parse_milliseconds(text)) << text;
  EXPECT_FALSE(parse_seconds("1234567"));
}

TEST(ToolText, lines_end_as_on_any_system) {
  EXPECT_THAT(lines_of("a\r\nb\n\nc"), ElementsAre("a", "b", "", "c"));
  EXPECT_TRUE(lines_of("").empty());
}

TEST(ToolText, words_are_apart_by_any_blanks) {
  EXPECT_THAT(words_of(" 1  192.0.2.1\t0.4 ms "), ElementsAre("1", "192.0.2.1", "0.4", "ms"));
  EXPECT_TRUE(words_of("  ").empty());
}

TEST(ToolText, an_address_loses_its_zone) {
  EXPECT_EQ(parse_printed_address("fe80::1%lab0"), IpAddress::parse("fe80::1").value());
  EXPECT_FALSE(parse_printed_address("router.example"));
}

TEST(ToolText, a_number_stands_behind_its_name) {
  EXPECT_EQ(number_after<int>("icmp_seq=7 ttl=61", "icmp_seq="), 7);
  EXPECT_EQ(number_after<int>("E=0,S=1)", "S="), 1);
  EXPECT_FALSE(number_after<int>("icmp_seq=x", "icmp_seq="));
  EXPECT_FALSE(number_after<int>("nothing", "icmp_seq="));
}

TEST(ToolText, an_argument_in_seconds_is_never_nothing) {
  EXPECT_EQ(seconds_argument(1s), "1");
  EXPECT_EQ(seconds_argument(250ms), "0.250");
  EXPECT_EQ(seconds_argument(1us), "0.001");
  EXPECT_EQ(seconds_argument(61'005ms), "61.005");
}

}  // namespace cw::probe
