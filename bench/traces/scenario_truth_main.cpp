// Prints what a right trace of each IPv4 destination of a scenario must find, a JSON line each:
// {"destination": ADDRESS, "hops": [ADDRESS, null for silence, …]}.

#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "lab/ground_truth.hpp"
#include "lab/scenario.hpp"
#include "lab/simulated_internet.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: scenario_truth SCENARIO.toml\n");
    return 2;
  }
  auto scenario = cw::lab::load_scenario(argv[1]);
  if (!scenario) {
    fmt::print(stderr, "scenario_truth: {}\n", scenario.error().message);
    return 1;
  }
  const auto destinations = scenario->destinations;
  cw::lab::SimulatedInternet internet(*std::move(scenario), cw::Instant{});
  for (const auto& destination : destinations) {
    if (!destination.address.is_v4()) continue;
    const auto path = cw::lab::expected_path(internet, destination.address);
    std::string hops;
    for (const auto& hop : path.hops) {
      if (!hops.empty()) hops += ", ";
      hops += hop.addresses.size() == 1 && !hop.may_be_silent ? fmt::format("\"{}\"", hop.addresses.front().to_string())
                                                              : "null";
    }
    fmt::print("{{\"destination\": \"{}\", \"hops\": [{}]}}\n", destination.address.to_string(), hops);
  }
}
