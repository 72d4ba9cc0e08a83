#include "ports/probe/native/hop_table.hpp"

#include <algorithm>
#include <cassert>
#include <span>

namespace cw::probe {
namespace {

using std::chrono::milliseconds;

constexpr Tick least_wait = milliseconds(100);
constexpr Tick least_slack = milliseconds(10);
constexpr Tick least_deviation = milliseconds(5);
constexpr Tick ocean = milliseconds(350);
constexpr Tick least_tail = milliseconds(700);

}  // namespace

HopState& HopTable::touch(int ttl) {
  assert(ttl >= first_ && ttl <= last_);
  if (ttl == last_) return last_row_;
  const auto row = static_cast<std::size_t>(ttl - first_);
  if (row >= rows_.size()) rows_.resize(row + 1);
  return rows_[row];
}

void HopTable::ask_all_again() {
  const auto ask_again = [](HopState& row) {
    row.joined = row.silent = false;
    if (!row.answered) row.forgiven = row.sent;
  };
  std::ranges::for_each(rows_, ask_again);
  ask_again(last_row_);
}

bool HopTable::all_resolved_up_to(int ttl) const {
  const auto rows = static_cast<std::size_t>(std::max(0, std::min(ttl, last_ - 1) - first_ + 1));
  if (rows > rows_.size() || (ttl >= last_ && !last_row_.is_resolved())) return false;
  return std::ranges::all_of(std::span(rows_).first(rows), &HopState::is_resolved);
}

int HopTable::highest_sent() const {
  if (last_row_.sent > 0) return last_;
  int ttl = first_ + static_cast<int>(rows_.size()) - 1;
  while (ttl >= first_ && at(ttl).sent == 0) --ttl;
  return ttl;
}

Tick Patience::give_up_after(std::optional<Tick> largest_later_rtt) const {
  if (!anything_seen) return longest;
  if (!largest_later_rtt) return std::min(longest, largest_rtt + ocean);
  Tick wait = std::max(*largest_later_rtt * 2, least_wait);
  if (destination_seen) wait = std::max(wait, destination_rtt + 4 * std::max(destination_deviation, least_deviation));
  return std::min(longest, wait);
}

Tick Patience::slack(Tick largest_later_rtt) { return std::max(least_slack, largest_later_rtt / 8); }

Tick Patience::early_retry() const { return std::max(largest_rtt * 2, least_wait); }

Tick Patience::least_tail_wait() const { return std::min(longest, least_tail); }

void Patience::hop_answered(Tick rtt) {
  anything_seen = true;
  largest_rtt = std::max(largest_rtt, rtt);
}

void Patience::destination_answered(Tick rtt) {
  if (!destination_seen) {
    destination_seen = true;
    destination_rtt = rtt;
    return;
  }
  const Tick difference = rtt > destination_rtt ? rtt - destination_rtt : destination_rtt - rtt;
  destination_deviation += (difference - destination_deviation) / 4;
  destination_rtt += (rtt - destination_rtt) / 8;
}

}  // namespace cw::probe
