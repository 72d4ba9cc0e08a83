#pragma once

// When the search for more branches of a hop may stop: after how many flows a balancer with one branch more than
// were seen would have shown it, by the confidence that was asked for.
//
// The rule is that of the Multipath Detection Algorithm: Veitch, Augustin, Friedman, Teixeira, "Failure Control in
// Multipath Route Tracing", IEEE INFOCOM 2009; 6, 11, 16, 21, 27, 33, … flows at 95 %, 8, 15, 21, 28, 36, … at 99 %.
// The bound is for each hop whose branches carry equal shares of the flows.

#include <vector>

namespace cw::probe {

// Flows that must have been looked at before `branches` are believed to be all. `branches` from 1;
// `confidence_percent` 95 or 99. Beyond `most_ruled_branches` it is that one's number.
int flows_to_rule_out_another(int branches, int confidence_percent);

// Where shares are not equal, a branch may be missed oftener than the confidence says, and a rule for shares that are
// not known can only lean on those seen:
// 1. A branch that one flow alone has shown is a sign of others that none has: the share of what is unseen is about
//    that of the flows whose branch nobody else has shown (Good, "The population frequencies of species and the
//    estimation of population parameters", Biometrika 1953). As many flows are wanted as if there were one branch more.
// 2. Where the shares differ by more than chance (Pearson's test, 5 %), one more branch is thought to have the share s
//    of the smallest seen. N flows miss it with (1 - s)^N, about e^(-sN), and sN is how many flows have shown the
//    smallest: each branch is to be shown by 3 flows at 95 %, by 5 at 99 %.
// What no rule mends: with one branch seen, another one of share s is missed with (1 - s)^6 at 95 %: 18 % of a quarter.
//
// Flows wanted in all, by how many each branch was shown by; 0 where nothing speaks of unequal shares.
int flows_for_unequal_shares(const std::vector<int>& shown_by, int confidence_percent);
// Whether the shares differ by more than chance.
bool are_shares_unequal(const std::vector<int>& shown_by);

inline constexpr int most_ruled_branches = 80;  // 95 %: 594 flows, more than anybody sends

}  // namespace cw::probe
