#include "ports/probe/native/mda_hop_pace.hpp"

#include <algorithm>
#include <cmath>

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

constexpr int first_window = 8;
constexpr int widest_window = 32;
constexpr Duration least_gap = 25ms;
constexpr Duration widest_gap = 500ms;
constexpr Duration slow_gap = 100ms;
constexpr int enough_to_compare = 5;
constexpr Duration patience = 1500ms;  // until it is seen that asking slowly helps
constexpr int often_of = 3;            // a loss for so many answers
constexpr Duration least_wait = 100ms;
constexpr Duration least_slack = 10ms;
constexpr Duration first_pause = 125ms;
constexpr Duration longest_pause = 250ms;

constexpr int usual_attempts = 3;
constexpr int most_attempts = 6;
constexpr int attempts_amid_silence = 2;
constexpr int known_silence = 4;  // flows
// How likely a flow that would be answered may be taken for a silent one.
constexpr double mistaken = 0.005;

}  // namespace

void HopPace::on_sent(Instant at, SentBecause because) {
  last_sent_ = at;
  if (because == SentBecause::lost) {
    if (!first_loss_) first_loss_ = at;
    ++outcome().lost;
  }
  if (first_loss_ && at - *first_loss_ > patience && !(is_compared() && slowness_helps())) on_packets_apart();
}

void HopPace::on_answer(int attempt, Duration rtt) {
  ++outcome().answered;
  ++answered_;
  largest_rtt_ = std::max(largest_rtt_, rtt);
  if (attempt > 1) {
    lost_ += attempt - 1;
    if (is_compared() && !slowness_helps()) on_packets_apart();
    if (keeps_pace_) return;
    window_ = std::max(1, window_ / 2);
    // Seldom lost: by chance. Often: the router answers only so many.
    if (lost_ * often_of > answered_) gap_ = std::clamp(gap_ * 2, least_gap, widest_gap);
    return;
  }
  window_ = std::min(widest_window, window_ + 1);
  gap_ = gap_ <= least_gap / 2 ? Duration{} : gap_ * 7 / 8;
}

void HopPace::on_silence() {
  ++silent_;
  ++outcome().lost;
}

HopPace::Outcome& HopPace::outcome() { return gap_ >= slow_gap ? slow_ : fast_; }

bool HopPace::is_compared() const { return fast_.all() >= enough_to_compare && slow_.all() >= enough_to_compare; }

// A router that answers so many a second answers twice the share at half the pace.
bool HopPace::slowness_helps() const { return 2 * slow_.answered * fast_.all() > 3 * fast_.answered * slow_.all(); }

void HopPace::on_packets_apart() {
  keeps_pace_ = true;
  gap_ = Duration{};
  window_ = std::max(window_, first_window);
}

int HopPace::attempts(int least) const {
  if (answered_ == 0) return 1;
  const int usual = std::max(usual_attempts, least);
  if (keeps_pace_ || silent_ >= known_silence) return std::min(usual, attempts_amid_silence);
  if (lost_ == 0) return usual;
  const double loss = static_cast<double>(lost_) / (lost_ + answered_);
  return std::clamp(static_cast<int>(std::ceil(std::log(mistaken) / std::log(loss))), usual,
                    std::max(usual, most_attempts));
}

Duration retry_after(Duration usual, int attempt) {
  const auto slack = std::max(least_slack, usual / 8);
  if (attempt <= 1) return usual + slack;
  return usual + slack + std::min(longest_pause, first_pause * (1 << std::min(attempt - 2, 8)));
}

Duration give_up_after(Duration usual, int attempt) {
  return std::max({usual * 2, least_wait, retry_after(usual, attempt)});
}

}  // namespace cw::probe
