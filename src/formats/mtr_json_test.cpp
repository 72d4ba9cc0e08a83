#include "formats/mtr_json.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "formats/format_examples.hpp"
#include "formats/mtr_statistics.hpp"

namespace cw::formats {
namespace {

using namespace std::chrono_literals;

// No text of the report has blanks in it.
std::string without_blanks(std::string text) {
  std::erase_if(text, [](unsigned char c) { return std::isspace(c) != 0; });
  return text;
}

Hop answered(int ttl, std::string_view from, const std::vector<int>& microseconds) {
  Hop hop{.ttl = Ttl{static_cast<std::uint8_t>(ttl)}, .sent = 4};
  for (const int rtt : microseconds)
    hop.replies.push_back({.from = address(from),
                           .rtt = std::chrono::microseconds(rtt),
                           .icmp_type = 11,
                           .attempt = static_cast<int>(hop.replies.size()) + 1});
  return hop;
}

// What `mtr --json -n -c 4 -o LDRSNBAWVGJMXI 203.0.113.14` of Debian 12 (0.95) measured on scenarios/silent_hops.toml;
// the round-trip times are the ones that its figures leave possible.
Measurement silent_hops() {
  Measurement measurement = example_head(Kind::mtr);
  measurement.address = address("203.0.113.14");
  measurement.target = "203.0.113.14";
  measurement.hops = {
      answered(1, "192.0.2.1", {207, 239, 214, 250}),
      answered(2, "198.51.100.2", {2176, 2282, 2237, 2253}),
      answered(3, "198.51.100.3", {4205, 4233, 4234, 4289}),
      answered(4, "192.0.2.1", {}),
      answered(5, "198.51.100.5", {12235, 12295, 12335, 12306}),
      answered(6, "198.51.100.6", {16263, 16355, 16299, 16341}),
      answered(7, "198.51.100.7", {22278, 22250, 22225, 22256}),
      answered(8, "192.0.2.1", {}),
      answered(9, "192.0.2.1", {}),
      answered(10, "198.51.100.10", {50301, 50305, 50321, 50310}),
      answered(11, "198.51.100.11", {52295, 52348, 52305, 52337}),
      answered(12, "198.51.100.12", {56386, 56291, 56332, 56298}),
      answered(13, "198.51.100.13", {59833, 59811, 59831, 59862}),
      answered(14, "203.0.113.14", {60174, 60248, 60234, 60266}),
  };
  return measurement;
}

TEST(MtrJson, the_report_is_mtr_s_own_to_the_digit) {
  const auto written = to_mtr_json(silent_hops(), std::nullopt, {.packet_bytes = 64});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(*written, without_blanks(format_file("mtr_0.95_silent_hops.json")));
}

TEST(MtrJson, a_trace_is_one_round) {
  const auto written = to_mtr_json(example_trace(), std::nullopt, {});
  ASSERT_TRUE(written);
  expect_golden("mtr_of_a_trace.json", *written);
}

TEST(MtrJson, networks_are_named_as_with_mtr_s_option_for_them) {
  const auto written = to_mtr_json(example_trace(), example_as_path(), {});
  ASSERT_TRUE(written);
  EXPECT_NE(written->find(R"("host":"198.51.100.1","ASN":"AS64500","Loss%":)"), std::string::npos) << *written;
  EXPECT_NE(written->find(R"("host":"???","ASN":"AS???")"), std::string::npos) << *written;
}

TEST(MtrJson, a_ping_has_no_hops_to_report) {
  const auto written = to_mtr_json(example_ping(), std::nullopt, {});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::unsupported);
  EXPECT_EQ(written.error().message, "a ping has no hops: export it as json, atlas, scamper or globalping");
}

TEST(MtrStatistics, a_lost_round_is_dropped_and_not_jitter) {
  Hop hop = answered(1, "192.0.2.1", {1000, 2000});
  hop.replies[1].attempt = 4;
  const auto statistics = mtr_statistics(hop);
  EXPECT_EQ(statistics.dropped, 2);
  EXPECT_DOUBLE_EQ(statistics.loss_percent, 50);
  EXPECT_EQ(statistics.jitter, 1ms);
  EXPECT_EQ(statistics.jitter_average, 500us);
  EXPECT_EQ(statistics.geometric_mean, 1414us);
}

TEST(MtrStatistics, where_it_is_not_known_what_was_sent_nothing_is_lost) {
  Hop hop = answered(1, "192.0.2.1", {1000, 2000});
  hop.sent = 0;
  EXPECT_EQ(mtr_statistics(hop).sent, 2);
  EXPECT_DOUBLE_EQ(mtr_statistics(hop).loss_percent, 0);
}

TEST(MtrStatistics, loss_is_cut_and_not_rounded) {
  Hop hop = answered(1, "192.0.2.1", {1000});
  hop.sent = 3;
  EXPECT_DOUBLE_EQ(mtr_statistics(hop).loss_percent, 66.666);
}

}  // namespace
}  // namespace cw::formats
