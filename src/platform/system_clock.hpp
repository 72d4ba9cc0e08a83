#pragma once

// The machine's wall clock.

#include "core/clock.hpp"

namespace cw::platform {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
};

}  // namespace cw::platform
