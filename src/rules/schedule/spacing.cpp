#include "rules/schedule/spacing.hpp"

#include <algorithm>

namespace cw::schedule {
namespace {

constexpr int kNetworkBitsV4 = 24;
constexpr int kNetworkBitsV6 = 48;
// Nobody is told to come back later than this, however many wait for one network.
constexpr Duration kLongestQueue = std::chrono::minutes(10);

}  // namespace

Prefix network_of(const IpAddress& address) {
  return Prefix::around(address, address.is_v4() ? kNetworkBitsV4 : kNetworkBitsV6);
}

// 1. Its own last measurement, and its network's, must lie far enough back.
// 2. Too early for its own: when that is over.
// 3. Too early for its network's: in the network's next slot, each slot given once.
// A clock that was set back makes what lies in the future count as of now.
Instant Spacing::earliest(const IpAddress& address, const SpacingLimits& limits, Instant now) {
  if (!make_room(limits, now)) return now + std::max<Duration>(limits.network, std::chrono::seconds(1));
  Instant own = now;
  if (const auto last = destinations_.find(address); last != destinations_.end())
    own = std::min(last->second, now) + limits.destination;
  const auto found = networks_.find(network_of(address).address());
  if (found == networks_.end() || !found->second.last_start) return std::max(own, now);
  auto& network = found->second;
  const Instant free = std::min(*network.last_start, now) + limits.network;
  if (free <= now) return std::max(own, now);
  const Instant slot = std::min(std::max(free, network.next_slot), now + kLongestQueue);
  network.next_slot = slot + limits.network;
  return std::max(own, slot);
}

void Spacing::started(const IpAddress& address, Instant now) {
  destinations_.insert_or_assign(address, now);
  auto& network = networks_[network_of(address).address()];
  network.last_start = now;
}

void Spacing::withdraw(const IpAddress& address, const LastStarts& before) {
  if (before.destination)
    destinations_.insert_or_assign(address, *before.destination);
  else
    destinations_.erase(address);
  if (const auto found = networks_.find(network_of(address).address()); found != networks_.end())
    found->second.last_start = before.network;
}

Spacing::LastStarts Spacing::last_starts(const IpAddress& address) const {
  LastStarts starts;
  if (const auto found = destinations_.find(address); found != destinations_.end()) starts.destination = found->second;
  if (const auto found = networks_.find(network_of(address).address()); found != networks_.end())
    starts.network = found->second.last_start;
  return starts;
}

// Forgets what no longer holds anybody up; false when that leaves no room.
bool Spacing::make_room(const SpacingLimits& limits, Instant now) {
  if (remembered() + 2 <= std::min(swept_at_, most_remembered_)) return true;
  std::erase_if(destinations_, [&](const auto& entry) { return entry.second + limits.destination <= now; });
  std::erase_if(networks_, [&](const auto& entry) {
    const auto& network = entry.second;
    return network.next_slot <= now && (!network.last_start || *network.last_start + limits.network <= now);
  });
  swept_at_ = std::max<std::size_t>(1024, 2 * remembered());
  return remembered() + 2 <= most_remembered_;
}

}  // namespace cw::schedule
