#pragma once

// Whole paths as they were last seen, by destination, method and flow: what a repeated measurement compares with.
//
// A repeat asks for three TTLs: the destination's, the one before, and one that moves on with each round; where the
// path has changed before, also for the two hops around that place. When all is as it was, the other hops are
// joined. When anything differs, an address, a silence, or the TTL left in the destination's answer, the whole path
// is traced at once, and it is every sixteenth time anyway. So
//
//   within one round   is seen what makes the path longer or shorter, what changes the destination's answer, the
//                      last router, the length of the way back, or a hop beside the last change
//   within as many     is seen every other change of an address that answers: in as many rounds as the path has
//   rounds             routers, and sixteen at most
//
// Only paths that reached their destination are kept.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/ip_address.hpp"
#include "core/time.hpp"
#include "model/measurement_request.hpp"

namespace cw::probe {

struct PathKey {
  IpAddress destination;
  Method method = Method::icmp;
  std::uint8_t dscp = 0;
  std::uint8_t first_ttl = 1;
  std::uint16_t flow = 0;
  std::uint16_t port = 0;
  friend bool operator==(const PathKey&, const PathKey&) = default;
};

PathKey path_key(const MeasurementRequest& request);

struct KnownPath {
  struct Seen {
    std::optional<IpAddress> from;  // nothing: silent
    Instant verified_at;
  };
  std::vector<Seen> hops;                  // by TTL from the first; the last is the destination
  std::optional<std::uint8_t> reply_ttl;   // of the destination's answer
  std::optional<std::uint8_t> changed_at;  // TTL of the last change
  std::uint32_t round = 0;                 // repeats since the path was first seen

  // Whether the next measurement traces the whole path.
  [[nodiscard]] bool is_due() const { return (round + 1) % rounds_between_traces == 0; }
  static constexpr std::uint32_t rounds_between_traces = 16;
};

// The TTLs that the next repeat asks for, ascending.
std::vector<int> ttls_to_check(const KnownPath& path, int first_ttl);

class PathMemory {
 public:
  // A path that was not verified for so long is traced anew.
  static constexpr Duration fresh_for = std::chrono::hours(2);

  // Bounded: when full, a path that was not asked for since the last round of replacement makes room.
  explicit PathMemory(std::size_t most_paths = 20'000) : most_paths_(most_paths) {}

  // Nullptr: unknown, or too old. Valid until the next call.
  [[nodiscard]] const KnownPath* find(const PathKey& key, Instant now);
  // What was found this time; where it differs from what was known, that is the last change.
  void remember(const PathKey& key, KnownPath path);
  [[nodiscard]] std::size_t size() const { return slots_.size(); }

 private:
  struct KeyHash {
    std::size_t operator()(const PathKey& key) const noexcept;
  };
  struct Slot {
    PathKey key;
    KnownPath path;
    bool used = false;
  };
  Slot& room_for(const PathKey& key);

  std::size_t most_paths_;
  std::unordered_map<PathKey, std::uint32_t, KeyHash> places_;
  std::vector<Slot> slots_;
  std::size_t hand_ = 0;
};

}  // namespace cw::probe
