#include "ports/probe/native/router_budget.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
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
constexpr Duration between_settings = std::chrono::milliseconds(500);
constexpr int enough_silences = 6;
constexpr int some_silences = 2;
constexpr int most_outcomes = 64;
// Those who wait for a router that may have no limit come back at different times within this.
constexpr Duration spread_at_first = std::chrono::milliseconds(10);
// Those who wait for one with a limit come a little faster than its bucket fills, as some need not ask any more when
// their turn comes.
constexpr float turns_for_a_token = 1.25F;
// Who comes after that many comes at some time before.
constexpr Duration longest_queue = std::chrono::milliseconds(500);
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
  if (buckets_.empty()) {
    buckets_.resize(sets_ * ways);
    assert(buckets_.size() <= no_ticket);
  }
  if (auto* found = find(router)) return *found;
  auto* set = &buckets_[set_of(router) * ways];
  auto& bucket = *std::ranges::min_element(set, set + ways, {}, &Bucket::filled_at);
  bucket = Bucket{};
  bucket.router = router;
  bucket.filled_at = bucket.counted_from = now;
  bucket.tokens = first_tokens;
  bucket.rate = first_rate;
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
  return bucket->tokens >= 1 ? now : turn_of_one_more(*bucket, now);
}

Instant RouterBudget::turn_of_one_more(Bucket& bucket, Instant now) {
  const auto time_for = [&](float tokens) {
    return std::chrono::ceil<std::chrono::microseconds>(std::chrono::duration<float>(tokens / bucket.rate));
  };
  const auto within = [&](Duration spread) {
    return std::chrono::microseconds(1) + Duration(random_.below(static_cast<std::uint64_t>(spread.count())));
  };
  const Instant next_token = now + time_for(1 - bucket.tokens);
  if (!bucket.limited) return next_token + within(spread_at_first);
  bucket.next_turn = std::max(bucket.next_turn + time_for(1 / turns_for_a_token), next_token);
  if (bucket.next_turn <= now + longest_queue) return bucket.next_turn;
  bucket.next_turn = now + longest_queue;
  return now + within(longest_queue);
}

RouterBudget::Ticket RouterBudget::sent(const IpAddress& router, Instant now) {
  auto& bucket = make(router, now);
  refill(bucket, now);
  bucket.tokens -= 1;
  return static_cast<Ticket>(&bucket - buckets_.data());
}

// Where another router answered, the expected one was not even asked.
void RouterBudget::came_back(Ticket ticket) {
  if (ticket >= buckets_.size()) return;
  auto& bucket = buckets_[ticket];
  if (!bucket.limited) bucket.tokens += tokens_for_an_answer;
}

void RouterBudget::note_outcome(Bucket& bucket, bool silent) {
  bucket.silences = bucket.silences << 1 | (silent ? 1U : 0U);
  if (bucket.outcomes < most_outcomes) ++bucket.outcomes;
}

void RouterBudget::answered(const IpAddress& router, const Outcome& outcome, Instant now) {
  auto* bucket = find(router);
  if (bucket == nullptr) return;
  bucket->answered_at = now;
  count_answer(*bucket, now);
  if (outcome.sent_at < bucket->rate_set_at) return;
  if (outcome.after_silence) note_outcome(*bucket, true);
  note_outcome(*bucket, false);
  if (shows_a_limit(*bucket) && now - bucket->rate_set_at >= between_settings) set_rate(*bucket, now);
}

void RouterBudget::count_answer(Bucket& bucket, Instant now) {
  const auto counted = now - bucket.counted_from;
  if (counted >= span) {
    bucket.answers_before = counted < 2 * span ? bucket.answers : 0;
    bucket.counted_before = counted < 2 * span ? counted : Duration{};
    bucket.answers = 0;
    bucket.counted_from = now;
  }
  ++bucket.answers;
  if (bucket.limited) bucket.rate += raise;
}

bool RouterBudget::shows_a_limit(const Bucket& bucket) {
  const int silences = std::popcount(bucket.silences);
  const int share = bucket.limited ? 8 : 5;
  return silences >= enough_silences && silences * share >= bucket.outcomes;
}

// What it answered of late; but half of what it was asked for at least, as it may not have been asked for more.
void RouterBudget::set_rate(Bucket& bucket, Instant now) {
  refill(bucket, now);
  const auto counted = std::max(now - bucket.counted_from, Duration{}) + bucket.counted_before;
  const auto answers = static_cast<float>(bucket.answers + bucket.answers_before);
  const float least = bucket.limited ? std::max(bucket.rate / 2, least_rate) : first_rate;
  bucket.rate = std::max(answers / std::max(seconds(counted), seconds(span)), least);
  bucket.limited = true;
  bucket.tokens = std::min(bucket.tokens, 0.0F);
  bucket.rate_set_at = now;
  bucket.silences = 0;
  bucket.outcomes = 0;
}

bool RouterBudget::is_of_present_rate(const IpAddress& router, Instant sent_at) const {
  const auto* bucket = find(router);
  return bucket == nullptr || sent_at >= bucket->rate_set_at;
}

bool RouterBudget::is_limited(const IpAddress& router) const {
  const auto* bucket = find(router);
  return bucket != nullptr && bucket->limited;
}

bool RouterBudget::may_be_limited(const IpAddress& router) const {
  const auto* bucket = find(router);
  return bucket != nullptr && std::popcount(bucket->silences) >= some_silences;
}

bool RouterBudget::has_answered_since(const IpAddress& router, Instant then) const {
  const auto* bucket = find(router);
  return bucket != nullptr && bucket->answered_at >= then;
}

std::optional<double> RouterBudget::rate_of(const IpAddress& router) const {
  const auto* bucket = find(router);
  if (bucket == nullptr || !bucket->limited) return std::nullopt;
  return bucket->rate;
}

// ---- neighbours

namespace {

constexpr std::size_t neighbour_entries = std::size_t{1} << 12;
constexpr std::uint8_t most_trust = 3;

// From near to far: how many bits of an IPv4 and an IPv6 address neighbours share.
struct Neighbourhood {
  int v4;
  int v6;
};
constexpr std::array<Neighbourhood, 4> neighbourhoods{
    {{.v4 = 21, .v6 = 46}, {.v4 = 18, .v6 = 40}, {.v4 = 14, .v6 = 34}, {.v4 = 0, .v6 = 0}}};

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
    if (entry.key == key && entry.router == router)
      entry.trust = std::min<std::uint8_t>(entry.trust + 1, most_trust);
    else if (entry.trust > 0)
      --entry.trust;
    else
      entry = Entry{.key = key, .router = router};
  }
}

const IpAddress* NeighbourHops::expected(const IpAddress& destination, int ttl) const {
  if (entries_.empty()) return nullptr;
  for (std::size_t width = 0; width < neighbourhoods.size(); ++width) {
    const auto key = key_of(destination, width, ttl);
    const auto& entry = entries_[key >> 1 & (neighbour_entries - 1)];
    if (entry.key == key && entry.trust > 0) return &entry.router;
  }
  return nullptr;
}

}  // namespace cw::probe
