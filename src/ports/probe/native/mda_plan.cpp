#include "ports/probe/native/mda_plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <utility>

#include "ports/probe/native/mda_link_evidence.hpp"
#include "ports/probe/native/mda_stopping_rule.hpp"

namespace cw::probe {
namespace {

// How often an interface's flows are asked again. Where hops branch one after the other, a router that sends each
// packet another way makes links that are none; but it makes them look meshed, too.
constexpr int repeats_of_an_interface = 4;
constexpr int repeats_in_a_mesh = 10;
// A hop beside one that balances by packet may do so too, and have shown one of its interfaces by chance.
constexpr int least_flows_next_to_packets = 32;
constexpr int most_probes_of_a_flow = 12;  // to one TTL
constexpr int most_repeats_of_a_hop = 48;
constexpr int most_flows_for_links = 48;
constexpr double least_bits_of_a_repeat = 0.25;
constexpr int least_search = 6;
constexpr int widest_search = 12;
constexpr int probes_about_silence = 4;
constexpr int most_probes_about_silence = 16;

using Seen = HopView::Seen;

class Planner {
 public:
  Planner(const FlowTable& table, const PlanScope& scope)
      : table_(table), scope_(scope), hops_(table.views(scope.end, scope.first_flow)), uneven_(hops_.size()) {}

  Plan plan() && {
    for (std::size_t hop = 0; hop < hops_.size(); ++hop) fill_hop(hop);
    for (std::size_t hop = 0; hop + 1 < hops_.size(); ++hop) join_hops(hop);
    for (std::size_t hop = 0; hop + 1 < hops_.size(); ++hop) judge_diamond(hop);
    for (std::size_t hop = 0; hop + 1 < hops_.size(); ++hop)
      if (uneven_[hop]) fill_interfaces(hop);
    for (std::size_t hop = 0; hop < hops_.size(); ++hop) repeat_flows(hop);
    for (std::size_t hop = 0; hop + 1 < hops_.size(); ++hop) prove_links(hop);
    find_packets_apart();
    return std::move(plan_);
  }

 private:
  // ---- words

  [[nodiscard]] int flows_for(int branches) const {
    return flows_to_rule_out_another(branches, scope_.confidence_percent);
  }
  // Nothing is wanted and nothing awaited: what is seen may be judged.
  [[nodiscard]] bool is_quiet(std::size_t hop) const { return hops_[hop].waiting == 0 && hops_[hop].repeats_open == 0; }
  [[nodiscard]] bool is_asked(const HopView& hop, int flow) const {
    const auto standing = hop.flow(flow).standing;
    return standing != Standing::untried && standing != Standing::out;
  }
  [[nodiscard]] int known_at(const HopView& hop, const Seen& interface) const {
    return static_cast<int>(
        std::ranges::count_if(interface.flows, [&](std::uint16_t flow) { return is_asked(hop, flow); }));
  }
  // The interfaces at another hop that the flows of one went through.
  [[nodiscard]] static std::set<int> neighbours(const HopView& hop, const Seen& interface) {
    std::set<int> places;
    for (const auto flow : interface.flows)
      if (const auto place = hop.flow(flow).seen; place >= 0) places.insert(place);
    return places;
  }
  [[nodiscard]] bool both_wide(std::size_t hop) const { return hops_[hop].is_wide() && hops_[hop + 1].is_wide(); }

  // ---- wishes

  bool wish(std::size_t hop, int flow) {
    auto& view = hops_[hop];
    if (view.flow(flow).standing != Standing::untried) return false;
    const auto place = static_cast<std::size_t>(flow);
    if (place >= view.flows.size()) view.flows.resize(place + 1, {.standing = view.others});
    view.flows[place].standing = Standing::waiting;
    ++view.waiting;
    plan_.wishes.push_back({.ttl = table_.first() + static_cast<int>(hop), .flow = flow});
    return true;
  }

  // The smallest numbers first: they are the ones that other TTLs have too. Where only flows count that did not
  // end before, such flows are looked for a TTL earlier.
  void wish_new_flows(std::size_t hop, int count) {
    for (int flow = 0; count > 0 && flow < scope_.most_flows; ++flow) count -= wish(hop, flow);
    if (count <= 0) return;
    if (hop > 0 && hops_[hop].others == Standing::out)
      wish_new_flows(hop - 1, count - hops_[hop - 1].waiting);
    else
      plan_.out_of_flows = true;
  }

  // ---- rule 1

