#include "rules/schedule/opt_outs.hpp"

#include <gtest/gtest.h>

namespace cw::schedule {
namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

TEST(OptOuts, addresses_prefixes_and_networks_are_read_and_comments_are_not) {
  const auto outs =
      parse_opt_outs("# asked by mail\n\n193.0.6.139  # one host\r\n  198.18.0.0/15\n2001:db8::/32\nAS64500\nas64501");
  EXPECT_EQ(outs.bad_count, 0u);
  ASSERT_NE(outs.find(address("193.0.6.139")), nullptr);
  EXPECT_EQ(outs.find(address("193.0.6.139"))->to_string(), "193.0.6.139/32");
  EXPECT_EQ(outs.find(address("193.0.6.140")), nullptr);
  EXPECT_EQ(outs.find(address("198.19.255.255"))->to_string(), "198.18.0.0/15");
  EXPECT_NE(outs.find(address("2001:db8::1")), nullptr);
  EXPECT_EQ(outs.asns, (std::unordered_set{Asn{64500}, Asn{64501}}));
}

TEST(OptOuts, a_bad_line_is_named_with_its_number_and_the_others_stand) {
  const auto outs = parse_opt_outs("1.1.1.1\n1.1.1.300\n10.0.0.1/8\nwww.example.net\nAS4294967296\n64500\n9.9.9.9\n");
  ASSERT_EQ(outs.bad_lines.size(), 5u);
  EXPECT_EQ(outs.bad_lines[0].line, 2u);
  EXPECT_EQ(outs.bad_lines[1].line, 3u);
  EXPECT_NE(outs.bad_lines[1].detail.find("10.0.0.0/8"), std::string::npos) << outs.bad_lines[1].detail;
  EXPECT_NE(outs.bad_lines[2].detail.find("www.example.net"), std::string::npos);
  EXPECT_NE(outs.find(address("9.9.9.9")), nullptr);
  EXPECT_TRUE(outs.asns.empty());
}

TEST(OptOuts, of_very_many_bad_lines_the_first_are_kept_and_all_are_counted) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "nonsense\n";
  const auto outs = parse_opt_outs(text);
  EXPECT_EQ(outs.bad_count, 1000u);
  EXPECT_EQ(outs.bad_lines.size(), OptOuts::kMostBadLinesKept);
}

}  // namespace
}  // namespace cw::schedule
