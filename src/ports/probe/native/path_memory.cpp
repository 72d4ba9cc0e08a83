#include "ports/probe/native/path_memory.hpp"

#include <algorithm>
#include <utility>

namespace cw::probe {
namespace {

// The first TTL at which the two differ; a silence is no difference.
std::optional<std::uint8_t> first_difference(const KnownPath& before, const KnownPath& after, int first_ttl) {
  const auto shorter = std::min(before.hops.size(), after.hops.size());
  const auto ttl_at = [&](std::size_t row) { return static_cast<std::uint8_t>(first_ttl + static_cast<int>(row)); };
  for (std::size_t row = 0; row < shorter; ++row) {
    const auto& was = before.hops[row].from;
    const auto& is = after.hops[row].from;
    if (was && is && *was != *is) return ttl_at(row);
  }
  if (before.hops.size() != after.hops.size()) return ttl_at(shorter - 1);
  return std::nullopt;
}

// The answering hop at that row or below it.
std::optional<std::size_t> answering_at_or_below(const KnownPath& path, std::size_t row) {
  for (auto i = row + 1; i-- > 0;)
    if (path.hops[i].from) return i;
  return std::nullopt;
}

}  // namespace

PathKey path_key(const MeasurementRequest& request) {
  return {.destination = request.address,
          .method = request.method,
          .dscp = request.dscp,
          .first_ttl = request.first_ttl.value,
          .flow = request.flow,
          .port = request.port.value_or(0)};
}

// 1. The destination.
// 2. The hop before it; where that is silent, the nearest one below.
// 3. The hop whose turn it is among the others.
// 4. The two hops around the last change.
std::vector<int> ttls_to_check(const KnownPath& path, int first_ttl) {
  const auto last = path.hops.size() - 1;
  std::vector<std::size_t> rows{last};
  const auto add = [&](std::size_t row) {
    if (const auto answering = answering_at_or_below(path, row)) rows.push_back(*answering);
  };
  if (last >= 1) add(last - 1);
  if (last >= 2) add(path.round % (last - 1));
  if (path.changed_at) {
    const auto changed = static_cast<std::size_t>(*path.changed_at - first_ttl);
    add(std::min(changed, last));
    if (changed >= 1) add(std::min(changed, last) - 1);
  }
  std::ranges::sort(rows);
  rows.erase(std::ranges::unique(rows).begin(), rows.end());
  std::vector<int> ttls;
  for (const auto row : rows) ttls.push_back(first_ttl + static_cast<int>(row));
  return ttls;
}

std::size_t PathMemory::KeyHash::operator()(const PathKey& key) const noexcept {
  const auto rest = std::uint64_t{key.flow} << 40 | std::uint64_t{key.port} << 24 | std::uint64_t{key.first_ttl} << 16 |
                    std::uint64_t{key.dscp} << 8 | static_cast<std::uint64_t>(key.method);
  return (std::hash<IpAddress>{}(key.destination) ^ rest) * 0x9e3779b97f4a7c15;
}

const KnownPath* PathMemory::find(const PathKey& key, Instant now) {
  const auto found = places_.find(key);
  if (found == places_.end()) return nullptr;
  auto& slot = slots_[found->second];
  slot.used = true;
  return slot.path.hops.back().verified_at + fresh_for < now ? nullptr : &slot.path;
}

PathMemory::Slot& PathMemory::room_for(const PathKey& key) {
  if (slots_.size() < most_paths_) {
    places_.emplace(key, static_cast<std::uint32_t>(slots_.size()));
    return slots_.emplace_back();
  }
  while (std::exchange(slots_[hand_].used, false)) hand_ = (hand_ + 1) % slots_.size();
  auto& slot = slots_[hand_];
  places_.erase(slot.key);
  places_.emplace(key, static_cast<std::uint32_t>(hand_));
  hand_ = (hand_ + 1) % slots_.size();
  slot = Slot{};
  return slot;
}

void PathMemory::remember(const PathKey& key, KnownPath path) {
  if (most_paths_ == 0 || path.hops.empty()) return;
  const auto found = places_.find(key);
  auto& slot = found == places_.end() ? room_for(key) : slots_[found->second];
  if (found != places_.end()) {
    const auto change = first_difference(slot.path, path, key.first_ttl);
    path.changed_at = change ? change : slot.path.changed_at;
    path.round = slot.path.round + 1;
  }
  path.hops.shrink_to_fit();
  slot = Slot{.key = key, .path = std::move(path), .used = true};
}

}  // namespace cw::probe