  void fill_hop(std::size_t hop) {
    const auto& view = hops_[hop];
    const int settled = view.answered + view.silent;
    int wanted = flows_for(view.branches());
    if (settled >= wanted)
      wanted = std::max(wanted, flows_for_unequal_shares(shown_by(view), scope_.confidence_percent));
    if (is_next_to_packets(hop)) wanted = std::max(wanted, least_flows_next_to_packets);
    wish_new_flows(hop, wanted - settled - view.waiting);
  }
  [[nodiscard]] static std::vector<int> shown_by(const HopView& hop) {
    std::vector<int> counts;
    for (const auto& interface : hop.seen) counts.push_back(static_cast<int>(interface.flows.size()));
    return counts;
  }
  [[nodiscard]] bool is_next_to_packets(std::size_t hop) const {
    return (hop > 0 && hops_[hop - 1].per_packet) || (hop + 1 < hops_.size() && hops_[hop + 1].per_packet);
  }

  // ---- rule 2

  void join_hops(std::size_t hop) {
    const auto& near = hops_[hop];
    const auto& far = hops_[hop + 1];
    if (near.per_packet || near.seen.empty() || far.seen.empty()) return;
    const int wanted = both_wide(hop) ? mesh_flows : 1;
    for (const auto& interface : near.seen)
      if (!interface.ends) wish_known_flows(hop + 1, interface, wanted);
    if (far.per_packet) return;
    for (const auto& interface : far.seen) wish_known_flows(hop, interface, wanted);
  }

  // Flows of an interface, at another hop.
  int wish_known_flows(std::size_t hop, const Seen& interface, int wanted) {
    wanted -= known_at(hops_[hop], interface);
    for (const auto flow : interface.flows) {
      if (wanted <= 0) break;
      wanted -= wish(hop, flow);
    }
    return std::max(0, wanted);
  }

  // ---- rule 3

  // Whether the links between a hop and the next are those of an even diamond.
  [[nodiscard]] bool looks_meshed(std::size_t hop) const {
    const auto& near = hops_[hop];
    const auto& far = hops_[hop + 1];
    const auto splits = [&](const Seen& interface) { return neighbours(far, interface).size() > 1; };
    const auto joins = [&](const Seen& interface) { return neighbours(near, interface).size() > 1; };
    return (near.seen.size() >= far.seen.size() && std::ranges::any_of(near.seen, splits)) ||
           (near.seen.size() <= far.seen.size() && std::ranges::any_of(far.seen, joins));
  }
  [[nodiscard]] bool looks_lopsided(std::size_t hop) const {
    const auto& near = hops_[hop];
    const auto& far = hops_[hop + 1];
    std::set<std::size_t> counts;
    if (near.seen.size() < far.seen.size()) {
      for (const auto& interface : near.seen)
        if (!interface.ends) counts.insert(neighbours(far, interface).size());
    } else if (near.seen.size() > far.seen.size()) {
      for (const auto& interface : far.seen) counts.insert(neighbours(near, interface).size());
    }
    return counts.size() > 1;
  }

  [[nodiscard]] bool is_judgeable(std::size_t hop) const {
    return both_wide(hop) && is_quiet(hop) && is_quiet(hop + 1) && !hops_[hop].per_packet && !hops_[hop + 1].per_packet;
  }

  // What is uneven at one place is asked about from the split to the join.
  void judge_diamond(std::size_t hop) {
    if (!is_judgeable(hop) || (!looks_meshed(hop) && !looks_lopsided(hop))) return;
    std::size_t split = hop;
    while (split > 0 && hops_[split].is_wide()) --split;
    std::size_t join = hop + 1;
    while (join + 1 < hops_.size() && hops_[join].is_wide()) ++join;
    for (auto i = split; i < join; ++i) uneven_[i] = true;
  }

