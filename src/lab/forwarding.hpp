#pragma once

// Where each router sends a packet: static routes first, then shortest paths; and to whom an address belongs.
// Both the packets of the simulated Internet and the truth about it for tests are computed from here.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/ip_address.hpp"
#include "core/prefix_map.hpp"
#include "lab/flow.hpp"
#include "lab/scenario.hpp"
#include "lab/shortest_paths.hpp"

namespace cw::lab {

// Whom an address belongs to.
struct Endpoint {
  enum class Kind : std::uint8_t { router, network, vantage };
  Kind kind = Kind::router;
  std::uint32_t position = nowhere;  // of the router or network
  std::uint32_t router = nowhere;    // that it is behind
};

// What a router decides for a packet.
struct Decision {
  bool arrived = false;                  // the destination is this router or right behind it
  std::span<const std::uint32_t> links;  // to choose from; empty: `refusal`
  Behaviour refusal = Behaviour::silent;
  // The way that there was before something broke: its links may be down.
  bool broken = false;
};

class Forwarding {
 public:
  // Keeps a reference to the scenario, whose links, routes and traits may change under it.
  explicit Forwarding(const Scenario& scenario);

  // New tables after links or routers went up or down, or costs changed.
  void rebuild_paths();
  // After static routes came or went.
  void rebuild_routes();

  [[nodiscard]] const Endpoint* find(const IpAddress& address) const;
  // `endpoint` is what `find` says about the destination, nullptr included.
  Decision decide(std::uint32_t router, const IpAddress& destination, const Endpoint* endpoint);
  // The link that `router` sends the flow over, where it balances by flow or by destination.
  [[nodiscard]] std::uint32_t choose(std::uint32_t router, const Decision& decision, const Flow& flow) const;

  // The address that a router answers from to a packet that came in over `link` (nowhere: from the vantage).
  // Unspecified where it has none of that family.
  [[nodiscard]] IpAddress answering_address(std::uint32_t router, std::uint32_t link, Family family) const;
  [[nodiscard]] std::uint32_t other_end(std::uint32_t link, std::uint32_t router) const {
    return scenario_.links[link].a == router ? scenario_.links[link].b : scenario_.links[link].a;
  }

 private:
  // The way there and the way back are looked up in turns, so each has an aim of its own.
  struct Aims {
    ShortestPaths::Aim there;
    ShortestPaths::Aim back;
  };

  void add_addresses();
  const StaticRoute* static_route(std::uint32_t router, const IpAddress& destination, bool known) const;
  std::span<const std::uint32_t> next_links(ShortestPaths& paths, Aims& aims, std::uint32_t router,
                                            std::uint32_t target) const;

  const Scenario& scenario_;
  PrefixMap<Endpoint> endpoints_;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> routes_;  // by router, longest prefix first
  std::vector<bool> has_routes_;
  ShortestPaths paths_;
  Aims aims_;
  std::unique_ptr<ShortestPaths> intact_paths_;  // made when something is broken
  Aims intact_aims_;
};

}  // namespace cw::lab
