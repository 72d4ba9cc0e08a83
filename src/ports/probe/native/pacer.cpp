#include "ports/probe/native/pacer.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace cw::probe {
namespace {

using std::chrono::milliseconds;

constexpr Duration batch_time = milliseconds(1);
// A sleep ends a little late; what it overslept is made up for, up to this.
constexpr Duration most_saved = milliseconds(2);

}  // namespace

Pacer::Pacer(std::uint32_t packets_per_second)
    : packet_time_(packets_per_second == 0 ? Duration{} : Duration(std::chrono::seconds(1)) / packets_per_second),
      most_credit_(std::max(packet_time_, most_saved)),
      wanted_(std::max(packet_time_, batch_time)) {}

void Pacer::refill(Instant now) {
  if (!started_) {
    // The first packet need not wait.
    started_ = true;
    credit_ = packet_time_;
    refilled_at_ = now;
    return;
  }
  if (now <= refilled_at_) return;
  credit_ = std::min(credit_ + (now - refilled_at_), most_credit_);
  refilled_at_ = now;
}

std::size_t Pacer::allowance(Instant now) {
  if (is_unlimited()) return std::numeric_limits<std::size_t>::max();
  refill(now);
  if (resting_ && credit_ < wanted_) return 0;
  resting_ = credit_ < packet_time_;
  return static_cast<std::size_t>(credit_ / packet_time_);
}

void Pacer::take(std::size_t packets) {
  if (is_unlimited()) return;
  credit_ -= packet_time_ * static_cast<std::int64_t>(packets);
  assert(credit_ >= Duration{});
  resting_ = credit_ < packet_time_;
}

Instant Pacer::next_at() const { return refilled_at_ + std::max(wanted_ - credit_, Duration{}); }

}  // namespace cw::probe