  void fill_interfaces(std::size_t hop) {
    auto& near = hops_[hop];
    const auto& far = hops_[hop + 1];
    if (near.per_packet || far.per_packet || far.seen.empty()) return;
    // Random ways look meshed: that they are no such is made sure first.
    if (!is_sure_of_flows(hop) || !is_sure_of_flows(hop + 1)) return;
    int missing = 0;
    std::set<int> before;  // interfaces a TTL earlier that lead to those that want flows
    for (const auto& interface : near.seen) {
      if (interface.ends) continue;
      const auto is_silent = [&](std::uint16_t flow) { return far.flow(flow).standing == Standing::silent; };
      const auto branches =
          neighbours(far, interface).size() + (std::ranges::any_of(interface.flows, is_silent) ? 1 : 0);
      const int left =
          wish_known_flows(hop + 1, interface, flows_for(static_cast<int>(std::max<std::size_t>(1, branches))));
      missing += left;
      if (left > 0 && hop > 0) before.merge(neighbours(hops_[hop - 1], interface));
    }
    missing -= near.waiting;
    if (missing <= 0) return;
    // By chance few of them come through a seldom interface: several are tried at once.
    missing = std::max(missing, std::min(missing * static_cast<int>(near.seen.size()), widest_search) - near.waiting);
    for (const auto place : before) {
      const auto& leading = hops_[hop - 1].seen[static_cast<std::size_t>(place)];
      missing = wish_more(hop, leading, missing);
    }
    wish_new_flows(hop, missing);
  }
  int wish_more(std::size_t hop, const Seen& interface, int count) {
    for (const auto flow : interface.flows) {
      if (count <= 0) break;
      count -= wish(hop, flow);
    }
    return count;
  }

  // ---- rule 4

  [[nodiscard]] bool is_beside_wide(std::size_t hop) const {
    return (hop > 0 && (hops_[hop - 1].is_wide() || hops_[hop - 1].may_hide_somebody())) ||
           (hop + 1 < hops_.size() && hops_[hop + 1].is_wide());
  }
  [[nodiscard]] int repeats_of_each(std::size_t hop) const {
    const bool in_a_mesh = uneven_[hop] || (hop > 0 && uneven_[hop - 1]);
    const bool is_doubtful = hop > 0 && hops_[hop - 1].may_hide_somebody();
    return in_a_mesh || is_doubtful || is_beside_packets(hop) ? repeats_in_a_mesh : repeats_of_an_interface;
  }
  // Between the same split and join as a hop that balances by packet.
  [[nodiscard]] bool is_beside_packets(std::size_t hop) const {
    for (auto i = hop; i < hops_.size() && hops_[i].is_wide(); ++i)
      if (hops_[i].per_packet) return true;
    for (auto i = hop + 1; i-- > 0 && hops_[i].is_wide();)
      if (hops_[i].per_packet) return true;
    return false;
  }

  [[nodiscard]] FlowCell cell(std::size_t hop, int flow) const {
    return table_.cell(table_.first() + static_cast<int>(hop), flow);
  }
  [[nodiscard]] int missing_repeats(std::size_t hop, const Seen& interface) const {
    int missing = repeats_of_each(hop);
    for (const auto flow : interface.flows) missing -= cell(hop, flow).answers - 1;
    return std::max(0, missing);
  }
  [[nodiscard]] bool is_sure_of_flows(std::size_t hop) const {
    const auto& view = hops_[hop];
    if (!view.is_wide() || view.per_packet || !is_beside_wide(hop)) return true;
    return std::ranges::all_of(view.seen, [&](const Seen& seen) { return missing_repeats(hop, seen) == 0; });
  }

  void repeat_flows(std::size_t hop) {
    const auto& view = hops_[hop];
    if (!view.is_wide() || view.waiting > 0 || view.per_packet) return;
    if (!is_beside_wide(hop)) {
      const double unnoticed = (100 - scope_.confidence_percent) / 100.0;
      const int wanted = static_cast<int>(std::ceil(-std::log2(unnoticed) / bits_of_a_repeat(view)));
      repeat(hop, all_flows(view), wanted - view.repeats);
      return;
    }
    for (const auto& interface : view.seen)
      plan_.out_of_flows |= repeat(hop, interface.flows, missing_repeats(hop, interface)) > 0;
  }

  [[nodiscard]] static std::vector<std::uint16_t> all_flows(const HopView& hop) {
    std::vector<std::uint16_t> all;
    for (const auto& interface : hop.seen) all.insert(all.end(), interface.flows.begin(), interface.flows.end());
    return all;
  }

  // Those that were asked least come first. The request's own flow is not asked again while it is under way: its
  // answers are the hops of the measurement. How many are wanted still.
  int repeat(std::size_t hop, const std::vector<std::uint16_t>& flows, int wanted) {
    std::vector<std::pair<int, int>> candidates;  // probes so far, flow
    for (const auto flow : flows) {
      const auto known = cell(hop, flow);
      wanted -= known.open;
      const bool is_free = flow != 0 || scope_.first_flow == FlowTable::FirstFlow::settled;
      if (is_free && !known.open && known.sent < most_probes_of_a_flow) candidates.emplace_back(known.sent, flow);
    }
    std::ranges::sort(candidates);
    for (const auto& [sent, flow] : candidates) {
      if (wanted <= 0) return 0;
      plan_.wishes.push_back({.ttl = table_.first() + static_cast<int>(hop), .flow = flow});
      --wanted;
    }
    return std::max(0, wanted);
  }

