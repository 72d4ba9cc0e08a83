#include "ports/probe/native/mda_link_evidence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ports/probe/native/mda_likelihood.hpp"

namespace cw::probe {
namespace {

constexpr int rarely_shown = 2;  // flows
constexpr int confirmations = 2;

// For shares that may be anything against shares that make at most 1 together.
double bits_against_parting(const Count& near, const Count& far) {
  if (near.all <= 0 || far.all <= 0 || near.share() + far.share() <= 1) return 0;
  const Count parted{.hits = near.hits + far.all - far.hits, .all = near.all + far.all};
  return log_likelihood(near) + log_likelihood(far) - log_likelihood(parted);
}

// First answers of all flows.
Count first_answers(const HopView& hop, int place) {
  const auto hits = std::ranges::count(hop.flows, place, &HopView::Flow::seen);
  return {.hits = static_cast<double>(hits), .all = static_cast<double>(hop.answered + hop.silent + hop.lost)};
}

// Probes of the flows that came to `place`, and how many were answered; where all were, those of all flows.
Count answers_at(const HopView& hop, int place) {
  Count of_place;
  Count of_all;
  for (const auto& flow : hop.flows) {
    if (flow.standing != Standing::answered) continue;
    const Count count{.hits = static_cast<double>(flow.answers), .all = static_cast<double>(flow.answers + flow.lost)};
    if (flow.seen == place) of_place = of_place + count;
    of_all = of_all + count;
  }
  return of_place.hits < of_place.all ? of_place : of_all;
}

bool has_losses(const HopView& hop, int place) {
  return std::ranges::any_of(hop.flows, [&](const auto& flow) { return flow.seen == place && flow.lost > 0; });
}

// Of the flows that came to the near end: to which address they came at the far hop.
Count arrivals(const LinkEnds& link) {
  Count count;
  for (const auto number : link.near.seen[static_cast<std::size_t>(link.from)].flows) {
    const auto flow = link.far.flow(number);
    if (flow.standing == Standing::answered) {
      const int answers = link.far.per_packet ? 1 : flow.answers;
      count.hits += flow.seen == link.to ? answers : 0;
      count.all += answers + flow.lost;
    } else if (flow.standing == Standing::silent) {
      count.all += 1;
    }
  }
  return count;
}

// That no way without answers leads past the near end.
double bits_against_silence(const LinkEnds& link) {
  const auto near = answers_at(link.near, link.from);
  if (bits_of_repeats(link.far) >= least_link_bits) return bits_against_parting(near, answers_at(link.far, link.to));
  const bool is_suspect = has_losses(link.near, link.from);
  return bits_against_parting(near, is_suspect ? arrivals(link) : first_answers(link.far, link.to));
}

}  // namespace

double bits_of_a_repeat(const HopView& hop) {
  // Silence is a way like others where no flow is silent only now and then. Those that are silent are not counted as
  // agreeing: who is asked until it answers and never does was picked out for it.
  const int silent = hop.lost == 0 ? hop.silent : 0;
  if (hop.per_packet || hop.answered == 0 || (!hop.is_wide() && silent == 0)) return 0;
  double alike = 0;
  for (const auto& seen : hop.seen) alike += std::pow(static_cast<double>(seen.flows.size()), 2);
  return -std::log2(alike / hop.answered / (hop.answered + silent));
}

double bits_of_repeats(const HopView& hop) { return hop.repeats * bits_of_a_repeat(hop); }

int missing_confirmations(const HopView& hop, int place) {
  if (!hop.is_wide() || hop.per_packet) return 0;
  int shown = 0;
  int repeats = 0;
  for (const auto& flow : hop.flows) {
    if (flow.seen != place) continue;
    ++shown;
    repeats += flow.answers - 1;
  }
  return shown > rarely_shown ? 0 : std::max(0, confirmations - repeats);
}

LinkEvidence link_evidence(const LinkEnds& link) {
  const auto& [near, far, from, to] = link;
  constexpr double sure = std::numeric_limits<double>::infinity();
  const auto is_plain = [](const HopView& hop) { return !hop.is_wide() && hop.silent == 0 && hop.lost == 0; };
  if (is_plain(near) && is_plain(far)) return {.against_ways = sure, .against_silence = sure};
  if (near.per_packet || (far.per_packet && !is_plain(near))) return {};
  LinkEvidence evidence{.against_silence = near.lost == 0 ? sure : bits_against_silence(link)};
  if (missing_confirmations(near, from) > 0 || missing_confirmations(far, to) > 0) return evidence;
  evidence.against_ways = bits_against_parting(first_answers(near, from), first_answers(far, to)) +
                          bits_of_repeats(near) + bits_of_repeats(far);
  return evidence;
}

}  // namespace cw::probe
