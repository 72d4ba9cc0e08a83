#include "lab/arrivals.hpp"

namespace cw::lab {

std::vector<std::uint8_t>* Arrivals::add(codec::Bytes packet, Instant at, std::uint32_t router) {
  if (free_.empty()) {
    if (slots_.size() >= most_packets_) return nullptr;
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const auto slot = free_.back();
  free_.pop_back();
  slots_[slot].assign(packet.begin(), packet.end());
  events_.push({.at = at, .order = order_++, .slot = slot, .router = router});
  return &slots_[slot];
}

std::optional<Instant> Arrivals::next() const {
  if (events_.empty()) return std::nullopt;
  return events_.top().at;
}

std::optional<Arrivals::Event> Arrivals::take(Instant until) {
  if (events_.empty() || events_.top().at > until) return std::nullopt;
  const auto event = events_.top();
  events_.pop();
  return event;
}

}  // namespace cw::lab