  // ---- rule 5

  void prove_links(std::size_t hop) {
    const auto& near = hops_[hop];
    const auto& far = hops_[hop + 1];
    if (near.per_packet || !is_quiet(hop) || !is_quiet(hop + 1)) return;
    confirm(hop);
    confirm(hop + 1);
    double missing = 0;
    const bool is_hopeless = far.per_packet && (near.is_wide() || near.silent > 0 || near.lost > 0);
    for (const auto& [from, to] : links_between(near, far)) {
      const auto evidence = link_evidence({.near = near, .far = far, .from = from, .to = to});
      missing = std::max(missing, wanted_link_bits - evidence.against_ways);
      if (evidence.against_silence < least_link_bits && !is_hopeless)
        ask_about_silence(hop, near.seen[static_cast<std::size_t>(from)]);
    }
    if (missing > 0 && !is_hopeless) tell_ways_apart(hop, missing);
  }

  [[nodiscard]] static std::set<std::pair<int, int>> links_between(const HopView& near, const HopView& far) {
    std::set<std::pair<int, int>> links;
    for (int flow = 0; flow < static_cast<int>(near.flows.size()); ++flow) {
      const std::pair link(near.flow(flow).seen, far.flow(flow).seen);
      if (link.first >= 0 && link.second >= 0 && !near.seen[static_cast<std::size_t>(link.first)].ends)
        links.insert(link);
    }
    return links;
  }

  void confirm(std::size_t hop) {
    for (int place = 0; const auto& interface : hops_[hop].seen)
      if (const int missing = missing_confirmations(hops_[hop], place++); missing > 0)
        repeat(hop, interface.flows, missing);
  }

  // Where repeats tell something, they are asked for at the hop where they tell more; else further flows of both.
  void tell_ways_apart(std::size_t hop, double missing_bits) {
    const auto of_near = bits_of_a_repeat(hops_[hop]);
    const auto of_far = bits_of_a_repeat(hops_[hop + 1]);
    if (std::max(of_near, of_far) >= least_bits_of_a_repeat) {
      const auto at = of_near > of_far ? hop : hop + 1;
      const int wanted = static_cast<int>(std::ceil(missing_bits / std::max(of_near, of_far)));
      repeat(at, all_flows(hops_[at]), std::min(wanted, most_repeats_of_a_hop - hops_[at].repeats));
      return;
    }
    for (const auto at : {hop, hop + 1}) {
      const int room = most_flows_for_links - hops_[at].answered - hops_[at].silent;
      if (!hops_[at].is_wide())
        wish_new_flows(at, std::min(std::max(static_cast<int>(std::ceil(missing_bits)), least_search), room));
    }
  }

  // A few probes more of the interface's flows each round, to its TTL and behind it.
  void ask_about_silence(std::size_t hop, const Seen& interface) {
    for (const auto at : {hop, hop + 1}) {
      int probes = 0;
      for (const auto flow : interface.flows) probes += cell(at, flow).sent;
      int wanted = std::min(probes_about_silence, most_probes_about_silence - probes);
      for (const auto flow : interface.flows)
        if (wanted > 0) wanted -= wish(at, flow);
      if (wanted > 0) repeat(at, interface.flows, wanted);
    }
  }

  // From the TTL before, which may have shown one of its ways by chance, to where all answer from one address.
  void find_packets_apart() {
    bool apart = false;
    for (std::size_t hop = 0; hop < hops_.size(); ++hop) {
      const bool starts = hop + 1 < hops_.size() && hops_[hop + 1].per_packet;
      const bool is_plain = !hops_[hop].is_wide() && hops_[hop].silent == 0 && hops_[hop].lost == 0;
      apart = hops_[hop].per_packet || (apart && !is_plain);
      if (apart || starts) plan_.packets_apart.push_back(table_.first() + static_cast<int>(hop));
    }
  }

  const FlowTable& table_;
  const PlanScope& scope_;
  std::vector<HopView> hops_;
  std::vector<bool> uneven_;  // by hop: the links to the next
  Plan plan_;
};

}  // namespace

Plan plan_probes(const FlowTable& table, const PlanScope& scope) { return Planner(table, scope).plan(); }

}  // namespace cw::probe
