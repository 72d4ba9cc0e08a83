#pragma once

// When the search for more branches of a hop may stop: after how many flows a balancer with one branch more than
// were seen would have shown it, by the confidence that was asked for.
//
// The rule is that of the Multipath Detection Algorithm: Veitch, Augustin, Friedman, Teixeira, "Failure Control in
// Multipath Route Tracing", IEEE INFOCOM 2009; 6, 11, 16, 21, 27, 33, … flows at 95 %, 8, 15, 21, 28, 36, … at 99 %.
// The bound is for each hop whose branches carry equal shares of the flows.

namespace cw::probe {

// Flows that must have been looked at before `branches` are believed to be all. `branches` from 1;
// `confidence_percent` 95 or 99. Beyond `most_ruled_branches` it is that one's number.
int flows_to_rule_out_another(int branches, int confidence_percent);

inline constexpr int most_ruled_branches = 80;  // 95 %: 594 flows, more than anybody sends

}  // namespace cw::probe
