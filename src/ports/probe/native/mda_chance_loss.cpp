#include "ports/probe/native/mda_chance_loss.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ports/probe/native/mda_likelihood.hpp"

namespace cw::probe {
namespace {

constexpr double most_bits_by_chance = 2;  // that a hop loses more than others
// Others count as so many probes at most: hops are not quite alike, and one lost probe of a few is to mean the same
// on a long path as on a short one.
constexpr double most_weight_of_others = 20;
constexpr double least_silent_flows = 0.02;  // to be expected by chance, so that one is no wonder

Count losses(const HopView& hop) {
  Count count;
  for (const auto& flow : hop.flows)
    count = count + Count{.hits = static_cast<double>(flow.lost), .all = static_cast<double>(flow.lost + flow.answers)};
  return count;
}

bool loses_more(const Count& hop, const Count& others) {
  if (hop.share() <= others.share() || others.all <= 0) return false;
  const double weight = std::min(1.0, most_weight_of_others / others.all);
  const Count weighed{.hits = others.hits * weight, .all = others.all * weight};
  return log_likelihood(hop) + log_likelihood(weighed) - log_likelihood(hop + weighed) > most_bits_by_chance;
}

bool are_silent_by_chance(const HopView& hop, double loss) {
  return std::ranges::all_of(hop.flows, [&](const HopView::Flow& flow) {
    const double expected = (hop.answered + hop.silent) * std::pow(loss, flow.lost);
    return flow.standing != Standing::silent || expected >= least_silent_flows;
  });
}

void leave_out_losses(HopView& hop) {
  for (auto& flow : hop.flows) {
    if (flow.standing == Standing::silent) flow.standing = Standing::out;
    flow.lost = 0;
  }
  hop.lost = 0;
  hop.silent = 0;
}

}  // namespace

void leave_out_chance_losses(std::vector<HopView>& hops) {
  std::vector<std::pair<Count, HopView*>> by_share;
  for (auto& hop : hops)
    if (hop.answered > 0) by_share.emplace_back(losses(hop), &hop);
  std::ranges::sort(by_share, {}, [](const auto& one) { return one.first.share(); });
  Count known;
  for (const auto& [count, hop] : by_share) {
    if (loses_more(count, known)) continue;
    known = known + count;
    if (are_silent_by_chance(*hop, known.share())) leave_out_losses(*hop);
  }
}

}  // namespace cw::probe
