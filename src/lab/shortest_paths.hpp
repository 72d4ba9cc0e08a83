#pragma once

// Next hops between all routers by the sum of link costs, with every next hop of equal cost.
//
// Most routers of a large Internet hang off the rest like leaves of trees: there the way is up to the parent or
// down to the child, and needs no table. Only what remains when all leaves are taken off, the core, gets tables:
// one per router of the core that somebody sends to, made by Dijkstra's algorithm when it is first asked for.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lab/scenario.hpp"

namespace cw::lab {

enum class LinkChoice : std::uint8_t {
  up,   // links that are up between routers that are up
  all,  // as if nothing were broken
};

class ShortestPaths {
 public:
  // A router to send to, and the way down to it from the core.
  struct Aim {
    std::uint32_t target = nowhere;
    std::vector<std::uint32_t> way_down;  // by depth: the router of the core, …, the target
  };

  // Copies what it needs of the scenario.
  ShortestPaths(const Scenario& scenario, LinkChoice choice);

  void aim_at(std::uint32_t target, Aim& aim) const;
  [[nodiscard]] bool connected(std::uint32_t a, std::uint32_t b) const { return component_[a] == component_[b]; }
  // The links to take from `router`; empty at the target, or where there is no way.
  std::span<const std::uint32_t> next_links(std::uint32_t router, const Aim& aim);

 private:
  struct Edge {
    std::uint32_t link = nowhere;
    std::uint32_t to = nowhere;
    std::uint32_t cost = 1;       // of leaving by it
    std::uint32_t cost_back = 1;  // of coming in by it
  };
  struct CoreTable {
    std::vector<std::uint32_t> first;  // of each router of the core, into `links`
    std::vector<std::uint32_t> links;
  };

  [[nodiscard]] std::span<const Edge> edges_of(std::uint32_t router) const {
    return std::span(edges_).subspan(first_edge_[router], first_edge_[router + 1] - first_edge_[router]);
  }
  void collect_edges(const Scenario& scenario, LinkChoice choice);
  void take_off_leaves();
  void number_components();
  [[nodiscard]] std::unique_ptr<CoreTable> make_core_table(std::uint32_t target) const;

  std::vector<std::uint32_t> first_edge_;
  std::vector<Edge> edges_;
  std::vector<std::uint32_t> parent_;       // nowhere in the core
  std::vector<std::uint32_t> parent_link_;  // to the parent
  std::vector<std::uint32_t> depth_;        // 0 in the core
  std::vector<std::uint32_t> component_;
  std::vector<std::uint32_t> core_;           // routers
  std::vector<std::uint32_t> core_position_;  // of a router in `core_`
  std::vector<std::unique_ptr<CoreTable>> core_tables_;
};

}  // namespace cw::lab
