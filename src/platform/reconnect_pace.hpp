#pragma once

// When a server that is away is tried again: after pauses that double up to a longest one, each shortened at random by
// up to a half, so that many clients do not come back at the same moment.

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "core/random.hpp"
#include "core/time.hpp"

namespace cw::platform {

class ReconnectPace {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  ReconnectPace(Duration first, Duration longest, std::uint64_t seed)
      : first_(first), longest_(longest), pause_(first), random_(seed) {}

  [[nodiscard]] bool may_try(Moment now) const { return now >= next_; }
  void failed(Moment now) {
    const auto half = pause_ / 2;
    next_ = now + half + Duration(random_.below(static_cast<std::uint64_t>(half.count()) + 1));
    pause_ = std::min(pause_ * 2, longest_);
  }
  void succeeded() {
    pause_ = first_;
    next_ = {};
  }

 private:
  Duration first_;
  Duration longest_;
  Duration pause_;
  Moment next_{};
  Random random_;
};

}  // namespace cw::platform
