#include "ports/probe/native/router_budget.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace cw::probe {
namespace {

constexpr float first_rate = 50;
constexpr float first_tokens = 50;
constexpr float least_rate = 5;
constexpr float tokens_for_an_answer = 2;
constexpr float raise = 0.1F;
// What a router answers is counted in spans of this length.
constexpr Duration span = std::chrono::milliseconds(500);
constexpr Duration between_halvings = std::chrono::milliseconds(500);
constexpr int enough_outcomes = 24;
constexpr int most_outcomes = 64;
// Those who wait for one router come back at different times, or all but one would come in vain.
constexpr std::chrono::microseconds spread_at_first{10'000};
constexpr std::chrono::microseconds spread_when_limited{60'000};
// A limited router's bucket holds a twentieth of a second.
constexpr float bucket_seconds = 0.05F;

float seconds(Duration duration) { return std::chrono::duration<float>(duration).count(); }

std::uint64_t mix(std::uint64_t value) {
  value *= 0x9e3779b97f4a7c15;
  return value ^ (value >> 32);
}

}  // namespace

RouterBudget::RouterBudget(std::uint64_t salt, std::size_t most_routers)
    : salt_(salt), random_(salt), sets_(std::bit_ceil(std::max(most_routers / ways, std::size_t{1}))) {}

std::size_t RouterBudget::set_of(const IpAddress& router) const {
  return mix(std::hash<IpAddress>{}(router) ^ salt_) & (sets_ - 1);
}

const RouterBudget::Bucket* RouterBudget::find(const IpAddress& router) const {
  if (buckets_.empty()) return nullptr;
  const auto* set = &buckets_[set_of(router) * ways];
  for (std::size_t i = 0; i < ways; ++i)
    if (set[i].filled_at != Instant{} && set[i].router == router) return &set[i];
  return nullptr;
}

RouterBudget::Bucket* RouterBudget::find(const IpAddress& router) {
  const auto* found = std::as_const(*this).find(router);
  return found == nullptr ? nullptr : &buckets_[static_cast<std::size_t>(found - buckets_.data())];
}

RouterBudget::Bucket& RouterBudget::make(const IpAddress& router, Instant now) {
  if (buckets_.empty()) buckets_.resize(sets_ * ways);
  if (auto* found = find(router)) return *found;
  auto* set = &buckets_[set_of(router) * ways];
  auto& bucket = *std::ranges::min_element(set, set + ways, {}, &Bucket::filled_at);
  bucket = Bucket{.router = router,
                  .filled_at = now,
                  .slowed_at = {},
                  .counted_from = now,
                  .tokens = first_tokens,
                  .rate = first_rate};
  return bucket;
}

void RouterBudget::refill(Bucket& bucket, Instant now) {
  if (now <= bucket.filled_at) return;
  bucket.tokens += bucket.rate * seconds(now - bucket.filled_at);
  bucket.filled_at = now;
  if (bucket.limited) bucket.tokens = std::min(bucket.tokens, std::max(1.0F, bucket.rate * bucket_seconds));
}

Instant RouterBudget::ready_at(const IpAddress& router, Instant now) {
  auto* bucket = find(router);
  if (bucket == nullptr) return now;
  refill(*bucket, now);
  if (bucket->tokens >= 1) return now;
  const std::chrono::duration<float> wait((1 - bucket->tokens) / bucket->rate);
  const auto spread = bucket->limited ? spread_when_limited : spread_at_first;
  return now + std::chrono::ceil<std::chrono::microseconds>(wait) +
         std::chrono::microseconds(1 + random_.below(static_cast<std::uint64_t>(spread.count())));
}

void RouterBudget::sent(const IpAddress& router, Instant now) {
  auto& bucket = make(router, now);
  refill(bucket, now);
  bucket.tokens -= 1;
}

void RouterBudget::note_outcome(Bucket& bucket, bool silent) {
  bucket.silences = bucket.silences << 1 | (silent ? 1U : 0U);
  if (bucket.outcomes < most_outcomes) ++bucket.outcomes;
}

void RouterBudget::answered(const IpAddress& router, int silences, Instant now) {
  auto* bucket = find(router);
  if (bucket == nullptr) return;
  for (int i = 0; i < silences; ++i) note_outcome(*bucket, true);
  note_outcome(*bucket, false);
  count_answer(*bucket, now);
  const bool limits = bucket->outcomes >= enough_outcomes && std::popcount(bucket->silences) * 4 >= bucket->outcomes;
  if (limits && now - bucket->slowed_at >= between_halvings) slow_down(*bucket, now);
}

void RouterBudget::count_answer(Bucket& bucket, Instant now) {
  if (now - bucket.counted_from >= span) {
    bucket.answers_before = now - bucket.counted_from < 2 * span ? bucket.answers : 0;
    bucket.answers = 0;
    bucket.counted_from = now;
  }
  ++bucket.answers;
  if (bucket.limited)
    bucket.rate += raise;
  else
    bucket.tokens += tokens_for_an_answer;
}

// The first time from what it answered of late, then by half.
void RouterBudget::slow_down(Bucket& bucket, Instant now) {
  refill(bucket, now);
  if (!bucket.limited) {
    const auto counted =
        std::max(now - bucket.counted_from, Duration{}) + (bucket.answers_before > 0 ? span : Duration{});
    const auto answers = static_cast<float>(bucket.answers + bucket.answers_before);
    bucket.rate = answers / std::max(seconds(counted), seconds(span));
  } else {
    bucket.rate /= 2;
  }
  bucket.rate = std::max(bucket.rate, least_rate);
  bucket.limited = true;
  bucket.tokens = std::min(bucket.tokens, 0.0F);
  bucket.slowed_at = now;
  bucket.silences = 0;
  bucket.outcomes = 0;
}

bool RouterBudget::is_limited(const IpAddress& router) const {
  const auto* bucket = find(router);
  return bucket != nullptr && bucket->limited;
}

std::optional<double> RouterBudget::rate_of(const IpAddress& router) const {
  const auto* bucket = find(router);
  if (bucket == nullptr || !bucket->limited) return std::nullopt;
  return bucket->rate;
}

// ---- neighbours

namespace {

constexpr std::size_t neighbour_entries = std::size_t{1} << 12;

// From near to far: how many bits of an IPv4 and an IPv6 address neighbours share.
struct Neighbourhood {
  int v4;
  int v6;
};
constexpr std::array<Neighbourhood, 3> neighbourhoods{{{.v4 = 22, .v6 = 46}, {.v4 = 16, .v6 = 36}, {.v4 = 0, .v6 = 0}}};

std::uint64_t first_bits(const IpAddress& address, const Neighbourhood& width) {
  if (address.is_v4()) return width.v4 == 0 ? 4 : std::uint64_t{address.v4_value() >> (32 - width.v4)} << 8 | 4;
  std::uint64_t high = 0;
  for (std::size_t i = 0; i < 8; ++i) high = high << 8 | address.bytes()[i];
  return width.v6 == 0 ? 6 : (high >> (64 - width.v6)) << 8 | 6;
}

}  // namespace

std::uint64_t NeighbourHops::key_of(const IpAddress& destination, std::size_t width, int ttl) const {
  const auto bits = first_bits(destination, neighbourhoods[width]);
  return mix(mix(bits ^ salt_) + (width << 8 | static_cast<std::size_t>(ttl))) | 1;
}

void NeighbourHops::note(const IpAddress& destination, int ttl, const IpAddress& router) {
  if (entries_.empty()) entries_.resize(neighbour_entries);
  for (std::size_t width = 0; width < neighbourhoods.size(); ++width) {
    const auto key = key_of(destination, width, ttl);
    auto& entry = entries_[key >> 1 & (neighbour_entries - 1)];
    if (entry.key != key || entry.router != router) entry = Entry{.key = key, .router = router};
  }
}

const IpAddress* NeighbourHops::expected(const IpAddress& destination, int ttl) const {
  if (entries_.empty()) return nullptr;
  for (std::size_t width = 0; width < neighbourhoods.size(); ++width) {
    const auto key = key_of(destination, width, ttl);
    const auto& entry = entries_[key >> 1 & (neighbour_entries - 1)];
    if (entry.key == key) return &entry.router;
  }
  return nullptr;
}

}  // namespace cw::probe
