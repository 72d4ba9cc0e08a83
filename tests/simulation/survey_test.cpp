// A survey over a generated Internet on simulated time, compared with the truth.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "core/clock.hpp"
#include "lab/ground_truth.hpp"
#include "lab/scenario.hpp"
#include "lab/simulated_internet.hpp"
#include "lab/simulated_wire.hpp"
#include "ports/probe/survey/survey.hpp"

namespace cw::lab {
namespace {

using namespace std::chrono_literals;

constexpr Instant start_of_time{std::chrono::hours(24 * 365 * 50)};

class SurveyLab : public ::testing::Test {
 protected:
  explicit SurveyLab(const std::string& file = "thousand.toml")
      : internet_(load_scenario(std::string(CW_SOURCE_DIR) + "/scenarios/" + file).value(), start_of_time),
        wire_(internet_, clock_) {
    std::vector<Prefix> prefixes;
    for (const auto& destination : internet_.scenario().destinations)
      if (destination.address.is_v4()) prefixes.push_back(Prefix::around(destination.address, 32));
    plan_.emplace(probe::SurveyPlan::make(prefixes, 20, 7).value());
  }

  probe::SurveyOptions options(Method method = Method::icmp) {
    probe::SurveyOptions options;
    options.method = method;
    options.packets_per_second = 50'000;
    options.seed = 5;
    options.on_reply = [this](const probe::SurveyReply& reply) { replies_.push_back(reply); };
    return options;
  }

  static void finish(probe::Survey& survey) {
    while (!survey.is_done()) ASSERT_TRUE(survey.turn());
  }

  // Every reply is a hop of the true path at its TTL; returns how many hops of the truth were seen.
  std::size_t check_against_truth(const std::vector<probe::SharedHop>& shared, std::size_t& hops_there) {
    std::map<IpAddress, std::map<int, IpAddress>> seen;
    for (const auto& reply : replies_) seen[reply.destination].emplace(reply.ttl.value, reply.reply.from);
    for (const auto& hop : shared)
      for (auto& [destination, hops] : seen) hops.emplace(hop.ttl.value, hop.address);
    std::size_t right = 0;
    for (const auto& [destination, hops] : seen) {
      const auto truth = expected_path(internet_, destination);
      hops_there += truth.hops.size();
      for (const auto& [ttl, address] : hops) {
        const auto place = std::min(static_cast<std::size_t>(ttl), truth.hops.size()) - 1;
        const auto& addresses = truth.hops[place].addresses;
        EXPECT_TRUE(std::ranges::find(addresses, address) != addresses.end())
            << destination.to_string() << " at " << ttl << ": " << address.to_string();
        if (static_cast<std::size_t>(ttl) <= truth.hops.size()) ++right;
      }
    }
    return right;
  }

