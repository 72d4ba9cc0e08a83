// Prints what multipath traces of a scenario's IPv4 destinations may find, a JSON line each:
// {"destination": ADDRESS, "interfaces": [[TTL, ADDRESS], …], "links": [[TTL, FROM, TO], …]}.

#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "lab/expected_graph.hpp"
#include "lab/scenario.hpp"
#include "lab/simulated_internet.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: multipath_truth SCENARIO.toml\n");
    return 2;
  }
  auto scenario = cw::lab::load_scenario(argv[1]);
  if (!scenario) {
    fmt::print(stderr, "multipath_truth: {}\n", scenario.error().message);
    return 1;
  }
  const auto destinations = scenario->destinations;
  cw::lab::SimulatedInternet internet(*std::move(scenario), cw::Instant{});
  for (const auto& destination : destinations) {
    if (!destination.address.is_v4()) continue;
    const auto graph = cw::lab::expected_graph(internet, destination.address);
    std::string interfaces;
    for (const auto& [ttl, address] : graph.interfaces)
      interfaces += fmt::format("{}[{}, \"{}\"]", interfaces.empty() ? "" : ", ", ttl, address.to_string());
    std::string links;
    for (const auto& [from, to] : graph.links)
      links += fmt::format("{}[{}, \"{}\", \"{}\"]", links.empty() ? "" : ", ", from.ttl, from.address.to_string(),
                           to.address.to_string());
    fmt::print("{{\"destination\": \"{}\", \"interfaces\": [{}], \"links\": [{}]}}\n", destination.address.to_string(),
               interfaces, links);
  }
}
