#pragma once

// How many answers a router may be asked for: a token bucket for each interface that answers. Routers make ICMP
// errors in software and limit them (RFC 1812, section 4.3.2.8; RFC 4443, section 2.4f); who asks faster takes a
// limit for a silent hop.
//
// 1. A router begins with fifty probes at once and fifty a second; each answer earns two more, so that a router
//    without a limit is found out in a few round trips.
// 2. A silence is the router's when the same probe, sent again, is answered by it; other silences may be somebody
//    else's. A quarter of them among its last 24 to 64 outcomes is the pattern of a limit, as routers that limit
//    alternate between answers and silence (Ravaioli et al., "Characterizing ICMP rate limitation on routers",
//    2015). From then on the router has the rate that it answered at, half of it with each such pattern, and a tenth
//    of a probe a second more with each answer.
// 3. A probe to a router whose bucket is empty waits; it is no silence.

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
  // A probe that is expected to end there.
  void sent(const IpAddress& router, Instant now);
  // The router answered, after so many probes of the same kind that it did not answer.
  void answered(const IpAddress& router, int silences, Instant now);

  [[nodiscard]] bool is_limited(const IpAddress& router) const;
  // Probes a second; nothing while no limit was seen.
  [[nodiscard]] std::optional<double> rate_of(const IpAddress& router) const;

 private:
  static constexpr std::size_t ways = 4;

  struct Bucket {
    IpAddress router;
    Instant filled_at;  // the epoch: the bucket is free
    Instant slowed_at;
    Instant counted_from;
    float tokens = 0;
    float rate = 0;
    std::uint32_t answers = 0;         // since `counted_from`
    std::uint32_t answers_before = 0;  // in the span of time before that
    std::uint64_t silences = 0;        // the last outcomes, a bit each
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
  static void slow_down(Bucket& bucket, Instant now);

  std::uint64_t salt_;
  Random random_;
  std::size_t sets_;
  std::vector<Bucket> buckets_;
};

// Which router a probe is likely to end at: the one that answered last at that TTL on the way to a neighbour of the
// destination. A guess that decides when a probe goes, never what is told of a path.
class NeighbourHops {
 public:
  explicit NeighbourHops(std::uint64_t salt) : salt_(salt) {}

  void note(const IpAddress& destination, int ttl, const IpAddress& router);
  [[nodiscard]] const IpAddress* expected(const IpAddress& destination, int ttl) const;

 private:
  struct Entry {
    std::uint64_t key = 0;
    IpAddress router;
  };
  [[nodiscard]] std::uint64_t key_of(const IpAddress& destination, std::size_t width, int ttl) const;

  std::uint64_t salt_;
  std::vector<Entry> entries_;
};

}  // namespace cw::probe
