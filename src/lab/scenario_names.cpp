#include "lab/scenario_names.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "core/text.hpp"

namespace cw::lab {
namespace {

template <class Map>
std::uint32_t look_up(const Map& map, TableReader& in, std::string_view key, std::string_view name,
                      std::string_view kind) {
  if (const auto found = map.find(name); found != map.end()) return found->second;
  std::vector<std::string_view> known;
  for (const auto& [other, position] : map) known.push_back(other);
  const auto nearest = nearest_name(name, known);
  in.refuse(key, fmt::format("names no {}: \"{}\"{}", kind, name,
                             nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : ""));
  return nowhere;
}

std::uint32_t link_between(const Scenario& scenario, std::uint32_t one, std::uint32_t other) {
  for (std::uint32_t i = 0; i < scenario.links.size(); ++i) {
    const auto& link = scenario.links[i];
    if ((link.a == one && link.b == other) || (link.a == other && link.b == one)) return i;
  }
  return nowhere;
}

}  // namespace

bool ScenarioNames::add_address(const IpAddress& address, std::uint32_t owner) {
  if (address.is_unspecified()) return true;
  return addresses_.try_emplace(address, owner).first->second == owner;
}

std::uint32_t ScenarioNames::router(TableReader& in, std::string_view key) const {
  return router_called(in, key, in.text(key));
}

std::uint32_t ScenarioNames::router_called(TableReader& in, std::string_view key, std::string_view name) const {
  return look_up(routers_, in, key, name, "router");
}

std::uint32_t ScenarioNames::link(TableReader& in, std::string_view key, const Scenario& scenario) const {
  const auto words = in.texts(key);
  if (words.size() == 1) return look_up(links_, in, key, words.front(), "link");
  if (words.size() != 2) {
    in.refuse(key, "must be a link's name or its two routers");
    return nowhere;
  }
  const auto one = router_called(in, key, words.front());
  const auto other = router_called(in, key, words.back());
  const auto link = link_between(scenario, one, other);
  if (link == nowhere) in.refuse(key, "names two routers without a link");
  return link;
}

ReplyHabits read_habits(TableReader& in) {
  return {.respond = in.probability("respond", 1),
          .duplicate = in.probability("duplicate", 0),
          .late = in.probability("late", 0),
          .late_by = in.milliseconds("late_ms", std::chrono::seconds(3))};
}

Behaviour read_behaviour(TableReader& in, std::string_view key, Behaviour otherwise) {
  // In the order of the enumeration.
  static constexpr std::array<std::string_view, 7> names{"answers",          "silent",     "network_unreachable",
                                                         "host_unreachable", "prohibited", "protocol_unreachable",
                                                         "port_unreachable"};
  return static_cast<Behaviour>(in.choice(key, static_cast<std::size_t>(otherwise), names));
}

Result<StaticRoute> read_route(TableReader& in, const Scenario& scenario, const ScenarioNames& names) {
  StaticRoute route{.router = names.router(in, "router")};
  if (const auto prefix = in.prefix("prefix"))
    route.prefix = *prefix;
  else
    in.refuse("prefix", "is missing");
  route.action = read_behaviour(in, "action", Behaviour::silent);
  if (route.action == Behaviour::answers || route.action == Behaviour::protocol_unreachable ||
      route.action == Behaviour::port_unreachable)
    in.refuse("action", "must be silent, network_unreachable, host_unreachable or prohibited");
  for (const auto& name : in.texts("via")) {
    const auto next = names.router_called(in, "via", name);
    const auto link = link_between(scenario, route.router, next);
    if (link == nowhere) in.refuse("via", fmt::format("names \"{}\", which has no link to the router", name));
    route.via.push_back(link);
  }
  if (!in.ok()) return std::unexpected(in.finish().error());
  return route;
}

}  // namespace cw::lab
