#include "ports/probe/native/mda_stopping_rule.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace cw::probe {
namespace {

using Rule = std::array<int, most_ruled_branches + 1>;  // by branches; [0] is unused

// The least number of flows after which a balancer of `branches` + 1 equal branches is stopped too early, at this
// number or at one of the smaller ones before, with a probability of `failure` at most. `seen[i]` is the
// probability of having seen i branches and not having stopped.
int least_flows(const Rule& rule, std::size_t branches, double failure) {
  const auto all = branches + 1;
  std::array<double, most_ruled_branches + 2> seen{};
  seen[1] = 1;
  double stopped = 0;
  std::size_t next_stop = 1;
  for (int flows = 1;; ++flows) {
    if (next_stop < branches && rule[next_stop] == flows) {
      stopped += seen[next_stop];
      seen[next_stop++] = 0;
    }
    if (next_stop == branches && stopped + seen[branches] <= failure) return flows;
    for (auto i = all; i > 0; --i) {
      const auto known = static_cast<double>(i) / static_cast<double>(all);
      const auto before = i == 1 ? 0.0 : 1.0 - static_cast<double>(i - 1) / static_cast<double>(all);
      seen[i] = seen[i] * known + (i == 1 ? 0.0 : seen[i - 1] * before);
    }
  }
}

Rule make_rule(double failure) {
  Rule rule{};
  for (std::size_t branches = 1; branches < rule.size(); ++branches)
    rule[branches] = least_flows(rule, branches, failure);
  return rule;
}

}  // namespace

int flows_to_rule_out_another(int branches, int confidence_percent) {
  static const Rule at_95 = make_rule(0.05);
  static const Rule at_99 = make_rule(0.01);
  assert(branches >= 1 && (confidence_percent == 95 || confidence_percent == 99));
  const auto row = static_cast<std::size_t>(std::min(branches, most_ruled_branches));
  return confidence_percent == 99 ? at_99[row] : at_95[row];
}

bool are_shares_unequal(const std::vector<int>& shown_by) {
  if (shown_by.size() < 2) return false;
  const double all = std::accumulate(shown_by.begin(), shown_by.end(), 0);
  const double even = all / static_cast<double>(shown_by.size());
  double distance = 0;
  for (const int flows : shown_by) distance += (flows - even) * (flows - even) / even;
  // What chance exceeds in one case of twenty, to within a few percent: the mean and two deviations.
  const auto freedom = static_cast<double>(shown_by.size() - 1);
  return distance > freedom + 2 * std::sqrt(2 * freedom);
}

int flows_for_unequal_shares(const std::vector<int>& shown_by, int confidence_percent) {
  if (shown_by.size() < 2) return 0;
  const auto branches = static_cast<int>(shown_by.size());
  const int least = *std::ranges::min_element(shown_by);
  int wanted = least == 1 ? flows_to_rule_out_another(branches + 1, confidence_percent) : 0;
  const int enough = confidence_percent == 99 ? 5 : 3;
  if (least >= enough || least < 1 || !are_shares_unequal(shown_by)) return wanted;
  const int all = std::accumulate(shown_by.begin(), shown_by.end(), 0);
  const int most = 3 * flows_to_rule_out_another(branches, confidence_percent);
  return std::max(wanted, std::min(most, all * enough / least));
}

}  // namespace cw::probe
