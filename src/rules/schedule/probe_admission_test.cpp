#include "rules/schedule/probe_admission.hpp"

#include <gtest/gtest.h>

namespace cw::schedule {
namespace {

using namespace std::chrono_literals;

const Instant kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }
Destination destination(std::string_view text, std::optional<Asn> asn = std::nullopt) { return {address(text), asn}; }

TEST(ProbeAdmission, an_ordinary_destination_begins_and_counts_as_begun) {
  ProbeAdmission desk;
  EXPECT_TRUE(desk.admit(destination("1.1.1.1"), kStart).may_begin());
  const auto again = desk.admit(destination("1.1.1.1"), kStart + 1s);
  EXPECT_FALSE(again.may_begin());
  EXPECT_EQ(again.delay, Delay::spacing);
  EXPECT_EQ(again.not_before, kStart + 10s);
  EXPECT_TRUE(desk.admit(destination("1.1.1.1"), kStart + 10s).may_begin());
}

TEST(ProbeAdmission, what_somebody_watches_is_not_held_up_but_holds_up_others) {
  ProbeAdmission desk;
  desk.begun(address("1.1.1.1"), kStart);
  EXPECT_EQ(desk.admit(destination("1.1.1.1"), kStart).delay, Delay::spacing);
}

TEST(ProbeAdmission, what_did_not_begin_after_all_holds_nobody_up) {
  ProbeAdmission desk;
  const auto admission = desk.admit(destination("1.1.1.1"), kStart);
  desk.withdraw(destination("1.1.1.1"), admission);
  EXPECT_TRUE(desk.admit(destination("1.1.1.1"), kStart).may_begin());
  const auto later = desk.admit(destination("1.1.1.1"), kStart + 10s);
  desk.withdraw(destination("1.1.1.1"), later);
  EXPECT_TRUE(desk.admit(destination("1.1.1.1"), kStart + 10s).may_begin());
  EXPECT_FALSE(desk.admit(destination("1.1.1.1"), kStart + 15s).may_begin());
}

TEST(ProbeAdmission, what_the_policy_forbids_is_refused_with_its_rule) {
  ProbeAdmission desk;
  const auto admission = desk.admit(destination("192.168.1.1"), kStart);
  EXPECT_FALSE(admission.may_begin());
  EXPECT_EQ(admission.verdict.rule, PolicyRule::special_use);
  EXPECT_EQ(admission.delay, Delay::none);
}

TEST(ProbeAdmission, opt_outs_are_followed_from_the_moment_they_are_there) {
  ProbeAdmission desk;
  const auto one = destination("1.1.1.1", Asn{13335});
  EXPECT_TRUE(desk.judge(one).may_probe());
  desk.set_opt_outs(std::make_shared<OptOuts>(parse_opt_outs("1.1.1.0/24\n")));
  EXPECT_EQ(desk.admit(one, kStart).verdict.rule, PolicyRule::opted_out);
  desk.set_opt_outs(std::make_shared<OptOuts>(parse_opt_outs("AS13335\n")));
  EXPECT_EQ(desk.judge(one).rule, PolicyRule::opted_out_network);
  EXPECT_TRUE(desk.judge(destination("9.9.9.9", Asn{19281})).may_probe());
  desk.set_opt_outs(std::make_shared<OptOuts>());
  EXPECT_TRUE(desk.judge(one).may_probe());
}

TEST(ProbeAdmission, a_target_that_keeps_silent_waits_longer_and_longer_until_it_answers) {
  ProbeAdmission desk;
  const auto one = destination("1.1.1.1");
  for (int i = 0; i < 5; ++i) desk.kept_silent(one, kStart);
  const auto admission = desk.admit(one, kStart);
  EXPECT_EQ(admission.delay, Delay::target_backoff);
  EXPECT_EQ(admission.not_before, kStart + 2min);
  desk.answered(one);
  EXPECT_TRUE(desk.admit(one, kStart).may_begin());
}

TEST(ProbeAdmission, a_network_that_keeps_silent_holds_up_all_its_targets) {
  ProbeAdmission desk;
  for (int i = 0; i < 22; ++i)
    desk.kept_silent({IpAddress::v4(0x01010000u + static_cast<std::uint32_t>(i) * 256), Asn{64500}}, kStart);
  const auto fresh = destination("1.2.0.1", Asn{64500});
  const auto admission = desk.admit(fresh, kStart);
  EXPECT_EQ(admission.delay, Delay::network_backoff);
  EXPECT_EQ(admission.not_before, kStart + 20s);
  EXPECT_TRUE(desk.admit(destination("9.9.9.9", Asn{64501}), kStart).may_begin());
  desk.answered(destination("1.1.0.0", Asn{64500}));
  EXPECT_TRUE(desk.admit(fresh, kStart).may_begin());
}

TEST(ProbeAdmission, new_limits_hold_from_now_on) {
  ProbeAdmission desk;
  ASSERT_TRUE(desk.admit(destination("1.1.1.1"), kStart).may_begin());
  desk.set_limits({.spacing = {.destination = 0s, .network = 0s}});
  EXPECT_TRUE(desk.admit(destination("1.1.1.1"), kStart).may_begin());
}

TEST(ProbeAdmission, how_an_address_stands_is_told_without_changing_it) {
  ProbeAdmission desk;
  const auto one = destination("1.1.1.1", Asn{13335});
  EXPECT_EQ(desk.standing(one, kStart).delay, Delay::none);
  ASSERT_TRUE(desk.admit(one, kStart).may_begin());
  desk.kept_silent(one, kStart);
  for (int i = 0; i < 2; ++i) {
    const auto standing = desk.standing(one, kStart + 1s);
    EXPECT_EQ(standing.delay, Delay::spacing);
    EXPECT_EQ(standing.not_before, kStart + 10s);
    EXPECT_EQ(standing.last_starts.destination, kStart);
    EXPECT_EQ(standing.last_starts.network, kStart);
    EXPECT_EQ(standing.target_failures->failures, 1);
    EXPECT_EQ(standing.network_failures->failures, 1);
  }
}

}  // namespace
}  // namespace cw::schedule
