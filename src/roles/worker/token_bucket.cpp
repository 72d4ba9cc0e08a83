#include "roles/worker/token_bucket.hpp"

#include <algorithm>
#include <cmath>

namespace cw::roles {
namespace {

constexpr Duration kFarAway = std::chrono::hours(1);
constexpr Duration kWindow = std::chrono::seconds(60);
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
  forget_old(now);
  if (per_minute_ <= 0) return 0;
  const double left = per_minute_ - static_cast<double>(taken_.size());
  return static_cast<int>(std::max(0.0, std::floor(std::min(tokens_, left) + kHair)));
}

void TokenBucket::take(int tokens, Instant now) {
  tokens_ -= tokens;
  taken_.insert(taken_.end(), static_cast<std::size_t>(tokens), now);
}

Instant TokenBucket::next_at(Instant now) {
  fill(now);
  if (per_minute_ <= 0) return now + kFarAway;
  forget_old(now);
  auto next = now;
  if (tokens_ + kHair < 1) {
    const auto exact = std::chrono::duration<double, std::ratio<60>>((1 - tokens_) / per_minute_);
    next += std::min(kFarAway, std::chrono::ceil<Duration>(exact));
  }
  const auto most = std::max<std::size_t>(1, static_cast<std::size_t>(per_minute_));
  // After a cut of the rate, several have to grow old before one more may be taken.
  if (taken_.size() >= most) next = std::max(next, taken_[taken_.size() - most] + kWindow);
  return next;
}

void TokenBucket::forget_old(Instant now) {
  // A clock that was set back: what was taken in its future counts as of now.
  for (auto taken = taken_.rbegin(); taken != taken_.rend() && *taken > now; ++taken) *taken = now;
  while (!taken_.empty() && taken_.front() + kWindow <= now) taken_.pop_front();
}

void TokenBucket::fill(Instant now) {
  // A clock that was set back gives nothing for the time it repeats, and does not stop the drip.
  if (now > filled_at_) tokens_ = std::min(burst_, tokens_ + per_minute_ * minutes(now - filled_at_));
  filled_at_ = now;
}

}  // namespace cw::roles
