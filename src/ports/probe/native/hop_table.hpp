#pragma once

// What a running trace knows of each TTL, and how long it waits for one. Times are counted in tenths of a
// millisecond from the trace's first probe, so that a row is small.

#include <cstdint>
#include <optional>
#include <ratio>
#include <vector>

#include "core/time.hpp"

namespace cw::probe {

using Tick = std::chrono::duration<std::int32_t, std::ratio<1, 10'000>>;

struct HopState {
  Tick first_sent{};
  Tick last_sent{};
  Tick rtt{};                     // of the first answer in time
  std::uint16_t ticket = 0xffff;  // of the last probe, from the router's budget
  std::uint8_t sent = 0;
  std::uint8_t forgiven = 0;         // of those sent: silences that say nothing
  bool answered : 1 = false;         // in time
  bool silent : 1 = false;           // given up
  bool joined : 1 = false;           // known, and not asked
  bool of_present_rate : 1 = false;  // the probe before the last went at the rate its router is asked at now

  [[nodiscard]] bool is_resolved() const { return answered || silent || joined; }
};

class HopTable {
 public:
  HopTable(int first, int last) : first_(first), last_(last) {}

  [[nodiscard]] int first() const { return first_; }
  [[nodiscard]] int last() const { return last_; }
  // Rows exist up to the highest TTL that was asked for by `touch`; above it nothing was sent. The last TTL, where a
  // trace's first probe goes, has a row of its own, or there would be one for every TTL.
  HopState& touch(int ttl);
  [[nodiscard]] const HopState& at(int ttl) const {
    if (ttl == last_) return last_row_;
    const auto row = static_cast<std::size_t>(ttl - first_);
    return row < rows_.size() ? rows_[row] : untouched;
  }

  // Nothing is known any more but what has answered.
  void ask_all_again();

  [[nodiscard]] bool all_resolved_up_to(int ttl) const;
  [[nodiscard]] int highest_sent() const;

 private:
  static constexpr HopState untouched{};

  int first_;
  int last_;
  std::vector<HopState> rows_;
  HopState last_row_;
};

// How long to wait for a silent hop, from what was seen, as traceroute(8) does with its "here" and "near" times.
struct Patience {
  // 1. Once later hops have answered, twice their largest RTT, or the destination's RTT and four deviations;
  //    not below a floor, because making an ICMP message is slow work for a router.
  // 2. Beyond the last hop that answered there may be an ocean: what that adds to the largest RTT seen.
  // 3. Nothing seen: all the time that the request gives.
  // 4. Never longer than the request gives.
  [[nodiscard]] Tick give_up_after(std::optional<Tick> largest_later_rtt) const;
  // A hop that later ones have overtaken is asked again after their RTT and this.
  [[nodiscard]] static Tick slack(Tick largest_later_rtt);
  // As if a hop beyond the last that answered were not much farther away.
  [[nodiscard]] Tick early_retry() const;
  // From the first probe until silence beyond the last answer is believed.
  [[nodiscard]] Tick least_tail_wait() const;

  void destination_answered(Tick rtt);
  void hop_answered(Tick rtt);

  Tick longest{};  // the request's timeout
  Tick largest_rtt{};
  bool anything_seen = false;
  Tick destination_rtt{};  // smoothed as in RFC 6298
  Tick destination_deviation{};
  bool destination_seen = false;
};

}  // namespace cw::probe
