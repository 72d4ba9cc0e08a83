#include "ports/probe/native/mda_flow_table.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <map>
#include <optional>
#include <tuple>

#include "ports/probe/native/mda_chance_loss.hpp"
#include "ports/probe/native/mda_link_evidence.hpp"

namespace cw::probe {
namespace {

constexpr std::int16_t nowhere = std::numeric_limits<std::int16_t>::max();

}  // namespace

HopView::Flow HopView::flow(int number) const {
  const auto place = static_cast<std::size_t>(number);
  return place < flows.size() ? flows[place] : Flow{.standing = others};
}

bool HopView::has_ends() const { return std::ranges::any_of(seen, &Seen::ends); }

int HopView::branches() const { return std::max(1, static_cast<int>(seen.size()) + (silent > 0 ? 1 : 0)); }

FlowTable::FlowTable(int first, int last) : first_(first), hops_(static_cast<std::size_t>(last - first + 1)) {}

FlowCell FlowTable::cell(int ttl, int flow) const {
  const auto& cells = hop(ttl).cells;
  const auto place = static_cast<std::size_t>(flow);
  return place < cells.size() ? cells[place] : FlowCell{};
}

FlowCell& FlowTable::touch(int ttl, int flow) {
  auto& cells = hops_[static_cast<std::size_t>(ttl - first_)].cells;
  const auto place = static_cast<std::size_t>(flow);
  if (place >= cells.size()) cells.resize(place + 1);
  if (place >= ends_.size()) ends_.resize(place + 1, nowhere);
  return cells[place];
}

void FlowTable::set_open(int ttl, FlowCell& cell, bool open) {
  if (cell.open == open) return;
  cell.open = open;
  hops_[static_cast<std::size_t>(ttl - first_)].open += open ? 1 : -1;
}

// ---- what happens

void FlowTable::on_sent(int ttl, int flow, Instant at) {
  auto& cell = touch(ttl, flow);
  cell.last_sent = at;
  set_open(ttl, cell, true);
  if (cell.sent < std::numeric_limits<std::uint8_t>::max()) ++cell.sent;
}

bool FlowTable::on_answer(int ttl, int flow, const IpAddress& from, bool ends) {
  auto& cell = touch(ttl, flow);
  auto& hop = hops_[static_cast<std::size_t>(ttl - first_)];
  const auto known = std::ranges::find_if(
      hop.interfaces, [&](const Interface& seen) { return seen.address == from && seen.ends == ends; });
  const auto place = static_cast<std::int16_t>(known - hop.interfaces.begin());
  bool is_news = known == hop.interfaces.end();
  if (is_news) hop.interfaces.push_back({.address = from, .ends = ends});
  set_open(ttl, cell, false);
  cell.silent = false;
  if (cell.answers < std::numeric_limits<std::uint8_t>::max()) ++cell.answers;
  if (cell.interface < 0) {
    cell.interface = place;
  } else if (cell.interface != place) {
    hop.strays.emplace_back(static_cast<std::uint16_t>(flow), place);
    is_news = true;
  }
  auto& end = ends_[static_cast<std::size_t>(flow)];
  if (ends) end = std::min(end, static_cast<std::int16_t>(ttl));
  return is_news;
}

void FlowTable::give_up(int ttl, int flow) {
  auto& cell = touch(ttl, flow);
  set_open(ttl, cell, false);
  cell.silent = cell.interface < 0;
}

std::vector<int> FlowTable::reopen_silent(int ttl) {
  std::vector<int> flows;
  for (int flow = 0; auto& cell : hops_[static_cast<std::size_t>(ttl - first_)].cells) {
    if (std::exchange(cell.silent, false)) {
      set_open(ttl, cell, true);
      flows.push_back(flow);
    }
    ++flow;
  }
  return flows;
}

// ---- what is known

bool FlowTable::ended_before(int flow, int ttl) const {
  const auto place = static_cast<std::size_t>(flow);
  return place < ends_.size() && ends_[place] < ttl;
}

int FlowTable::highest_forwarder() const {
  for (int ttl = last(); ttl >= first_; --ttl) {
    const auto& cells = hop(ttl).cells;
    for (int flow = 0; flow < static_cast<int>(cells.size()); ++flow) {
      const auto place = cells[static_cast<std::size_t>(flow)].interface;
      if (place >= 0 && !hop(ttl).interfaces[static_cast<std::size_t>(place)].ends && !ended_before(flow, ttl))
        return ttl;
    }
  }
  return first_ - 1;
}

Standing FlowTable::standing(int ttl, int flow, const HopView* before, FirstFlow first_flow) const {
  if (ended_before(flow, ttl)) return Standing::out;
  const auto known = cell(ttl, flow);
  // Where some flows ended a TTL before, only those count that are known not to have.
  if (before != nullptr && before->has_ends()) {
    const auto earlier = before->flow(flow).standing;
    const bool ends = known.interface >= 0 && hop(ttl).interfaces[static_cast<std::size_t>(known.interface)].ends;
    if (earlier != Standing::answered && (earlier != Standing::silent || ends)) return Standing::out;
  }
  if (known.interface >= 0) return Standing::answered;
  if (known.silent) return Standing::silent;
  if (known.open || (flow == 0 && first_flow == FirstFlow::under_way)) return Standing::waiting;
  return Standing::untried;
}

HopView FlowTable::view(int ttl, const HopView* before, FirstFlow first_flow) const {
  const auto& from = hop(ttl);
  HopView view;
  view.others = before != nullptr && before->has_ends() ? Standing::out : Standing::untried;
  std::vector<std::int16_t> places(from.interfaces.size(), -1);
  const auto place_of = [&](std::int16_t interface) {
    auto& place = places[static_cast<std::size_t>(interface)];
    if (place >= 0) return place;
    place = static_cast<std::int16_t>(view.seen.size());
    const auto& shown = from.interfaces[static_cast<std::size_t>(interface)];
    view.seen.push_back({.address = shown.address, .ends = shown.ends, .flows = {}});
    return place;
  };
  view.flows.resize(std::max({from.cells.size(), before != nullptr ? before->flows.size() : 0, std::size_t{1}}));
  for (std::size_t i = 0; i < view.flows.size(); ++i) {
    const auto known = cell(ttl, static_cast<int>(i));
    auto& flow = view.flows[i];
    flow.standing = standing(ttl, static_cast<int>(i), before, first_flow);
    view.waiting += flow.standing == Standing::waiting;
    view.silent += flow.standing == Standing::silent;
    if (flow.standing == Standing::silent) flow.lost = known.sent;
    if (flow.standing != Standing::answered) continue;
    ++view.answered;
    flow.seen = place_of(known.interface);
    view.seen[static_cast<std::size_t>(flow.seen)].flows.push_back(static_cast<std::uint16_t>(i));
    flow.answers = known.answers;
    flow.lost = std::max(0, known.sent - known.answers - (known.open ? 1 : 0));
    view.repeats += flow.answers - 1;
    view.repeats_open += known.open;
    view.lost += flow.lost;
  }
  for (const auto& [flow, interface] : from.strays) {
    auto& flows = view.seen[static_cast<std::size_t>(place_of(interface))].flows;
    const auto at = std::ranges::lower_bound(flows, flow);
    if (at == flows.end() || *at != flow) flows.insert(at, flow);
  }
  view.per_packet = !from.strays.empty() || (before != nullptr && before->per_packet && view.is_wide());
  return view;
}

std::vector<HopView> FlowTable::views(int end, FirstFlow first_flow) const {
  assert(end <= last());
  std::vector<HopView> views;
  views.reserve(static_cast<std::size_t>(std::max(0, end - first_ + 1)));
  for (int ttl = first_; ttl <= end; ++ttl)
    views.push_back(view(ttl, views.empty() ? nullptr : &views.back(), first_flow));
  leave_out_chance_losses(views);
  return views;
}

// ---- the graph

namespace {

using Key = std::pair<int, std::optional<IpAddress>>;  // TTL and address

void add_flows(std::vector<std::uint16_t>& to, const std::vector<std::uint16_t>& more) {
  std::vector<std::uint16_t> all;
  std::ranges::set_union(to, more, std::back_inserter(all));
  to = std::move(all);
}

std::map<Key, std::vector<std::uint16_t>> interfaces_of(const std::vector<HopView>& views, int first) {
  std::map<Key, std::vector<std::uint16_t>> interfaces;
  for (int ttl = first; const auto& view : views) {
    for (const auto& seen : view.seen) add_flows(interfaces[{ttl, seen.address}], seen.flows);
    for (std::size_t flow = 0; flow < view.flows.size(); ++flow)
      if (view.flows[flow].standing == Standing::silent)
        interfaces[{ttl, std::nullopt}].push_back(static_cast<std::uint16_t>(flow));
    ++ttl;
  }
  return interfaces;
}

// Who forwarded the flow at one TTL, and who got it at the next; nothing where that is no link, or may be none.
std::optional<std::pair<const IpAddress*, const IpAddress*>> link_of(const HopView& from, const HopView& to, int flow,
                                                                     const IpAddress& destination) {
  const auto sender = from.flow(flow);
  const auto receiver = to.flow(flow);
  if (sender.seen < 0 || receiver.seen < 0) return std::nullopt;
  const auto& near = from.seen[static_cast<std::size_t>(sender.seen)];
  const auto& far = to.seen[static_cast<std::size_t>(receiver.seen)];
  const bool is_refusal = far.ends && far.address != destination;
  if (near.ends || is_refusal || near.address == far.address) return std::nullopt;
  const LinkEnds ends{.near = from, .far = to, .from = sender.seen, .to = receiver.seen};
  if (link_evidence(ends).least() < least_link_bits) return std::nullopt;
  return std::pair(&near.address, &far.address);
}

}  // namespace

PathGraph make_graph(const FlowTable& table, const IpAddress& destination) {
  auto views = table.views(table.last(), FlowTable::FirstFlow::settled);
  while (!views.empty() && views.back().seen.empty()) views.pop_back();
  PathGraph graph;
  std::map<Key, std::size_t> places;
  for (auto& [key, flows] : interfaces_of(views, table.first())) {
    places[key] = graph.interfaces.size();
    graph.interfaces.push_back(
        {.ttl = Ttl{static_cast<std::uint8_t>(key.first)}, .address = key.second, .flows = std::move(flows)});
  }
  std::map<std::pair<std::size_t, std::size_t>, std::vector<std::uint16_t>> links;
  for (std::size_t i = 0; i < views.size(); ++i) {
    const int ttl = table.first() + static_cast<int>(i);
    if (views[i].per_packet) {
      graph.per_packet.push_back(Ttl{static_cast<std::uint8_t>(ttl)});
      continue;
    }
    if (i + 1 == views.size()) break;
    for (int flow = 0; flow < static_cast<int>(views[i].flows.size()); ++flow)
      if (const auto link = link_of(views[i], views[i + 1], flow, destination))
        links[{places.at({ttl, *link->first}), places.at({ttl + 1, *link->second})}].push_back(
            static_cast<std::uint16_t>(flow));
  }
  for (auto& [ends, flows] : links)
    graph.links.push_back({.from = ends.first, .to = ends.second, .flows = std::move(flows)});
  return graph;
}

}  // namespace cw::probe