  ManualClock clock_{start_of_time};
  SimulatedInternet internet_;
  SimulatedWire wire_;
  std::optional<probe::SurveyPlan> plan_;
  std::vector<probe::SurveyReply> replies_;
};

TEST_F(SurveyLab, every_hop_to_every_destination_is_found_and_none_is_wrong) {
  for (const auto method : {Method::icmp, Method::udp, Method::tcp_ack}) {
    SCOPED_TRACE(to_string(method));
    replies_.clear();
    probe::Survey survey(wire_, *plan_, options(method));
    finish(survey);
    std::size_t there = 0;
    const auto right = check_against_truth(survey.shared_hops(), there);
    EXPECT_EQ(right, there);
    const auto& progress = survey.progress();
    EXPECT_EQ(progress.position, plan_->probe_count());
    EXPECT_EQ(progress.sent + progress.beyond + progress.shared, plan_->probe_count());
    EXPECT_EQ(progress.replies, replies_.size());
    EXPECT_EQ(progress.unverified, 0u);
    EXPECT_EQ(progress.foreign, 0u);
    // The first hops are the same for all, and nothing is sent far beyond a destination.
    EXPECT_GE(survey.shared_hops().size(), 1u);
    EXPECT_GT(progress.shared, 500u);
    EXPECT_LT(static_cast<double>(progress.sent), 18.0 * plan_->destination_count());
    EXPECT_EQ(progress.resets, 0u);
  }
}

TEST_F(SurveyLab, an_open_port_takes_one_syn_at_a_time_and_no_router_is_missed_for_it) {
  probe::Survey survey(wire_, *plan_, options(Method::tcp));
  finish(survey);
  std::size_t there = 0;
  const auto right = check_against_truth(survey.shared_hops(), there);
  // A destination that is busy with another SYN is seen at a higher TTL only.
  std::set<IpAddress> seen;
  std::set<IpAddress> seen_at_its_ttl;
  for (const auto& reply : replies_) {
    if (reply.reply.from != reply.destination) continue;
    seen.insert(reply.destination);
    if (reply.ttl.value == expected_path(internet_, reply.destination).hops.size())
      seen_at_its_ttl.insert(reply.destination);
  }
  EXPECT_EQ(seen.size(), plan_->destination_count());
  EXPECT_EQ(right - seen_at_its_ttl.size(), there - plan_->destination_count());
  EXPECT_EQ(survey.progress().unverified, 0u);
  EXPECT_GT(survey.progress().resets, 0u);
  EXPECT_EQ(internet_.half_open().size(), 0u);
}

TEST_F(SurveyLab, a_port_tells_what_answers_there) {
  auto to_closed_port = options(Method::tcp);
  to_closed_port.port = 81;
  probe::Survey survey(wire_, *plan_, std::move(to_closed_port));
  finish(survey);
  std::size_t there = 0;
  EXPECT_EQ(check_against_truth(survey.shared_hops(), there), there);
  EXPECT_EQ(survey.progress().resets, 0u);
  for (const auto& reply : replies_) {
    constexpr std::uint8_t rst_ack = 0x14;
    const auto expected = reply.reply.from == reply.destination ? std::optional(rst_ack) : std::nullopt;
    EXPECT_EQ(reply.reply.tcp_flags, expected);
  }
}

TEST_F(SurveyLab, a_text_of_the_owner_goes_along_and_changes_nothing) {
  auto with_text = options();
  with_text.identity_text = "questions: noc@example.net";
  probe::Survey survey(wire_, *plan_, std::move(with_text));
  finish(survey);
  std::size_t there = 0;
  EXPECT_EQ(check_against_truth(survey.shared_hops(), there), there);
  EXPECT_EQ(survey.progress().unverified, 0u);
}

TEST_F(SurveyLab, round_trip_times_are_those_of_the_paths) {
  probe::Survey survey(wire_, *plan_, options());
  finish(survey);
  std::map<IpAddress, Duration> least;
  for (const auto& reply : replies_)
    if (reply.reply.from == reply.destination) {
      const auto [at, is_new] = least.emplace(reply.destination, reply.reply.rtt);
      if (!is_new) at->second = std::min(at->second, reply.reply.rtt);
    }
  ASSERT_EQ(least.size(), plan_->destination_count());
  for (const auto& [destination, rtt] : least) {
    EXPECT_GE(rtt, 20ms);
    EXPECT_LE(rtt, 101ms);
  }
}

TEST_F(SurveyLab, a_survey_that_was_stopped_goes_on_where_it_was) {
  std::uint64_t position = 0;
  {
    probe::Survey first(wire_, *plan_, options());
    while (first.progress().position < plan_->probe_count() / 3) ASSERT_TRUE(first.turn());
    position = first.safe_position();
    EXPECT_LT(position, first.progress().position);
    // It dies here: what is under way is lost.
  }
  const auto before = replies_;
  probe::Survey second(wire_, *plan_, options());
  for (const auto& reply : before) second.recall(reply);
  second.resume_at(position);
  finish(second);
  std::size_t there = 0;
  const auto right = check_against_truth(second.shared_hops(), there);
  EXPECT_EQ(right, there);
}

TEST_F(SurveyLab, what_the_policy_forbids_gets_no_probe) {
  std::set<IpAddress> forbidden;
  for (std::uint32_t i = 0; i < plan_->destination_count(); i += 3) forbidden.insert(plan_->address(i));
  auto with_policy = options();
  with_policy.may_probe = [&](const IpAddress& address) { return !forbidden.contains(address); };
  probe::Survey survey(wire_, *plan_, std::move(with_policy));
  finish(survey);
  EXPECT_GT(survey.progress().forbidden, 0u);
  for (const auto& reply : replies_) EXPECT_FALSE(forbidden.contains(reply.destination));
}

TEST_F(SurveyLab, a_stop_ends_it_within_the_last_wait) {
  probe::Survey survey(wire_, *plan_, options());
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(survey.turn());
  survey.stop();
  const auto stopped_at = clock_.now();
  finish(survey);
  EXPECT_LE(clock_.now() - stopped_at, 3s);
  EXPECT_LT(survey.progress().position, plan_->probe_count());
}

TEST_F(SurveyLab, answers_to_another_survey_are_foreign) {
  auto other_options = options();
  other_options.seed = 6;
  std::vector<probe::SurveyReply> others;
  other_options.on_reply = [&](const probe::SurveyReply& reply) { others.push_back(reply); };
  probe::Survey survey(wire_, *plan_, options());
  probe::Survey other(wire_, *plan_, other_options);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(survey.turn());
  // What the first has under way comes to the second.
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(other.turn());
  EXPECT_GT(other.progress().foreign, 0u);
  for (const auto& reply : others) EXPECT_TRUE(plan_->find(reply.destination));
}

class SurveyOverMiddleboxes : public SurveyLab {
 protected:
  SurveyOverMiddleboxes() : SurveyLab("middleboxes.toml") {}

  std::size_t changed_classes(std::uint8_t dscp, Method method) {
    replies_.clear();
    auto with_class = options(method);
    with_class.dscp = dscp;
    probe::Survey survey(wire_, *plan_, std::move(with_class));
    finish(survey);
    EXPECT_GT(replies_.size(), 0u);
    return static_cast<std::size_t>(
        std::ranges::count_if(replies_, [](const probe::SurveyReply& reply) { return reply.reply.quoted_tos == 0; }));
  }
};

TEST_F(SurveyOverMiddleboxes, a_class_that_is_cleared_on_the_way_is_seen_where_probes_had_one) {
  for (const auto method : {Method::icmp, Method::udp, Method::tcp, Method::tcp_ack}) {
    EXPECT_EQ(changed_classes(0, method), 0u) << to_string(method);
    EXPECT_GT(changed_classes(46, method), 0u) << to_string(method);
  }
}

class UncleanSurvey : public SurveyLab {
 protected:
  UncleanSurvey() : SurveyLab("unclean_thousand.toml") {}
};

TEST_F(UncleanSurvey, silence_and_loss_make_no_hop_wrong) {
  probe::Survey survey(wire_, *plan_, options());
  finish(survey);
  std::size_t there = 0;
  check_against_truth({}, there);
  EXPECT_GT(replies_.size(), 5000u);
}

}  // namespace
}  // namespace cw::lab
