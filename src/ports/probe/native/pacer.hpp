#pragma once

// Keeps to a packet rate: a token bucket (packets a second, a millisecond's worth at most in one batch), asked
// for how many may go now and when the next may, so that its user sleeps instead of spinning.

#include <cstddef>
#include <cstdint>

#include "core/time.hpp"

namespace cw::probe {

class Pacer {
 public:
  // 0: no limit.
  explicit Pacer(std::uint32_t packets_per_second);

  [[nodiscard]] bool is_unlimited() const { return packet_time_ == Duration{}; }
  // How many packets may be sent at `now`.
  std::size_t allowance(Instant now);
  // They were sent. Not more than were allowed.
  void take(std::size_t packets);
  // When `allowance` will be above nothing again. At fast rates that is when a batch is worth while, so that
  // what comes in one by one goes out together.
  [[nodiscard]] Instant next_at() const;

 private:
  void refill(Instant now);

  // One packet's time, and what has been saved up, both in nanoseconds: whole numbers lose nothing.
  Duration packet_time_{};
  Duration most_credit_{};
  Duration credit_{};
  Instant refilled_at_{};
  Duration wanted_{};  // credit that ends a rest
  bool resting_ = false;
  bool started_ = false;
};

}  // namespace cw::probe
