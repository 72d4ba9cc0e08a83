#pragma once

// The honest reading of an mtr, and of a trace that was repeated: what the loss at each hop means. A router that
// answers few probes for itself forwards all the same, so loss at a hop is loss of traffic only if it goes on to
// the destination.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "formats/hop_statistics.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

enum class HopLabel : std::uint8_t {
  ok,                // nothing lost but what chance explains
  not_probed,        // nothing was sent: joined from another trace
  silent,            // never answers, a later hop does
  no_answer,         // never answers, and nothing behind it either
  rate_limited,      // loses answers, a later hop loses fewer: it forwards, and answers as it likes
  forwarding_loss,   // loss begins here and goes on to the destination
  loss_before,       // loses what was lost at an earlier hop already
  destination_loss,  // the destination loses, no hop before it does: the last link, or the host itself
  unclear,           // loses, but the destination never answered: nobody can say whether traffic is lost
};

// "ok", "not_probed", …
std::string_view to_string(HopLabel label);

// What one address answered at a hop where several do (load balancing): never mixed.
struct AddressStatistics {
  IpAddress from;
  int received = 0;
  RttStatistics rtt;
  friend bool operator==(const AddressStatistics&, const AddressStatistics&) = default;
};

struct HopReading {
  Ttl ttl;
  HopStatistics statistics;
  HopLabel label = HopLabel::ok;
  std::vector<AddressStatistics> addresses;  // in the order of their first answer
  friend bool operator==(const HopReading&, const HopReading&) = default;
};

// One reading a hop, in their order.
std::vector<HopReading> read_hops(const Measurement& measurement);

// Repeated traces of one target as the rounds of one mtr: the head is the last one's, the hops have the probes
// and replies of all, numbered on. Needs one at least.
Measurement join_rounds(std::span<const Measurement> traces);

// 1. Loss is chance, not loss, if fewer than two probes were lost, or if at least as many would be lost with a
//    probability of 5 % or more on a path that loses 1 % (binomial).
bool loss_is_chance(int sent, int received);
// 2. One hop loses fewer than another if its loss is lower and the pooled z test of two proportions (one-sided,
//    5 %: z > 1.645) says that chance does not explain it.
bool loses_fewer(const HopStatistics& one, const HopStatistics& other);

}  // namespace cw::formats
