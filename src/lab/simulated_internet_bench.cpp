// How many packets a second one core carries through a generated Internet and back: the lab must not be what an
// engine waits for.

#include <benchmark/benchmark.h>

#include <array>

#include "codec/icmp.hpp"
#include "core/random.hpp"
#include "lab/simulated_internet.hpp"

namespace cw::lab {
namespace {

Scenario generated(std::int64_t destinations) {
  return *parse_scenario(R"(
    [vantage]
    v4 = "192.0.2.10"
    router = "home"
    [[router]]
    name = "home"
    v4 = "192.0.2.1"
    [generate]
    destinations = )" + std::to_string(destinations),
                         "bench.toml");
}

std::vector<std::vector<std::uint8_t>> probes_of(const Scenario& scenario, std::size_t count) {
  std::vector<std::vector<std::uint8_t>> probes;
  Random random(1);
  const std::array<std::uint8_t, 12> payload{};
  for (std::size_t i = 0; i < count; ++i) {
    const auto& destination = scenario.destinations[random.below(scenario.destinations.size())].address;
    std::vector<std::uint8_t> probe(codec::ipv4_header_size + 8 + payload.size());
    codec::ByteWriter out(probe);
    codec::write_ip(out,
                    {.source = scenario.vantage.v4,
                     .destination = destination,
                     .protocol = codec::protocol_icmp,
                     .ttl = static_cast<std::uint8_t>(1 + random.below(15))},
                    8 + payload.size());
    codec::write_icmp_echo(out, codec::IcmpMessage::echo_request, {.identifier = 1, .payload = payload},
                           scenario.vantage.v4, destination);
    probes.push_back(std::move(probe));
  }
  return probes;
}

// Probes of random TTL to random destinations at 200,000 a second, and their replies taken as they arrive.
void carry_probes(benchmark::State& state) {
  SimulatedInternet internet(generated(state.range(0)), Instant{});
  const auto probes = probes_of(internet.scenario(), 16'384);
  std::vector<std::uint8_t> reply;
  Instant now{};
  Instant at{};
  std::size_t next = 0;
  for (auto unused : state) {
    internet.send(probes[next++ % probes.size()], now);
    now += std::chrono::microseconds(5);
    while (internet.take_arrival(now, reply, at)) benchmark::DoNotOptimize(reply.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(carry_probes)->Arg(1'000)->Arg(10'000)->Arg(100'000);

void generate(benchmark::State& state) {
  for (auto unused : state) benchmark::DoNotOptimize(generated(state.range(0)));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(generate)->Arg(10'000);

}  // namespace
}  // namespace cw::lab

BENCHMARK_MAIN();
