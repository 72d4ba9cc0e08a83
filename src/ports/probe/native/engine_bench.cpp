// What the engine costs for each probe: a tree of routers that answers from memory stands behind the wire, so
// that next to nothing but the engine is measured. Time is a number, and every answer takes 20 ms.

#include <benchmark/benchmark.h>

#include <deque>
#include <vector>

#include "codec/icmp.hpp"
#include "codec/ip.hpp"
#include "core/random.hpp"
#include "ports/probe/native/engine.hpp"

namespace cw::probe {
namespace {

constexpr Duration round_trip = std::chrono::milliseconds(20);
constexpr Instant start_of_time{std::chrono::hours(24 * 365 * 50)};
constexpr auto home = IpAddress::v4(0xc0000201);

IpAddress destination(std::uint32_t index) { return IpAddress::v4(0x10000001 + (index << 8)); }
int distance_of(std::uint32_t address) { return 12 + static_cast<int>((address >> 8) % 5); }

// The routers near the root serve many destinations, those from TTL 11 on one each.
IpAddress router_at(std::uint32_t address, int ttl) {
  const auto index = (address >> 8) & 0xffff;
  const int shared_bits = std::max(0, 11 - ttl);
  return IpAddress::v4(0x60000000 + (static_cast<std::uint32_t>(ttl) << 18) + (index >> shared_bits));
}

class MemoryWire final : public platform::Wire {
 public:
  [[nodiscard]] platform::WireTraits traits() const override { return {.name = "memory"}; }
  [[nodiscard]] Instant now() const override { return now_; }
  Result<IpAddress> source_for(const IpAddress& /*destination*/) override { return home; }
  Result<std::size_t> send(std::span<const platform::OutgoingPacket> packets,
                           std::vector<std::size_t>& /*refused*/) override {
    for (const auto& packet : packets) answer(packet);
    now_ += std::chrono::nanoseconds(500) * static_cast<std::int64_t>(packets.size());
    return packets.size();
  }
  Result<std::size_t> receive(std::span<platform::IncomingPacket> packets, Instant until) override {
    std::size_t count = 0;
    if (!answers_.empty() && answers_.front().at > now_)
      now_ = std::max(now_, std::min(until, answers_.front().at));
    else if (answers_.empty())
      now_ = std::max(now_, until);
    given_out_.resize(std::max(given_out_.size(), packets.size()));
    while (count < packets.size() && !answers_.empty() && answers_.front().at <= now_) {
      given_out_[count] = std::move(answers_.front().bytes);
      packets[count] = {.bytes = given_out_[count], .received_at = answers_.front().at};
      answers_.pop_front();
      ++count;
    }
    return count;
  }
  void wake() override {}
  [[nodiscard]] platform::WireCounters counters() const override { return {}; }

 private:
  struct Answer {
    std::vector<std::uint8_t> bytes;
    Instant at;
  };

  void answer(const platform::OutgoingPacket& packet) {
    const auto address = packet.destination.v4_value();
    const int ttl = packet.bytes[8];
    const bool arrives = ttl >= distance_of(address);
    const auto from = arrives ? packet.destination : router_at(address, ttl);
    std::vector<std::uint8_t> bytes(128);
    codec::ByteWriter body(std::span(bytes).subspan(codec::ipv4_header_size));
    if (arrives)
      codec::write_icmp_echo(body, codec::IcmpMessage::echo_reply,
                             {.identifier = static_cast<std::uint16_t>(packet.bytes[24] << 8 | packet.bytes[25]),
                              .sequence = static_cast<std::uint16_t>(packet.bytes[26] << 8 | packet.bytes[27]),
                              .payload = packet.bytes.subspan(28)},
                             from, home);
    else
      codec::write_icmp_error(body, codec::IcmpMessage::time_exceeded, 0, packet.bytes, {}, from, home);
    const auto hops_back = static_cast<std::uint8_t>(std::min(ttl, distance_of(address)) - 1);
    codec::ByteWriter head(std::span(bytes).first(codec::ipv4_header_size));
    codec::write_ip(head,
                    {.source = from,
                     .destination = home,
                     .protocol = codec::protocol_icmp,
                     .ttl = static_cast<std::uint8_t>(64 - hops_back)},
                    body.size());
    bytes.resize(codec::ipv4_header_size + body.size());
    answers_.push_back({.bytes = std::move(bytes), .at = now_ + round_trip});
  }

  Instant now_ = start_of_time;
  std::deque<Answer> answers_;
  std::vector<std::vector<std::uint8_t>> given_out_;
};

// `traces` traces, `window` of them at once.
void traces(benchmark::State& state) {
  const auto window = static_cast<std::uint32_t>(state.range(0));
  constexpr std::uint32_t traces = 10'000;
  std::uint64_t probes = 0;
  for (auto _ : state) {
    MemoryWire wire;
    Engine engine(wire, {.packets_per_second = 0, .seed = 1});
    Random random(1);
    std::uint32_t begun = 0;
    std::uint32_t ended = 0;
    while (ended < traces) {
      for (; begun < traces && begun - ended < window; ++begun)
        engine.start({.id = Uuid::make_v7(wire.now(), random), .address = destination(begun)},
                     {.on_event = {}, .on_finished = [&](const Result<Measurement>&) { ++ended; }});
      if (!engine.turn(wire.now() + std::chrono::seconds(1))) state.SkipWithError("the wire broke");
    }
    probes += engine.counters().probes_sent.value();
  }
  state.counters["us_per_probe"] =
      benchmark::Counter(static_cast<double>(probes) / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["probes_per_trace"] = static_cast<double>(probes) / traces / static_cast<double>(state.iterations());
}
BENCHMARK(traces)->Arg(100)->Arg(2'000)->Unit(benchmark::kMillisecond);

// The wire alone, to be taken off the figures above.
void answers_from_memory(benchmark::State& state) {
  MemoryWire wire;
  Random random(1);
  const auto identity = ProbeIdentity{.icmp_identifier_v4 = 7, .cookie_key = CookieKey::make(random)};
  std::vector<platform::IncomingPacket> packets(128);
  std::vector<std::size_t> refused;
  ProbeBuffer buffer;
  const auto flow = make_flow({.address = destination(5)}, home, identity);
  const auto size = encode_probe(flow, Ttl{7}, 77, identity.cookie_key, buffer);
  const std::vector<platform::OutgoingPacket> batch(
      64, {.destination = destination(5), .bytes = std::span(buffer).first(size)});
  for (auto _ : state) {
    benchmark::DoNotOptimize(wire.send(batch, refused));
    while (*wire.receive(packets, wire.now() + round_trip) < 64) {
    }
  }
  state.counters["us_per_probe"] = benchmark::Counter(static_cast<double>(state.iterations()) * 64 / 1e6,
                                                      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(answers_from_memory);

}  // namespace
}  // namespace cw::probe

BENCHMARK_MAIN();
