#include "ports/probe/native/mda_stopping_rule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/random.hpp"

namespace cw::probe {
namespace {

std::vector<int> rule(int branches, int confidence_percent) {
  std::vector<int> flows;
  for (int i = 1; i <= branches; ++i) flows.push_back(flows_to_rule_out_another(i, confidence_percent));
  return flows;
}

// Whether a search among that many equal branches stops too early.
bool stops_early(int branches, int confidence_percent, Random& random) {
  std::vector<bool> seen(static_cast<std::size_t>(branches));
  int found = 0;
  for (int flows = 1;; ++flows) {
    const auto branch = random.below(static_cast<std::uint64_t>(branches));
    if (!seen[branch]) ++found;
    seen[branch] = true;
    if (found == branches) return false;
    if (flows >= flows_to_rule_out_another(found, confidence_percent)) return true;
  }
}

// The published numbers are those for the last stop alone. Where the earlier stops, counted with it, would take
// the failure over the bound, it is one flow more.
TEST(MdaStoppingRule, it_is_the_published_one) {
  const std::vector<int> at_95{6, 11, 16, 21, 27, 33, 38, 44, 51, 57, 63, 70, 76, 83, 90, 96, 103, 110, 117, 124};
  const std::vector<int> at_99{8, 15, 21, 28, 36, 43, 51, 58, 66, 74, 82, 90, 98, 106, 115, 123, 132, 140, 149, 157};
  EXPECT_EQ(rule(20, 99), at_99);
  auto ours = rule(20, 95);
  EXPECT_EQ(ours[6]--, 39);
  EXPECT_EQ(ours[7]--, 45);
  EXPECT_EQ(ours, at_95);
}

TEST(MdaStoppingRule, more_branches_take_more_flows) {
  for (const int confidence : {95, 99})
    for (int branches = 1; branches < most_ruled_branches; ++branches)
      EXPECT_LT(flows_to_rule_out_another(branches, confidence), flows_to_rule_out_another(branches + 1, confidence));
  EXPECT_GT(flows_to_rule_out_another(most_ruled_branches, 95), 512);
  EXPECT_EQ(flows_to_rule_out_another(most_ruled_branches, 95), flows_to_rule_out_another(1'000, 95));
}

TEST(MdaStoppingRule, a_search_stops_too_early_no_oftener_than_the_confidence_allows) {
  constexpr int searches = 10'000;
  Random random(7);
  for (const int confidence : {95, 99}) {
    for (const int branches : {2, 3, 4, 5, 8, 9, 16, 32}) {
      int early = 0;
      for (int i = 0; i < searches; ++i) early += stops_early(branches, confidence, random);
      const double bound = (100 - confidence) / 100.0;
      const double deviation = std::sqrt(bound * (1 - bound) / searches);
      EXPECT_LE(static_cast<double>(early) / searches, bound + 3 * deviation) << branches << " at " << confidence;
      EXPECT_GT(early, 0) << branches;
    }
  }
}

TEST(MdaStoppingRule, a_branch_that_one_flow_alone_has_shown_wants_as_many_flows_as_one_branch_more) {
  EXPECT_EQ(flows_for_unequal_shares({6, 1, 5}, 95), flows_to_rule_out_another(4, 95));
  EXPECT_EQ(flows_for_unequal_shares({6, 5, 5}, 95), 0);
  EXPECT_EQ(flows_for_unequal_shares({11}, 95), 0);
}

TEST(MdaStoppingRule, shares_that_differ_by_more_than_chance_want_the_smallest_to_be_shown_again) {
  EXPECT_FALSE(are_shares_unequal({6, 5}));
  EXPECT_FALSE(are_shares_unequal({8, 3}));
  EXPECT_TRUE(are_shares_unequal({19, 2}));
  EXPECT_EQ(flows_for_unequal_shares({18, 2}, 95), 30);
  EXPECT_EQ(flows_for_unequal_shares({27, 3}, 95), 0);
  EXPECT_EQ(flows_for_unequal_shares({27, 3}, 99), 45);
}

// Pearson's test at 5 %, on shares that are equal.
TEST(MdaStoppingRule, equal_shares_are_seldom_called_unequal) {
  Random random(3);
  for (const std::size_t branches : {2U, 4U, 16U}) {
    int called = 0;
    for (int i = 0; i < 4000; ++i) {
      std::vector<int> shown_by(branches);
      for (int flow = 0; flow < flows_to_rule_out_another(static_cast<int>(branches), 95); ++flow)
        ++shown_by[random.below(branches)];
      called += are_shares_unequal(shown_by);
    }
    EXPECT_LT(called, 4000 / 12) << branches;
    EXPECT_GT(called, 0);
  }
}

}  // namespace
}  // namespace cw::probe
