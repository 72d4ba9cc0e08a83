#pragma once

// The least time between two measurements towards one address, and towards one network (/24 of IPv4, /48 of IPv6).
// What comes too early is told an instant of its own to come back at, so that many for one network do not all come
// back at once. Bounded: when so many places are remembered that there is no room, a new one has to wait.

#include <cstddef>
#include <optional>
#include <unordered_map>

#include "core/ip_address.hpp"
#include "core/prefix.hpp"
#include "core/time.hpp"

namespace cw::schedule {

struct SpacingLimits {
  Duration destination = std::chrono::seconds(10);
  Duration network = std::chrono::seconds(1);
  friend bool operator==(const SpacingLimits&, const SpacingLimits&) = default;
};

Prefix network_of(const IpAddress& address);

class Spacing {
 public:
  struct LastStarts {
    std::optional<Instant> destination;
    std::optional<Instant> network;
  };
  static constexpr std::size_t kMostRemembered = 200'000;

  explicit Spacing(std::size_t most_remembered = kMostRemembered) : most_remembered_(most_remembered) {}

  // `now` or earlier: it may begin, and `started` is to be said. Later: when to ask again; asking moves the next one
  // for the same network behind it.
  Instant earliest(const IpAddress& address, const SpacingLimits& limits, Instant now);
  void started(const IpAddress& address, Instant now);
  // It did not begin after all: what was before holds again.
  void withdraw(const IpAddress& address, const LastStarts& before);

  [[nodiscard]] LastStarts last_starts(const IpAddress& address) const;
  [[nodiscard]] std::size_t remembered() const { return destinations_.size() + networks_.size(); }

 private:
  struct Network {
    std::optional<Instant> last_start;
    Instant next_slot;  // what is told to the next one that comes too early
  };

  bool make_room(const SpacingLimits& limits, Instant now);

  std::size_t most_remembered_;
  std::size_t swept_at_ = 1024;  // sizes at which forgetting is worth a look
  std::unordered_map<IpAddress, Instant> destinations_;
  std::unordered_map<IpAddress, Network> networks_;  // by their first address
};

}  // namespace cw::schedule
