#pragma once

// How many answers a router may be asked for: a token bucket for each interface that answers. Routers make ICMP
// errors in software and limit them (RFC 1812, section 4.3.2.8; RFC 4443, section 2.4f); who asks faster takes a
// limit for a silent hop.
//
// 1. A router begins with fifty probes at once and fifty a second; each answer earns two more, so that a router
//    without a limit is found out in a few round trips. So does the answer of another router to a probe that was
//    expected to end here: it cost nothing here.
// 2. A silence is the router's when the same probe, sent again, is answered by it; other silences may be somebody
//    else's. Six of them, and a fifth of its last outcomes, are the pattern of a limit, as routers that limit
//    alternate between answers and silence (Ravaioli et al., "Characterizing ICMP rate limitation on routers", 2015).
// 3. From then on the router is asked at the rate at which it answered of late, which is its limit as long as it is
//    asked for more, but at half of the rate before at least; and for a tenth of a probe a second more with each
//    answer, until an eighth is silence again. What was sent before the rate was set says nothing about it.
// 4. A probe to a router whose bucket is empty waits; it is no silence. Those who wait come back one after the other,
//    as all at once would come in vain.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/ip_address.hpp"
#include "core/random.hpp"
#include "core/time.hpp"

namespace cw::probe {

class RouterBudget {
 public:
  // Bounded: the router that was asked longest ago makes room. Nothing is allocated before the first probe.
  explicit RouterBudget(std::uint64_t salt, std::size_t most_routers = std::size_t{1} << 11);

  // When to ask whether a probe to that router may go: now, when it may; else a little after it may.
  [[nodiscard]] Instant ready_at(const IpAddress& router, Instant now);
  // A probe that is expected to end there; the ticket is for `came_back`.
  using Ticket = std::uint16_t;
  static constexpr Ticket no_ticket = 0xffff;
  [[nodiscard]] Ticket sent(const IpAddress& router, Instant now);
  // A probe with that ticket was answered, by whomever.
  void came_back(Ticket ticket);
  struct Outcome {
    Instant sent_at;             // of the probe that was answered
    bool after_silence = false;  // the same probe was sent before, and not answered, at the present rate
  };
  void answered(const IpAddress& router, const Outcome& outcome, Instant now);

  // Whether a probe of that time was sent at the rate that the router is asked at now.
  [[nodiscard]] bool is_of_present_rate(const IpAddress& router, Instant sent_at) const;
  [[nodiscard]] bool is_limited(const IpAddress& router) const;
  // Some silences of late were the router's, too few for a pattern.
  [[nodiscard]] bool may_be_limited(const IpAddress& router) const;
  [[nodiscard]] bool has_answered_since(const IpAddress& router, Instant then) const;
  // Probes a second; nothing while no limit was seen.
  [[nodiscard]] std::optional<double> rate_of(const IpAddress& router) const;

 private:
  static constexpr std::size_t ways = 4;

  struct Bucket {
    IpAddress router;
    Instant filled_at;  // the epoch: the bucket is free
    Instant rate_set_at;
    Instant answered_at;
    Instant next_turn;  // of those who wait
    Instant counted_from;
    Duration counted_before{};  // the span of time before that
    float tokens = 0;
    float rate = 0;
    std::uint32_t answers = 0;  // since `counted_from`
    std::uint32_t answers_before = 0;
    std::uint64_t silences = 0;  // the last outcomes, a bit each
    std::uint8_t outcomes = 0;
    bool limited = false;
  };

  [[nodiscard]] std::size_t set_of(const IpAddress& router) const;
  [[nodiscard]] const Bucket* find(const IpAddress& router) const;
  [[nodiscard]] Bucket* find(const IpAddress& router);
  Bucket& make(const IpAddress& router, Instant now);
  static void refill(Bucket& bucket, Instant now);
  static void note_outcome(Bucket& bucket, bool silent);
  static void count_answer(Bucket& bucket, Instant now);
  [[nodiscard]] static bool shows_a_limit(const Bucket& bucket);
  static void set_rate(Bucket& bucket, Instant now);
  [[nodiscard]] Instant turn_of_one_more(Bucket& bucket, Instant now);

  std::uint64_t salt_;
  Random random_;
  std::size_t sets_;
  std::vector<Bucket> buckets_;
};

// Which router a probe is likely to end at: the one that answers at that TTL on the way to neighbours of the
// destination, once it has done so twice in a row. A guess that decides when a probe goes, never what is told of a
// path.
class NeighbourHops {
 public:
  explicit NeighbourHops(std::uint64_t salt) : salt_(salt) {}

  // The unspecified address is silence.
  void note(const IpAddress& destination, int ttl, const IpAddress& router);
  [[nodiscard]] const IpAddress* expected(const IpAddress& destination, int ttl) const;

 private:
  struct Entry {
    std::uint64_t key = 0;
    IpAddress router;
    std::uint8_t trust = 0;  // grows when the router answers again, falls when another one does
  };
  [[nodiscard]] std::uint64_t key_of(const IpAddress& destination, std::size_t width, int ttl) const;

  std::uint64_t salt_;
  std::vector<Entry> entries_;
};

}  // namespace cw::probe
