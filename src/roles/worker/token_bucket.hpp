#pragma once

// How many measurements may begin now: tokens drip in at a rate and are kept up to a burst, and no more are taken in
// any 60 seconds than the rate says, whatever was saved up. Rate and burst may change at any moment; what was saved up
// stays, cut to the new burst.

#include <deque>

#include "core/time.hpp"

namespace cw::roles {

class TokenBucket {
 public:
  // Starts full.
  TokenBucket(double per_minute, double burst, Instant now);

  void change(double per_minute, double burst, Instant now);
  // Whole tokens there at that moment.
  [[nodiscard]] int available(Instant now);
  void take(int tokens, Instant now);
  // When the next whole token may be taken; far away at a rate of 0.
  [[nodiscard]] Instant next_at(Instant now);

 private:
  void fill(Instant now);
  void forget_old(Instant now);

  double per_minute_;
  double burst_;
  double tokens_;
  Instant filled_at_;
  std::deque<Instant> taken_;  // in the last 60 seconds, one entry a token
};

}  // namespace cw::roles
