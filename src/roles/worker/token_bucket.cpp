#include "roles/worker/token_bucket.hpp"

#include <algorithm>
#include <cmath>

namespace cw::roles {
namespace {

constexpr Duration kFarAway = std::chrono::hours(1);
// Drops added one by one may sum to a hair less than the whole token they are.
constexpr double kHair = 1e-9;

double minutes(Duration duration) { return std::chrono::duration<double, std::ratio<60>>(duration).count(); }

}  // namespace

TokenBucket::TokenBucket(double per_minute, double burst, Instant now)
    : per_minute_(per_minute), burst_(burst), tokens_(burst), filled_at_(now) {}

void TokenBucket::change(double per_minute, double burst, Instant now) {
  fill(now);
  per_minute_ = per_minute;
  burst_ = burst;
  tokens_ = std::min(tokens_, burst_);
}

int TokenBucket::available(Instant now) {
  fill(now);
  if (per_minute_ <= 0) return 0;
  return static_cast<int>(std::max(0.0, std::floor(tokens_ + kHair)));
}

Instant TokenBucket::next_at(Instant now) {
  fill(now);
  if (per_minute_ <= 0) return now + kFarAway;
  if (tokens_ + kHair >= 1) return now;
  const double wait = (1 - tokens_) / per_minute_;
  const auto exact = std::chrono::duration<double, std::ratio<60>>(wait);
  return now + std::min(kFarAway, std::chrono::ceil<Duration>(exact));
}

void TokenBucket::fill(Instant now) {
  // A clock that was set back gives nothing for the time it repeats, and does not stop the drip.
  if (now > filled_at_) tokens_ = std::min(burst_, tokens_ + per_minute_ * minutes(now - filled_at_));
  filled_at_ = now;
}

}  // namespace cw::roles
