#pragma once

// Whether the silence of a hop is a way that says nothing, or packets lost by chance. Chance takes its share of the
// probes to every TTL alike; a silent branch takes those to its own. So the hops are compared with one another, as a
// ratio of likelihoods: where no more is unanswered than the share of those that lose least explains, it is chance.
//
// A flow that never was answered is silent by chance only where it was asked so few times that one such flow among
// those of its hop is no wonder.

#include <vector>

#include "ports/probe/native/mda_flow_table.hpp"

namespace cw::probe {

// What hops lost by chance is as if it had never been sent: their flows have no losses, and those that were not
// answered count nowhere. The other hops stay as they are.
void leave_out_chance_losses(std::vector<HopView>& hops);

}  // namespace cw::probe
