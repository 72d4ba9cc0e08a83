// Debian's measuring programs before the suite that every prober passes, over kernel sockets on a TUN device that
// leads into the simulated Internet. They are tried only where nothing can leave the machine.

#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <chrono>
#include <memory>
#include <string_view>

#include "lab/tun_front.hpp"
#include "platform/system_clock.hpp"
#include "ports/probe/prober_conformance.hpp"
#include "ports/probe/tool_prober.hpp"
#include "private_world.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_running = 8;

// The path and the silent host of scenarios/unreachable.toml.
constexpr std::array<std::string_view, 4> path{"192.0.2.1", "198.51.100.1", "198.51.100.2", "203.0.113.1"};
constexpr std::string_view silent = "203.0.113.7";

struct Lab {
  platform::SystemClock clock;
  std::unique_ptr<lab::TunFront> front;
};

ProberWorld open_world(std::string_view name, std::set<Kind> kinds, std::set<Method> methods) {
  ProberWorld world;
  world.missing = test::why_not_private();
  if (!world.missing.empty()) return world;
  auto front = test::open_lab("unreachable");
  if (!front) {
    world.missing = front.error().message;
    return world;
  }
  auto lab = std::make_shared<Lab>();
  lab->front = *std::move(front);
  auto prober = ToolProber::open(*find_tool(name), {.most_running = most_running}, lab->clock);
  if (!prober) {
    world.missing = prober.error().message;
    return world;
  }
  world.prober = *std::move(prober);
  for (const auto address : path) world.path.push_back(IpAddress::parse(address).value());
  world.silent = IpAddress::parse(silent).value();
  world.kinds = std::move(kinds);
  world.methods = std::move(methods);
  world.most_running = most_running;
  // Programs run in their own time.
  world.run_until = [](const std::function<bool()>& done) {
    const auto give_up_at = std::chrono::steady_clock::now() + 120s;
    while (!done() && std::chrono::steady_clock::now() < give_up_at) ::poll(nullptr, 0, 2);
    return done();
  };
  world.keeps_alive = std::move(lab);
  return world;
}

INSTANTIATE_TEST_SUITE_P(Mtr, ProberConformance, testing::Values([] {
                           return open_world("mtr", {Kind::trace, Kind::mtr}, {Method::icmp, Method::udp, Method::tcp});
                         }));
INSTANTIATE_TEST_SUITE_P(Traceroute, ProberConformance, testing::Values([] {
                           return open_world("traceroute", {Kind::trace}, {Method::icmp, Method::udp, Method::tcp});
                         }));
INSTANTIATE_TEST_SUITE_P(Ping, ProberConformance,
                         testing::Values([] { return open_world("ping", {Kind::ping}, {Method::icmp}); }));
INSTANTIATE_TEST_SUITE_P(Nping, ProberConformance, testing::Values([] {
                           return open_world("nping", {Kind::ping}, {Method::icmp, Method::udp, Method::tcp});
                         }));

}  // namespace
}  // namespace cw::probe
