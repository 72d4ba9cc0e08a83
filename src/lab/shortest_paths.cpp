#include "lab/shortest_paths.hpp"

#include <algorithm>
#include <limits>
#include <queue>
#include <ranges>
#include <utility>

namespace cw::lab {

ShortestPaths::ShortestPaths(const Scenario& scenario, LinkChoice choice) {
  collect_edges(scenario, choice);
  take_off_leaves();
  number_components();
}

void ShortestPaths::collect_edges(const Scenario& scenario, LinkChoice choice) {
  const auto counts = [&](const Link& link) {
    return choice == LinkChoice::all || (link.up && scenario.traits_of(scenario.routers[link.a]).up &&
                                         scenario.traits_of(scenario.routers[link.b]).up);
  };
  first_edge_.assign(scenario.routers.size() + 1, 0);
  for (const auto& link : scenario.links) {
    if (!counts(link)) continue;
    ++first_edge_[link.a + 1];
    ++first_edge_[link.b + 1];
  }
  for (std::size_t i = 1; i < first_edge_.size(); ++i) first_edge_[i] += first_edge_[i - 1];
  edges_.resize(first_edge_.back());
  auto next = first_edge_;
  for (std::uint32_t i = 0; i < scenario.links.size(); ++i) {
    const auto& link = scenario.links[i];
    if (!counts(link)) continue;
    edges_[next[link.a]++] = {.link = i, .to = link.b, .cost = link.cost, .cost_back = link.cost_back};
    edges_[next[link.b]++] = {.link = i, .to = link.a, .cost = link.cost_back, .cost_back = link.cost};
  }
}

void ShortestPaths::take_off_leaves() {
  const auto routers = first_edge_.size() - 1;
  parent_.assign(routers, nowhere);
  parent_link_.assign(routers, nowhere);
  depth_.assign(routers, 0);
  std::vector<std::uint32_t> degree(routers);
  std::vector<std::uint32_t> taken_off;
  for (std::uint32_t i = 0; i < routers; ++i) {
    degree[i] = first_edge_[i + 1] - first_edge_[i];
    if (degree[i] == 1) taken_off.push_back(i);
  }
  // The list grows while it is walked: taking a leaf off may make its neighbour one.
  for (std::size_t i = 0; i < taken_off.size(); ++i) {
    const auto leaf = taken_off[i];
    if (degree[leaf] != 1) continue;  // the last of a whole tree stays as its core
    for (const auto& edge : edges_of(leaf)) {
      if (degree[edge.to] == 0 || parent_[edge.to] != nowhere) continue;
      parent_[leaf] = edge.to;
      parent_link_[leaf] = edge.link;
      degree[leaf] = 0;
      if (--degree[edge.to] == 1) taken_off.push_back(edge.to);
      break;
    }
  }
  // A parent is taken off after its children.
  for (const auto router : std::views::reverse(taken_off))
    if (parent_[router] != nowhere) depth_[router] = depth_[parent_[router]] + 1;
  core_position_.assign(routers, nowhere);
  for (std::uint32_t i = 0; i < routers; ++i) {
    if (parent_[i] != nowhere) continue;
    core_position_[i] = static_cast<std::uint32_t>(core_.size());
    core_.push_back(i);
  }
  core_tables_.resize(core_.size());
}

void ShortestPaths::number_components() {
  component_.assign(parent_.size(), nowhere);
  std::vector<std::uint32_t> waiting;
  std::uint32_t components = 0;
  for (std::uint32_t start = 0; start < component_.size(); ++start) {
    if (component_[start] != nowhere) continue;
    component_[start] = components;
    waiting.push_back(start);
    while (!waiting.empty()) {
      const auto router = waiting.back();
      waiting.pop_back();
      for (const auto& edge : edges_of(router)) {
        if (component_[edge.to] != nowhere) continue;
        component_[edge.to] = components;
        waiting.push_back(edge.to);
      }
    }
    ++components;
  }
}

void ShortestPaths::aim_at(std::uint32_t target, Aim& aim) const {
  aim.target = target;
  aim.way_down.resize(depth_[target] + 1);
  for (auto depth = depth_[target] + 1; depth-- > 0;) {
    aim.way_down[depth] = target;
    target = parent_[target];
  }
}

std::span<const std::uint32_t> ShortestPaths::next_links(std::uint32_t router, const Aim& aim) {
  if (router == aim.target || !connected(router, aim.target)) return {};
  const auto depth = depth_[router];
  if (depth + 1 < aim.way_down.size() && aim.way_down[depth] == router)
    return {&parent_link_[aim.way_down[depth + 1]], 1};
  if (depth > 0) return {&parent_link_[router], 1};
  auto& table = core_tables_[core_position_[aim.way_down.front()]];
  if (!table) table = make_core_table(aim.way_down.front());
  const auto position = core_position_[router];
  return std::span(table->links).subspan(table->first[position], table->first[position + 1] - table->first[position]);
}

std::unique_ptr<ShortestPaths::CoreTable> ShortestPaths::make_core_table(std::uint32_t target) const {
  constexpr auto far = std::numeric_limits<std::uint64_t>::max();
  std::vector<std::uint64_t> distance(core_.size(), far);
  using Step = std::pair<std::uint64_t, std::uint32_t>;
  std::priority_queue<Step, std::vector<Step>, std::greater<>> waiting;
  distance[core_position_[target]] = 0;
  waiting.emplace(0, target);
  while (!waiting.empty()) {
    const auto [so_far, router] = waiting.top();
    waiting.pop();
    if (so_far > distance[core_position_[router]]) continue;
    for (const auto& edge : edges_of(router)) {
      if (core_position_[edge.to] == nowhere) continue;
      // Seen from the far end: the cost of coming here.
      const auto whole = so_far + edge.cost_back;
      if (whole >= distance[core_position_[edge.to]]) continue;
      distance[core_position_[edge.to]] = whole;
      waiting.emplace(whole, edge.to);
    }
  }
  auto table = std::make_unique<CoreTable>();
  table->first.reserve(core_.size() + 1);
  for (std::uint32_t position = 0; position < core_.size(); ++position) {
    table->first.push_back(static_cast<std::uint32_t>(table->links.size()));
    if (distance[position] == far || distance[position] == 0) continue;
    for (const auto& edge : edges_of(core_[position])) {
      const auto next = core_position_[edge.to];
      if (next != nowhere && distance[next] != far && distance[next] + edge.cost == distance[position])
        table->links.push_back(edge.link);
    }
  }
  table->first.push_back(static_cast<std::uint32_t>(table->links.size()));
  return table;
}

}  // namespace cw::lab
