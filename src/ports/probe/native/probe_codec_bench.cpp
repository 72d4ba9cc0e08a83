// What a probe and its answer cost apart from the kernel.

#include <benchmark/benchmark.h>

#include "codec/icmp.hpp"
#include "codec/ip.hpp"
#include "ports/probe/native/flight_ledger.hpp"
#include "ports/probe/native/probe_decoder.hpp"
#include "ports/probe/native/probe_encoder.hpp"
#include "ports/probe/native/task_driver.hpp"
#include "ports/probe/native/trace_task.hpp"

namespace cw::probe {
namespace {

const ProbeIdentity identity{.icmp_identifier_v4 = 0x1234, .icmp_identifier_v6 = 0x4321, .cookie_key = {1, 2}};
const auto target = IpAddress::v4(0xcb007107);

ProbeFlow flow_of(Method method) {
  return make_flow({.address = target, .method = method}, IpAddress::v4(0xc0000201), identity);
}

void encode(benchmark::State& state, Method method) {
  const auto flow = flow_of(method);
  ProbeBuffer buffer;
  std::uint16_t sequence = 0;
  for (auto _ : state) {
    sequence = static_cast<std::uint16_t>(sequence % 60'000 + 1);
    benchmark::DoNotOptimize(encode_probe(flow, Ttl{9}, sequence, identity.cookie_key, buffer));
  }
}
BENCHMARK_CAPTURE(encode, icmp, Method::icmp);
BENCHMARK_CAPTURE(encode, udp, Method::udp);

void decode_time_exceeded(benchmark::State& state) {
  ProbeBuffer probe;
  const auto size = encode_probe(flow_of(Method::icmp), Ttl{9}, 77, identity.cookie_key, probe);
  std::vector<std::uint8_t> message(200);
  codec::ByteWriter body(message);
  const auto router = IpAddress::v4(0xc6120001);
  const auto home = IpAddress::v4(0xc0000201);
  codec::write_icmp_error(body, codec::IcmpMessage::time_exceeded, 0, codec::Bytes(probe).first(size), {}, router,
                          home);
  std::vector<std::uint8_t> packet(300);
  codec::ByteWriter out(packet);
  codec::write_ip(out, {.source = router, .destination = home, .protocol = codec::protocol_icmp, .ttl = 250},
                  body.size());
  out.bytes(body.written());
  for (auto _ : state) benchmark::DoNotOptimize(decode_reply(out.written(), PacketOrigin::received, identity));
}
BENCHMARK(decode_time_exceeded);

void trace_of_14_hops(benchmark::State& state) {
  for (auto _ : state) {
    TraceTask task({.address = target});
    TaskDriver driver(task, [](ProbeTag tag) -> std::optional<PathAnswer> {
      if (tag.ttl < Ttl{14})
        return PathAnswer{.from = IpAddress::v4(0xc6120000U + tag.ttl.value),
                          .rtt = std::chrono::milliseconds(4) * tag.ttl.value};
      return PathAnswer{.from = target,
                        .message = codec::IcmpMessage::echo_reply,
                        .rtt = std::chrono::milliseconds(60),
                        .reply_ttl = 51};
    });
    benchmark::DoNotOptimize(driver.run());
  }
}
BENCHMARK(trace_of_14_hops);

}  // namespace
}  // namespace cw::probe

BENCHMARK_MAIN();
