#pragma once

// What the traces of one engine learn from each other: hops and paths that are known, what routers can be asked
// for, and how long destinations usually take.

#include <algorithm>
#include <cstdint>

#include "core/ip_address.hpp"
#include "core/random.hpp"
#include "core/time.hpp"
#include "ports/probe/native/hop_memory.hpp"
#include "ports/probe/native/path_memory.hpp"
#include "ports/probe/native/probe_order.hpp"
#include "ports/probe/native/router_budget.hpp"

namespace cw::probe {

// How long to wait for what usually comes: mean and deviation as in RFC 6298.
class UsualTime {
 public:
  explicit UsualTime(Duration first) : mean_(first), deviation_(first / 4) {}

  void add(Duration duration) {
    const auto difference = duration - mean_;
    deviation_ += ((difference < Duration{} ? -difference : difference) - deviation_) / 16;
    mean_ += difference / 16;
  }
  [[nodiscard]] Duration with_margin() const { return mean_ + 4 * deviation_; }

 private:
  Duration mean_;
  Duration deviation_;
};

struct TraceKnowledge {
  TraceKnowledge(Random& random, ProbeOrder wanted_order)
      : order(wanted_order),
        key(random.next()),
        hops(random.next()),
        budget(random.next()),
        neighbours(random.next()) {}

  // How many traces make a crowd: then they keep out of step, and within the budget of the routers.
  static constexpr std::size_t crowd = 16;

  [[nodiscard]] bool shuffles() const {
    return order == ProbeOrder::shuffled || (order == ProbeOrder::automatic && crowded);
  }

  ProbeOrder order;
  bool crowded = false;
  std::uint64_t key;
  HopMemory hops;
  PathMemory paths;
  RouterBudget budget;
  NeighbourHops neighbours;
  UsualTime destination_rtt{std::chrono::milliseconds(125)};
  // How many hops before their destination traces asked for until the rest was known.
  double usual_tail = 4;
};

}  // namespace cw::probe
