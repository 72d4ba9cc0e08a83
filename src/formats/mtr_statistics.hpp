#pragma once

// The figures of a hop as mtr 0.95 computes them: running, in whole microseconds, cut and not rounded (its
// net_process_ping). Not as exact as hop_statistics, but equal to what mtr itself would have printed for the
// same answers.

#include "core/time.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

struct MtrStatistics {
  int sent = 0;  // at least what was answered, where it is not known
  int received = 0;
  int dropped = 0;
  double loss_percent = 0;  // to a thousandth
  std::chrono::microseconds last{};
  std::chrono::microseconds best{};
  std::chrono::microseconds average{};
  std::chrono::microseconds worst{};
  std::chrono::microseconds deviation{};
  std::chrono::microseconds geometric_mean{};
  std::chrono::microseconds jitter{};          // of the last answer against the one before
  std::chrono::microseconds jitter_average{};  // the first answer counts as one of jitter 0
  std::chrono::microseconds jitter_worst{};
  std::chrono::microseconds jitter_interarrival{};  // RFC 1889, A.8: sixteen times the smoothed jitter
  friend bool operator==(const MtrStatistics&, const MtrStatistics&) = default;
};

// Late and duplicate replies never count.
MtrStatistics mtr_statistics(const Hop& hop);

}  // namespace cw::formats
