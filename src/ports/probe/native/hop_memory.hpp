#pragma once

// The stop set: which hop came before which one, as traces of the last minutes saw it, so that the hops near the
// node need not be asked again for each destination (Donnet et al., "Doubletree", 2005).
//
// A hop is joined to a path only behind a hop that answered in that very trace:
//
// 1. The hop behind it was seen at the same TTL, with the same method and DSCP, and always with this one before.
// 2. That was seen often enough to tell it from a load balancer: twice, once the network near this node has shown
//    that it does not balance; ten times before that, and wherever it does.
// 3. Two addresses before the same hop are a load balancer, or a route that has changed: then it is asked.
// 4. A silent hop before it takes three traces that saw the silence; an answer refutes them.
// 5. What was not verified within `fresh_for` is forgotten.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/ip_address.hpp"
#include "core/time.hpp"
#include "model/measurement_request.hpp"

namespace cw::probe {

class HopMemory {
 public:
  static constexpr Duration fresh_for = std::chrono::minutes(5);

  // Bounded: the hop that was verified longest ago makes room. Nothing is allocated before the first hop.
  explicit HopMemory(std::uint64_t salt, std::size_t most_hops = std::size_t{1} << 16);

  // A hop that answered, among the probes of one plane: method and DSCP.
  struct Place {
    IpAddress hop;
    Ttl ttl;
    std::uint16_t plane = 0;
  };
  struct Before {
    IpAddress from;
    Ttl ttl;  // below the place's by more than one: what lies between is silent
    Instant verified_at;
  };
  enum class Advice : std::uint8_t {
    join,  // `before` is known
    ask,   // `before` is likely, if it is there at all
    wait,  // others have asked just now: an answer is due
  };
  struct Counsel {
    Advice advice = Advice::ask;
    bool has_before = false;
    Before before;
  };

  [[nodiscard]] Counsel consult(const Place& place, Instant now) const;
  // Somebody asks what is before that place, and will know by `until`.
  void claim(const Place& place, Instant until, Instant now);
  // A trace saw it.
  void note(const Place& place, const Before& before);

  // Whether the hops near the node are mostly known already.
  [[nodiscard]] bool is_warm() const { return confirmed_ >= enough_confirmed; }

 private:
  static constexpr std::size_t ways = 4;
  static constexpr std::uint32_t enough_confirmed = 32;

  struct Entry {
    IpAddress hop;
    IpAddress before;
    Instant verified_at;
    Instant claimed_until;
    std::uint16_t plane = 0;
    std::uint8_t ttl = 0;         // 0: the entry is free
    std::uint8_t ttl_before = 0;  // 0: nothing is known yet
    std::uint8_t seen = 0;        // times, up to the most that counts
    std::uint8_t claims = 0;
    bool balanced = false;  // more than one address was seen
    bool in_vain = false;   // somebody asked, and no answer came: nobody waits for the next
  };

  [[nodiscard]] std::size_t set_of(const Place& place) const;
  [[nodiscard]] const Entry* find(const Place& place) const;
  Entry& make(const Place& place, Instant now);
  void see(Entry& entry, const Before& before);
  [[nodiscard]] int sightings_needed(const Entry& entry) const;

  std::uint64_t salt_;
  std::size_t sets_;
  std::vector<Entry> entries_;
  std::uint32_t confirmed_ = 0;  // places that were seen twice with the same hop before
  std::uint32_t balanced_ = 0;   // places that were seen with two
};

}  // namespace cw::probe
