#pragma once

// Waits that double while something fails again and again, up to a bound; one success ends them. Bounded: when as many
// are remembered as may be, the failure of a new one is not.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>

#include "core/time.hpp"

namespace cw::schedule {

struct BackoffLimits {
  int free_failures = 3;  // in a row, before there is any wait
  Duration first_wait = std::chrono::minutes(1);
  Duration longest_wait = std::chrono::hours(1);  // 0: there is never a wait
  friend bool operator==(const BackoffLimits&, const BackoffLimits&) = default;
};

template <class Key>
class Backoff {
 public:
  static constexpr std::size_t kMostRemembered = 100'000;

  struct State {
    int failures = 0;  // in a row
    Instant last_failure;
  };

  explicit Backoff(std::size_t most_remembered = kMostRemembered) : most_remembered_(most_remembered) {}

  void succeeded(const Key& key) { states_.erase(key); }

  void failed(const Key& key, const BackoffLimits& limits, Instant now) {
    if (states_.size() >= most_remembered_ && !states_.contains(key) && !make_room(limits, now)) return;
    auto& state = states_[key];
    state.failures = std::min(state.failures + 1, kMostCounted);
    state.last_failure = now;
  }

  // When it may be tried again; `now` or earlier where there is no wait.
  [[nodiscard]] Instant until(const Key& key, const BackoffLimits& limits, Instant now) const {
    const auto found = states_.find(key);
    if (found == states_.end()) return now;
    // A clock that was set back makes a failure in the future count as of now.
    return std::min(found->second.last_failure, now) + wait_after(found->second.failures, limits);
  }

  [[nodiscard]] std::optional<State> state(const Key& key) const {
    const auto found = states_.find(key);
    return found == states_.end() ? std::nullopt : std::optional(found->second);
  }

  [[nodiscard]] static Duration wait_after(int failures, const BackoffLimits& limits) {
    if (failures <= limits.free_failures) return Duration{};
    auto wait = limits.first_wait;
    for (int i = limits.free_failures + 1; i < failures && wait < limits.longest_wait; ++i) wait *= 2;
    return std::min(wait, limits.longest_wait);
  }

 private:
  static constexpr int kMostCounted = 1'000'000;

  // Those whose longest wait is over have been left alone for long enough.
  bool make_room(const BackoffLimits& limits, Instant now) {
    if (now < swept_at_ + limits.longest_wait / 10) return false;
    swept_at_ = now;
    std::erase_if(states_, [&](const auto& entry) { return entry.second.last_failure + limits.longest_wait <= now; });
    return states_.size() < most_remembered_;
  }

  std::size_t most_remembered_;
  Instant swept_at_{};
  std::unordered_map<Key, State> states_;
};

}  // namespace cw::schedule
