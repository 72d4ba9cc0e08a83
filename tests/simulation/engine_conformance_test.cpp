// The native prober and the simulated wire before the suites that every prober and every wire passes.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>

#include "core/clock.hpp"
#include "engine_lab.hpp"
#include "lab/scenario.hpp"
#include "lab/simulated_internet.hpp"
#include "lab/simulated_wire.hpp"
#include "platform/wire_conformance.hpp"
#include "ports/probe/native/native_prober.hpp"
#include "ports/probe/prober_conformance.hpp"

namespace cw::lab {
namespace {

constexpr Instant start_of_time{std::chrono::hours(24 * 365 * 50)};
constexpr int routers = 9;
constexpr std::size_t most_running = 20;

struct SmallWorld {
  ManualClock clock{start_of_time};
  SimulatedInternet internet;

  SmallWorld() : internet(*parse_scenario(toml(), "world.toml"), start_of_time) {}

  static std::string toml() {
    return Row{.routers = routers, .rtt_ms = 30}.toml() +
           "[[host]]\naddress = \"203.0.113.99\"\nrouter = \"r9\"\nbehaviour = \"silent\"\n";
  }
};

probe::ProberWorld native_world(std::unique_ptr<probe::NativeProber> prober, std::shared_ptr<SmallWorld> world) {
  probe::ProberWorld result;
  for (int i = 1; i <= routers; ++i) result.path.push_back(router_address(i));
  result.path.push_back(host_address());
  result.silent = *IpAddress::parse("203.0.113.99");
  result.kinds = {Kind::trace, Kind::ping, Kind::mtr};
  result.methods = {Method::icmp, Method::udp, Method::tcp, Method::tcp_ack};
  result.most_running = most_running;
  result.prober = std::move(prober);
  result.keeps_alive = std::move(world);
  return result;
}

std::unique_ptr<probe::NativeProber> make_prober(SmallWorld& world) {
  return std::make_unique<probe::NativeProber>(
      std::make_unique<SimulatedWire>(world.internet, world.clock),
      probe::NativeProberOptions{.packets_per_second = 0, .most_running = most_running, .seed = 5});
}

probe::ProberWorld open_stepped_world() {
  auto world = std::make_shared<SmallWorld>();
  auto prober = make_prober(*world);
  auto* native = prober.get();
  auto result = native_world(std::move(prober), world);
  result.run_until = [native, world](const std::function<bool()>& done) {
    const auto latest = world->clock.now() + std::chrono::hours(2);
    while (!done() && world->clock.now() < latest)
      if (!native->turn(latest)) return false;
    return done();
  };
  return result;
}

// With a thread of its own; simulated time runs as fast as that thread does.
probe::ProberWorld open_launched_world() {
  auto world = std::make_shared<SmallWorld>();
  auto prober = make_prober(*world);
  prober->launch();
  auto result = native_world(std::move(prober), world);
  result.run_until = [](const std::function<bool()>& done) {
    const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!done() && std::chrono::steady_clock::now() < give_up_at) std::this_thread::yield();
    return done();
  };
  return result;
}

platform::WireWorld open_simulated_wire() {
  auto world = std::make_shared<SmallWorld>();
  platform::WireWorld result;
  result.wire = std::make_unique<SimulatedWire>(world->internet, world->clock);
  result.answers_v4 = host_address(Family::v4);
  result.answers_v6 = host_address(Family::v6);
  result.keeps_alive = world;
  return result;
}

}  // namespace
}  // namespace cw::lab

namespace cw::probe {
INSTANTIATE_TEST_SUITE_P(NativeStepped, ProberConformance, testing::Values(&lab::open_stepped_world));
INSTANTIATE_TEST_SUITE_P(NativeLaunched, ProberConformance, testing::Values(&lab::open_launched_world));
}  // namespace cw::probe

namespace cw::platform {
INSTANTIATE_TEST_SUITE_P(Simulated, WireConformance, testing::Values(&lab::open_simulated_wire));
}  // namespace cw::platform
