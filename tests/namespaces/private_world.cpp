#include "private_world.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "lab/scenario.hpp"
#include "lab/simulated_internet.hpp"
#include "platform/wire_socket.hpp"

namespace cw::test {

IpAddress loopback_v6() { return *IpAddress::parse("::1"); }

std::string why_not_private() {
  platform::SourceFinder routes;
  if (routes.find(outside)) return "this machine has a default route; run the tests within `unshare -rn`";
  if (!routes.find(loopback_v4)) return "the loopback is down: run `ip link set lo up` in the network namespace";
  return {};
}

Result<std::unique_ptr<lab::TunFront>> open_lab(std::string_view scenario) {
  const auto path = fmt::format("{}/scenarios/{}.toml", CW_SOURCE_DIR, scenario);
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  auto parsed = TRY(lab::parse_scenario(text.str(), path));
  auto device = TRY(lab::open_tun(parsed.vantage));
  auto internet = std::make_unique<lab::SimulatedInternet>(std::move(parsed), platform::wall_clock_now());
  return lab::TunFront::start(std::move(device), std::move(internet));
}

}  // namespace cw::test
