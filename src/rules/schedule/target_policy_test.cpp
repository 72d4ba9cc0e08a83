#include "rules/schedule/target_policy.hpp"

#include <gtest/gtest.h>

namespace cw::schedule {
namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }
Prefix prefix(std::string_view text) { return Prefix::parse(text).value(); }

TEST(TargetPolicy, ordinary_addresses_may_be_probed) {
  for (const auto* text : {"1.1.1.1", "193.0.6.139", "2606:4700:4700::1111"})
    EXPECT_TRUE(check_target({}, address(text))) << text;
}

TEST(TargetPolicy, special_use_space_is_forbidden_and_the_message_says_which_and_what_to_do) {
  const auto checked = check_target({}, address("192.168.1.1"));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, ErrorKind::forbidden);
  EXPECT_EQ(
      checked.error().message,
      "192.168.1.1 is Private-Use space (192.168.0.0/16, RFC 1918); allow the prefix in policy.allowed to measure it");
}

TEST(TargetPolicy, special_use_space_of_every_kind_is_forbidden) {
  for (const auto* text :
       {"0.0.0.0",        "10.1.1.1",    "100.64.0.1",     "127.0.0.1",       "169.254.1.1", "192.0.2.1",
        "192.0.0.9",      "224.0.0.1",   "240.0.0.1",      "255.255.255.255", "::",          "::1",
        "64:ff9b::a00:1", "2001:db8::1", "2002:a00:1::1",  "3fff::1",         "fc00::1",     "fe80::1",
        "fec0::1",        "ff02::1",     "::ffff:10.0.0.1"})
    EXPECT_FALSE(check_target({}, address(text))) << text;
}

TEST(TargetPolicy, what_the_owner_excludes_is_forbidden) {
  const TargetPolicy policy{.excluded = {prefix("193.0.0.0/21")}};
  const auto checked = check_target(policy, address("193.0.6.139"));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, ErrorKind::forbidden);
  EXPECT_EQ(checked.error().message,
            "193.0.6.139 is in 193.0.0.0/21, which policy.excluded names; take it out to measure it");
  EXPECT_TRUE(check_target(policy, address("193.0.8.1")));
}

TEST(TargetPolicy, what_the_owner_allows_beats_everything) {
  const TargetPolicy policy{.allowed = {prefix("10.0.0.0/24"), prefix("fd00::/8"), prefix("9.9.9.0/24")},
                            .excluded = {prefix("9.0.0.0/8")}};
  EXPECT_TRUE(check_target(policy, address("10.0.0.1")));
  EXPECT_TRUE(check_target(policy, address("fd00::1")));
  EXPECT_TRUE(check_target(policy, address("9.9.9.9")));
  EXPECT_FALSE(check_target(policy, address("10.0.1.1")));
  EXPECT_FALSE(check_target(policy, address("9.9.8.1")));
}

TEST(TargetPolicy, who_opted_out_is_forbidden_even_where_the_owner_allows_the_prefix) {
  const TargetPolicy policy{.allowed = {prefix("0.0.0.0/0")},
                            .opted_out = std::make_shared<OptOuts>(parse_opt_outs("9.9.9.9\nAS64500\n"))};
  EXPECT_EQ(judge_target(policy, address("9.9.9.9"), std::nullopt).rule, PolicyRule::opted_out);
  EXPECT_EQ(judge_target(policy, address("9.9.9.9"), std::nullopt).prefix, prefix("9.9.9.9/32"));
  EXPECT_EQ(judge_target(policy, address("8.8.8.8"), Asn{64500}).rule, PolicyRule::opted_out_network);
  EXPECT_EQ(judge_target(policy, address("8.8.8.8"), Asn{64501}).rule, PolicyRule::allowed);
  EXPECT_EQ(check_target(policy, address("9.9.9.9")).error().message,
            "9.9.9.9 is in 9.9.9.9/32, whose owner asked in the opt-out file not to be measured");
}

TEST(TargetPolicy, the_verdict_names_the_prefix_that_matched) {
  const auto verdict = judge_target({}, address("10.1.2.3"), std::nullopt);
  EXPECT_EQ(verdict.rule, PolicyRule::special_use);
  EXPECT_EQ(verdict.prefix, prefix("10.0.0.0/8"));
  EXPECT_FALSE(judge_target({}, address("1.1.1.1"), std::nullopt).prefix);
}

TEST(TargetPolicy, everything_in_ipv6_allowed_allows_nothing_in_ipv4) {
  EXPECT_FALSE(check_target({.allowed = {prefix("::/0")}}, address("10.0.0.1")));
}

}  // namespace
}  // namespace cw::schedule
