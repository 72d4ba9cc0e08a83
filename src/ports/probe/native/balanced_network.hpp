#pragma once

// For tests of multipath traces: routers that share flows among several others, as a path for the task driver, and
// the truth about it.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "model/measurement.hpp"
#include "ports/probe/native/task_driver.hpp"

namespace cw::probe {

class BalancedNetwork {
 public:
  struct Router {
    std::vector<int> next;  // one may stand there several times; none: the target is next
    bool per_packet = false;
    bool silent = false;
  };

  explicit BalancedNetwork(std::uint64_t seed) : random_(seed), salt_(seed * 0x9e3779b97f4a7c15 + 1) {}

  std::map<int, Router> routers;  // number 1 comes first
  double loss = 0;                // of probes with their answers

  static constexpr auto target = IpAddress::v4(0xcb007107);
  static IpAddress address(int router) { return IpAddress::v4(0xc6120000 + static_cast<std::uint32_t>(router)); }

  // Rows of routers: all of a row are next to all of the row before.
  static BalancedNetwork of_rows(const std::vector<int>& widths, std::uint64_t seed) {
    BalancedNetwork network(seed);
    int number = 1;
    for (std::size_t row = 0; row < widths.size(); ++row) {
      const int behind = number + widths[row];
      for (int i = 0; i < widths[row]; ++i) {
        auto& router = network.routers[number + i];
        if (row + 1 == widths.size()) continue;
        for (int j = 0; j < widths[row + 1]; ++j) router.next.push_back(behind + j);
      }
      number = behind;
    }
    return network;
  }

  std::optional<PathAnswer> answer(ProbeTag tag) {
    if (loss > 0 && random_.unit() < loss) return std::nullopt;
    int at = 1;
    int ttl = 1;
    for (; ttl < tag.ttl.value; ++ttl) {
      const auto& router = routers.at(at);
      if (router.next.empty()) {
        at = 0;
        ++ttl;
        break;
      }
      const auto choice = router.per_packet ? random_.next() : hash(at, tag.flow);
      at = router.next[choice % router.next.size()];
    }
    if (at == 0)
      return PathAnswer{.from = target,
                        .message = codec::IcmpMessage::echo_reply,
                        .rtt = std::chrono::milliseconds(5 * ttl),
                        .reply_ttl = static_cast<std::uint8_t>(64 - ttl + 1)};
    if (routers.at(at).silent) return std::nullopt;
    return PathAnswer{.from = address(at), .rtt = std::chrono::milliseconds(5 * ttl)};
  }
  Path path() {
    return [this](ProbeTag tag) { return answer(tag); };
  }

  using Interface = std::pair<int, IpAddress>;  // TTL
  using Link = std::pair<Interface, Interface>;
  struct Truth {
    std::set<Interface> interfaces;
    std::set<Link> links;
  };
  [[nodiscard]] Truth truth() const {
    Truth truth;
    std::set<int> here{1};
    for (int ttl = 1; !here.empty(); ++ttl) {
      std::set<int> there;
      for (const int at : here) look_at(ttl, at, truth, there);
      here = std::move(there);
    }
    return truth;
  }

 private:
  void look_at(int ttl, int at, Truth& truth, std::set<int>& there) const {
    const auto& router = routers.at(at);
    const Interface self{ttl, address(at)};
    if (!router.silent) truth.interfaces.insert(self);
    if (router.next.empty()) {
      truth.interfaces.insert({ttl + 1, target});
      if (!router.silent) truth.links.insert({self, {ttl + 1, target}});
    }
    for (const int next : router.next) {
      there.insert(next);
      if (!router.silent && !routers.at(next).silent) truth.links.insert({self, {ttl + 1, address(next)}});
    }
  }
  [[nodiscard]] std::uint64_t hash(int router, std::uint16_t flow) const {
    Random mixed(salt_ ^ (static_cast<std::uint64_t>(router) << 32 | flow));
    return mixed.next();
  }

  Random random_;
  std::uint64_t salt_;
};

// What a graph says, in the truth's words.
inline BalancedNetwork::Truth told_by(const PathGraph& graph) {
  BalancedNetwork::Truth told;
  for (const auto& interface : graph.interfaces)
    if (interface.address) told.interfaces.insert({interface.ttl.value, *interface.address});
  for (const auto& link : graph.links) {
    const auto& from = graph.interfaces[link.from];
    const auto& to = graph.interfaces[link.to];
    told.links.insert({{from.ttl.value, *from.address}, {to.ttl.value, *to.address}});
  }
  return told;
}

}  // namespace cw::probe
