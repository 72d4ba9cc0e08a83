#include "ports/routing/route_table.hpp"

#include <chrono>
#include <set>

#include "core/special_use.hpp"

namespace cw::routing {
namespace {

// Of the registries that core/special_use holds.
constexpr Instant kIanaDate = std::chrono::sys_days(
    std::chrono::year_month_day(std::chrono::year(2025), std::chrono::month(10), std::chrono::day(9)));

}  // namespace

AddressFacts facts_of(const RouteTable& table, const IpAddress& address) {
  AddressFacts facts{.address = address};
  if (const SpecialUse* special = special_use(address)) {
    facts.special = special->name;
    facts.source = "iana";
    facts.as_of = kIanaDate;
    return facts;
  }
  const TableInfo info = table.info();
  facts.source = info.source;
  facts.as_of = info.as_of;
  if (const auto origin = table.origin(address)) {
    facts.prefix = origin->prefix;
    facts.asn = origin->asn;
    facts.org_name = origin->org_name;
  }
  return facts;
}

std::vector<AddressFacts> facts_on_path(const RouteTable& table, const Measurement& measurement) {
  std::set<IpAddress> addresses{measurement.address};
  for (const auto& hop : measurement.hops) {
    for (const auto& reply : hop.replies) addresses.insert(reply.from);
    if (hop.inferred) addresses.insert(hop.inferred->from);
  }
  std::vector<AddressFacts> facts;
  for (const auto& address : addresses) facts.push_back(facts_of(table, address));
  return facts;
}

}  // namespace cw::routing
