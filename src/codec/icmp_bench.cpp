// What reading one answer costs: the whole way from a packet's bytes to the quoted probe.

#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "codec/capture_for_tests.hpp"
#include "codec/icmp.hpp"

namespace cw::codec {
namespace {

void parse_answer(benchmark::State& state, const std::string& capture, std::size_t index) {
  const auto bytes = captured_packets(capture).at(index);
  for (auto _ : state) {
    const auto ip = parse_ip(bytes);
    const auto icmp = parse_icmp(ip->header, ip->payload);
    benchmark::DoNotOptimize(icmp->error->quoted.header.destination);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(parse_answer, time_exceeded_v4, "udp_in_icmp_time_exceeded", 1);
BENCHMARK_CAPTURE(parse_answer, time_exceeded_v6, "udp_in_icmpv6_time_exceeded", 1);
BENCHMARK_CAPTURE(parse_answer, time_exceeded_with_labels, "mpls_in_icmp_time_exceeded", 0);

void write_echo_request(benchmark::State& state) {
  const auto source = IpAddress::v4(0xc0000201);
  const auto destination = IpAddress::v4(0xcb007102);
  const std::array<std::uint8_t, 16> payload{};
  std::array<std::uint8_t, 64> buffer{};
  for (auto _ : state) {
    ByteWriter out(buffer);
    write_ip(out, {.source = source, .destination = destination, .protocol = protocol_icmp, .ttl = 7}, 24);
    write_icmp_echo(out, IcmpMessage::echo_request, {.identifier = 1, .sequence = 2, .payload = payload}, source,
                    destination);
    benchmark::DoNotOptimize(buffer);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(write_echo_request);

}  // namespace
}  // namespace cw::codec

BENCHMARK_MAIN();
