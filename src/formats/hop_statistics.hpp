#pragma once

// What the answers of one TTL say together: the row of an mtr, the summary of a ping.

#include <optional>

#include "core/time.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

struct RttStatistics {
  Duration last{};  // of the highest attempt
  Duration best{};
  Duration average{};
  Duration median{};  // of an even number of answers, the mean of the middle two
  Duration worst{};
  Duration deviation{};  // standard deviation of the sample; 0 for a single answer
  Duration jitter{};     // mean difference of one attempt's RTT from the one answered before; 0 for a single answer
  friend bool operator==(const RttStatistics&, const RttStatistics&) = default;
};

struct HopStatistics {
  int sent = 0;
  int received = 0;
  double loss = 0;                   // 0 to 1; 0 where nothing was sent
  std::optional<RttStatistics> rtt;  // nothing received: nothing
  friend bool operator==(const HopStatistics&, const HopStatistics&) = default;
};

// Late and duplicate replies never count.
int received_count(const Hop& hop);
HopStatistics hop_statistics(const Hop& hop);

}  // namespace cw::formats
