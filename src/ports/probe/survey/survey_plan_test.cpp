#include "ports/probe/survey/survey_plan.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace cw::probe {
namespace {

std::vector<Prefix> prefixes(const std::vector<std::string>& texts) {
  std::vector<Prefix> found;
  for (const auto& text : texts) found.push_back(Prefix::parse(text).value());
  return found;
}

SurveyPlan plan(const std::vector<std::string>& texts, int max_ttl = 16, std::uint64_t seed = 1) {
  return SurveyPlan::make(prefixes(texts), max_ttl, seed).value();
}

TEST(KeyedOrder, every_number_has_one_place) {
  for (const std::uint64_t size : {1u, 2u, 3u, 5u, 16u, 17u, 1000u, 4097u}) {
    const KeyedOrder order(size, 42);
    std::set<std::uint64_t> seen;
    for (std::uint64_t place = 0; place < size; ++place) seen.insert(order.at(place));
    EXPECT_EQ(seen.size(), size);
    EXPECT_EQ(*seen.rbegin(), size - 1);
  }
}

TEST(KeyedOrder, another_key_is_another_order) {
  const KeyedOrder one(1000, 1);
  const KeyedOrder other(1000, 2);
  int same = 0;
  for (std::uint64_t place = 0; place < 1000; ++place) same += one.at(place) == other.at(place) ? 1 : 0;
  EXPECT_LT(same, 20);
}

TEST(SurveyPlan, every_block_has_one_destination_and_every_destination_every_ttl_once) {
  const auto survey = plan({"198.51.96.0/20", "203.0.113.7/32", "2001:db8::/46"}, 5);
  ASSERT_EQ(survey.destination_count(), 16u + 1 + 4);
  std::set<std::pair<std::uint32_t, int>> seen;
  for (std::uint64_t position = 0; position < survey.probe_count(); ++position) {
    const auto probe = survey.at(position);
    EXPECT_GE(probe.ttl.value, 1);
    EXPECT_LE(probe.ttl.value, 5);
    seen.emplace(probe.destination, probe.ttl.value);
  }
  EXPECT_EQ(seen.size(), survey.probe_count());
  std::set<IpAddress> addresses;
  for (std::uint32_t i = 0; i < survey.destination_count(); ++i) addresses.insert(survey.address(i));
  EXPECT_EQ(addresses.size(), survey.destination_count());
  EXPECT_TRUE(addresses.contains(IpAddress::parse("203.0.113.7").value()));
}

TEST(SurveyPlan, distances_come_first) {
  const auto survey = plan({"198.51.96.0/20"}, 7);
  for (std::uint64_t position = 0; position < survey.destination_count(); ++position)
    EXPECT_EQ(survey.at(position).ttl, Ttl{7});
  EXPECT_LT(survey.at(survey.destination_count()).ttl, Ttl{7});
}

TEST(SurveyPlan, destinations_are_neither_first_nor_last_in_their_block) {
  const auto survey = plan({"198.48.0.0/12", "203.0.113.0/30"});
  for (std::uint32_t i = 0; i < survey.destination_count(); ++i) {
    const auto last_byte = survey.address(i).v4_value() & 0xff;
    EXPECT_NE(last_byte, 0u);
    EXPECT_NE(last_byte, 255u);
  }
}

TEST(SurveyPlan, an_address_finds_its_destination_and_others_find_none) {
  const auto survey = plan({"198.51.96.0/20", "203.0.113.0/31", "2001:db8::/44", "2001:db8:ffff::9/128"});
  for (std::uint32_t i = 0; i < survey.destination_count(); ++i) EXPECT_EQ(survey.find(survey.address(i)), i);
  EXPECT_FALSE(survey.find(IpAddress::parse("198.51.96.0").value()));
  EXPECT_FALSE(survey.find(IpAddress::parse("9.9.9.9").value()));
  EXPECT_FALSE(survey.find(IpAddress::parse("2001:db8::2").value()));
}

TEST(SurveyPlan, what_lies_in_another_prefix_is_not_probed_twice) {
  EXPECT_EQ(plan({"198.51.100.0/22", "198.51.101.0/24", "198.51.100.0/22"}).destination_count(), 4u);
}

TEST(SurveyPlan, the_same_list_and_seed_are_the_same_plan) {
  EXPECT_EQ(plan({"198.51.100.0/22"}).fingerprint(), plan({"198.51.100.0/22"}).fingerprint());
  EXPECT_NE(plan({"198.51.100.0/22"}).fingerprint(), plan({"198.51.100.0/23"}).fingerprint());
  EXPECT_NE(plan({"198.51.100.0/22"}, 16, 1).fingerprint(), plan({"198.51.100.0/22"}, 16, 2).fingerprint());
  EXPECT_NE(plan({"198.51.100.0/22"}, 16).fingerprint(), plan({"198.51.100.0/22"}, 17).fingerprint());
}

TEST(SurveyPlan, bad_plans_are_refused) {
  EXPECT_EQ(SurveyPlan::make({}, 16, 1).error().kind, ErrorKind::invalid);
  EXPECT_EQ(SurveyPlan::make(prefixes({"198.51.100.0/24"}), 32, 1).error().kind, ErrorKind::invalid);
  EXPECT_EQ(SurveyPlan::make(prefixes({"2000::/3"}), 16, 1).error().kind, ErrorKind::exhausted);
  EXPECT_TRUE(SurveyPlan::make(prefixes({"0.0.0.0/0"}), 16, 1));
}

}  // namespace
}  // namespace cw::probe
