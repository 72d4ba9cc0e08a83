// Prints what a right trace of each IPv4 destination of a scenario must find, a JSON line each:
// {"destination": ADDRESS, "hops": [ADDRESS, null for silence, …], "rtt_ms": of the destination, null for silence}.

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "codec/icmp.hpp"
#include "codec/ip.hpp"
#include "lab/ground_truth.hpp"
#include "lab/scenario.hpp"
#include "lab/simulated_internet.hpp"

namespace {

constexpr int attempts = 5;  // a scenario may lose packets
constexpr cw::Duration longest_wait = std::chrono::seconds(5);

// How long an echo takes, as the simulated Internet itself says; each probe gets a time of its own.
std::optional<cw::Duration> round_trip(cw::lab::SimulatedInternet& internet, const cw::IpAddress& destination,
                                       cw::Instant& now) {
  const auto& source = internet.scenario().vantage.v4;
  std::array<std::uint8_t, 64> bytes{};
  cw::codec::ByteWriter packet(bytes);
  constexpr std::size_t echo_header_size = 8;
  cw::codec::write_ip(packet,
                      {.source = source, .destination = destination, .protocol = cw::codec::protocol_icmp, .ttl = 64},
                      echo_header_size);
  cw::codec::write_icmp_echo(packet, cw::codec::IcmpMessage::echo_request, {.identifier = 1, .sequence = 1}, source,
                             destination);
  std::vector<std::uint8_t> reply;
  for (int i = 0; i < attempts; ++i) {
    const auto sent = now;
    now += longest_wait;
    internet.send(packet.written(), sent);
    cw::Instant arrived;
    if (internet.take_arrival(now, reply, arrived)) return arrived - sent;
  }
  return std::nullopt;
}

}  // namespace

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
  cw::Instant now;
  for (const auto& destination : destinations) {
    if (!destination.address.is_v4()) continue;
    const auto path = cw::lab::expected_path(internet, destination.address);
    std::string hops;
    for (const auto& hop : path.hops) {
      if (!hops.empty()) hops += ", ";
      hops += hop.addresses.size() == 1 && !hop.may_be_silent ? fmt::format("\"{}\"", hop.addresses.front().to_string())
                                                              : "null";
    }
    const auto rtt = round_trip(internet, destination.address, now);
    fmt::print("{{\"destination\": \"{}\", \"hops\": [{}], \"rtt_ms\": {}}}\n", destination.address.to_string(), hops,
               rtt ? fmt::format("{:.6f}", cw::to_milliseconds(*rtt)) : "null");
  }
}
