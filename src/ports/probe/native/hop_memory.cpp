#include "ports/probe/native/hop_memory.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace cw::probe {
namespace {

// Two ways of equal share look like one in ten sightings once in 512 times.
constexpr int cautious_sightings = 10;
constexpr int usual_sightings = 2;
constexpr int silent_sightings = 3;
// One balanced place among so many confirmed ones is balancing enough to be cautious.
constexpr std::uint32_t rarely_balanced = 50;

std::uint64_t mix(std::uint64_t value) {
  value *= 0x9e3779b97f4a7c15;
  return value ^ (value >> 32);
}

}  // namespace

HopMemory::HopMemory(std::uint64_t salt, std::size_t most_hops)
    : salt_(salt), sets_(std::bit_ceil(std::max(most_hops / ways, std::size_t{1}))) {}

std::size_t HopMemory::set_of(const Place& place) const {
  const auto rest = std::uint64_t{place.ttl.value} << 16 | place.plane;
  return mix(mix(std::hash<IpAddress>{}(place.hop) ^ salt_) + rest) & (sets_ - 1);
}

const HopMemory::Entry* HopMemory::find(const Place& place) const {
  if (entries_.empty()) return nullptr;
  const auto* set = &entries_[set_of(place) * ways];
  for (std::size_t i = 0; i < ways; ++i)
    if (set[i].ttl == place.ttl.value && set[i].plane == place.plane && set[i].hop == place.hop) return &set[i];
  return nullptr;
}

HopMemory::Entry& HopMemory::make(const Place& place, Instant now) {
  if (entries_.empty()) entries_.resize(sets_ * ways);
  if (const auto* found = find(place)) return entries_[static_cast<std::size_t>(found - entries_.data())];
  auto* set = &entries_[set_of(place) * ways];
  const auto age = [](const Entry& entry) { return entry.ttl == 0 ? Instant::min() : entry.verified_at; };
  auto& entry = *std::ranges::min_element(set, set + ways, {}, age);
  entry = Entry{.hop = place.hop, .verified_at = now, .plane = place.plane, .ttl = place.ttl.value};
  return entry;
}

int HopMemory::sightings_needed(const Entry& entry) const {
  const bool trusts = confirmed_ >= enough_confirmed && balanced_ * rarely_balanced <= confirmed_;
  const bool silence_between = entry.ttl_before != 0 && entry.ttl_before + 1 < entry.ttl;
  return std::max(trusts ? usual_sightings : cautious_sightings, silence_between ? silent_sightings : 0);
}

HopMemory::Counsel HopMemory::consult(const Place& place, Instant now) const {
  const auto* entry = find(place);
  if (entry == nullptr || entry->verified_at + fresh_for < now) return {};
  Counsel counsel{.advice = Advice::ask,
                  .has_before = entry->ttl_before != 0,
                  .before = {.from = entry->before, .ttl = Ttl{entry->ttl_before}, .verified_at = entry->verified_at}};
  if (entry->balanced) return counsel;
  const int needed = sightings_needed(*entry);
  const int claims = entry->claimed_until > now ? entry->claims : 0;
  if (counsel.has_before && entry->seen >= needed)
    counsel.advice = Advice::join;
  else if (claims > 0 && !entry->in_vain && entry->seen + claims >= needed)
    counsel.advice = Advice::wait;
  return counsel;
}

void HopMemory::claim(const Place& place, Instant until, Instant now) {
  auto& entry = make(place, now);
  if (entry.claimed_until <= now && std::exchange(entry.claims, std::uint8_t{0}) > 0) entry.in_vain = true;
  if (entry.claims < cautious_sightings) ++entry.claims;
  entry.claimed_until = std::max(entry.claimed_until, until);
}

void HopMemory::note(const Place& place, const Before& before) {
  auto& entry = make(place, before.verified_at);
  if (entry.claims > 0) --entry.claims;
  entry.in_vain = false;
  if (entry.ttl_before != 0 && entry.verified_at + fresh_for < before.verified_at)
    entry = Entry{.hop = place.hop, .plane = place.plane, .ttl = place.ttl.value};
  see(entry, before);
}

void HopMemory::see(Entry& entry, const Before& before) {
  if (entry.ttl_before > before.ttl.value) return;  // silent this time, and known to answer
  const bool is_same = entry.ttl_before == before.ttl.value && entry.before == before.from;
  const bool is_other = entry.ttl_before == before.ttl.value && entry.before != before.from;
  entry.verified_at = std::max(entry.verified_at, before.verified_at);
  if (is_other && !entry.balanced) ++balanced_;
  entry.balanced = entry.balanced || is_other;
  if (is_same && entry.seen < cautious_sightings && ++entry.seen == 2) ++confirmed_;
  if (!is_same && !is_other) {
    entry.before = before.from;
    entry.ttl_before = before.ttl.value;
    entry.seen = 1;
  }
}

}  // namespace cw::probe
