// parse_scenario on any text: no crash, one line of error, and what is accepted is whole: every position in it
// leads somewhere, and an Internet can be made of it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lab/ground_truth.hpp"
#include "lab/scenario.hpp"

namespace {

constexpr std::uint32_t most_destinations = 64;
constexpr std::size_t most_routers_to_build = 2'000;

void demand(bool holds) {
  if (!holds) std::abort();
}

void check(const cw::lab::Scenario& scenario) {
  using cw::lab::nowhere;
  demand(scenario.vantage.router < scenario.routers.size());
  for (const auto& router : scenario.routers) demand(router.traits < scenario.router_traits.size());
  for (const auto& link : scenario.links) {
    demand(link.a < scenario.routers.size() && link.b < scenario.routers.size());
    demand(link.interfaces == nowhere || link.interfaces < scenario.interfaces.size());
  }
  for (const auto& network : scenario.networks) {
    demand(network.router < scenario.routers.size());
    demand(network.traits < scenario.destination_traits.size());
  }
  for (const auto& route : scenario.routes)
    for (const auto link : route.via) demand(link < scenario.links.size());
  demand(std::ranges::is_sorted(scenario.changes, {}, &cw::lab::Change::at));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto scenario = cw::lab::parse_scenario(text, "fuzz.toml", most_destinations);
  if (!scenario) {
    demand(!scenario.error().message.empty());
    demand(scenario.error().message.find('\n') == std::string::npos);
    return 0;
  }
  check(*scenario);
  if (scenario->routers.size() > most_routers_to_build) return 0;
  cw::lab::SimulatedInternet internet(*std::move(scenario), cw::Instant{});
  for (const auto& destination : internet.scenario().destinations)
    cw::lab::expected_path(internet, destination.address);
  internet.advance_to(cw::Instant{std::chrono::hours(24)});
  return 0;
}
