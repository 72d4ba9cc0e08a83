#pragma once

// How sure a link of a multipath trace is. That one flow was answered at both ends is not enough where a router
// sends each packet another way: the two probes may have taken two ways, and the answers join nothing.
//
// Suppose the link from `a` to `b` is none. Then a packet that passes `a` does not come to `b`: the shares of packets
// that pass the one and of those that come to the other make at most 1 together. What was seen is compared with
// the likeliest network of that kind, as a ratio of likelihoods, in bits: 10 are a chance of about one in a thousand.
// 1. All flows alike, whatever way they take: how often the first answers were `a` and `b`. A hop with one address and
//    no silence says much, one of many addresses little.
// 2. Flows that were asked again and came to the same address of several: packets that choose anew do so with the sum
//    of the squares of the shares. It counts for both ends, because a flow that keeps to its way at the far end
//    came there through whatever it met before.
// 3. An address that one or two flows have shown may be where packets stray to now and then; it counts only when
//    these flows have come to it again.
// 4. Silence of flows that are answered at other times may be a second way, too, that says nothing; but not where
//    it is what all hops lose by chance (mda_chance_loss.hpp).
// 5. From where flows are seen to meet several addresses no link leads on, and to there only from a hop that shows one
//    address and no silence.
//
// The evidence is asked for where there is a second address or such silence at either end. Where both ends show one
// address and always answer, the link is claimed as in every trace.

#include "ports/probe/native/mda_flow_table.hpp"

namespace cw::probe {

// The planner asks until it has the one; without the other no link is claimed.
inline constexpr double wanted_link_bits = 16;
inline constexpr double least_link_bits = 12;

// Between two places in the hops' `seen`.
struct LinkEnds {
  const HopView& near;
  const HopView& far;
  int from = 0;
  int to = 0;
};

// In bits; infinite where nothing speaks of a second way.
struct LinkEvidence {
  double against_ways = 0;     // that are seen, or could have been
  double against_silence = 0;  // that is a way
  [[nodiscard]] double least() const { return against_ways < against_silence ? against_ways : against_silence; }
};
LinkEvidence link_evidence(const LinkEnds& link);

// Repeats that an address wants before any link of it counts.
int missing_confirmations(const HopView& hop, int place);

// What one more agreeing answer of a flow tells about its hop, and what all of them have told.
double bits_of_a_repeat(const HopView& hop);
double bits_of_repeats(const HopView& hop);

}  // namespace cw::probe
