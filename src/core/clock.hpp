#pragma once

// Where time comes from. Everything that needs the time receives a Clock, so that a test owns it.

#include <atomic>

#include "core/time.hpp"

namespace cw {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};

// Moves only when told. Safe to read from several threads.
class ManualClock final : public Clock {
 public:
  ManualClock() = default;
  explicit ManualClock(Instant start) : now_(start) {}

  [[nodiscard]] Instant now() const override { return now_.load(); }
  void advance(Duration by) { now_.store(now_.load() + by); }
  // Never backwards.
  void advance_to(Instant to) {
    if (to > now_.load()) now_.store(to);
  }

 private:
  std::atomic<Instant> now_{Instant{}};
};

}  // namespace cw
