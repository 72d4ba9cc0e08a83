#pragma once

// For tests of multipath traces: routers that share flows among several others, as a path for the task driver, and
// the truth about it.

#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "model/measurement.hpp"
#include "ports/probe/native/mda_graph_check.hpp"
#include "ports/probe/native/task_driver.hpp"

namespace cw::probe {

enum class RandomNetwork : std::uint8_t { by_flow, with_silence, by_packet };

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

  // Rows of one to five, each router next to some of the row behind it, with equal shares or not.
  static BalancedNetwork at_random(std::uint64_t seed, RandomNetwork kind) {
    Random random(seed);
    BalancedNetwork network(seed);
    std::vector<int> row{1};
    for (auto rows_left = 2 + random.below(6); rows_left > 0; --rows_left) {
      std::vector<int> behind(random.below(3) == 0 ? 1 : 1 + random.below(5));
      std::iota(behind.begin(), behind.end(), row.back() + 1);
      for (const int at : row)
        for (auto ways = 1 + random.below(behind.size()); ways > 0; --ways)
          network.routers[at].next.push_back(behind[random.below(behind.size())]);
      for (const int to : behind) network.routers[row[random.below(row.size())]].next.push_back(to);
      row = std::move(behind);
    }
    for (const int last : row) network.routers[last];
    for (auto& [number, router] : network.routers) {
      router.silent = kind == RandomNetwork::with_silence && number > 1 && random.below(6) == 0;
      router.per_packet = kind == RandomNetwork::by_packet && random.below(4) == 0;
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

  [[nodiscard]] DrawnNetwork truth() const {
    DrawnNetwork truth;
    std::set<int> here{1};
    for (int ttl = 1; !here.empty(); ++ttl) {
      std::set<int> there;
      for (const int at : here) look_at(ttl, at, truth, there);
      here = std::move(there);
    }
    return truth;
  }

 private:
  void look_at(int ttl, int at, DrawnNetwork& truth, std::set<int>& there) const {
    const auto& router = routers.at(at);
    const DrawnNetwork::Interface self{ttl, address(at)};
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

}  // namespace cw::probe
