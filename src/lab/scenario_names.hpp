#pragma once

// What the tables of a scenario call each other by, and where that stands.

#include <map>
#include <string>
#include <string_view>

#include "core/ip_address.hpp"
#include "lab/scenario.hpp"
#include "lab/table_reader.hpp"

namespace cw::lab {

class ScenarioNames {
 public:
  // False where the name is taken.
  bool add_router(std::string_view name, std::uint32_t position) { return routers_.emplace(name, position).second; }
  bool add_link(std::string_view name, std::uint32_t position) { return links_.emplace(name, position).second; }
  // False where the address belongs to another router, or to the vantage, already.
  bool add_address(const IpAddress& address, std::uint32_t owner);

  // The router that `key` names; a fault in `in` where there is none.
  std::uint32_t router(TableReader& in, std::string_view key) const;
  std::uint32_t router_called(TableReader& in, std::string_view key, std::string_view name) const;
  // The link that `key` names, or whose two ends it lists.
  std::uint32_t link(TableReader& in, std::string_view key, const Scenario& scenario) const;

 private:
  std::map<std::string, std::uint32_t, std::less<>> routers_;
  std::map<std::string, std::uint32_t, std::less<>> links_;
  std::map<IpAddress, std::uint32_t> addresses_;
};

// Keys that several tables have.
RouterTraits read_router_traits(TableReader& in, const Router& router);
DestinationTraits read_destination_traits(TableReader& in);
ReplyHabits read_habits(TableReader& in);
Behaviour read_behaviour(TableReader& in, std::string_view key, Behaviour otherwise);
Result<StaticRoute> read_route(TableReader& in, const Scenario& scenario, const ScenarioNames& names);

// The [[change]] tables.
Result<Change> read_change(TableReader& in, const Scenario& scenario, const ScenarioNames& names);

}  // namespace cw::lab
