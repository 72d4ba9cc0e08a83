// Many measurements at once, strangers' packets among the answers, and what the counters say of both.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "codec/icmp.hpp"
#include "codec/ip.hpp"
#include "core/random.hpp"
#include "engine_lab.hpp"
#include "lab/scenario.hpp"

namespace cw::lab {
namespace {

using namespace std::chrono_literals;

// A row with as many hosts behind it as wanted: 203.0.113.7 and 198.51.x.y.
std::string row_with_hosts(const Row& row, int hosts) {
  auto toml = row.toml();
  toml += fmt::format("[[network]]\nprefix = \"198.51.0.0/16\"\nrouter = \"r{}\"\nanswers = [", row.routers);
  for (int i = 0; i < hosts; ++i) toml += fmt::format("{}\"198.51.{}.{}\"", i == 0 ? "" : ", ", i / 250, i % 250 + 1);
  return toml + "]\n";
}

IpAddress bulk_host(int index) {
  return IpAddress::v4(0xc6330000U + static_cast<std::uint32_t>(index / 250 * 256 + index % 250 + 1));
}

// The row's routers and then the target.
std::string expected_path(int routers, const IpAddress& target) {
  std::string text;
  for (int i = 1; i <= routers; ++i) text += router_address(i).to_string() + " ";
  return text + target.to_string();
}

// The wire with strangers on it: whatever is given to it is mixed into what is received.
class ForgedWire final : public platform::Wire {
 public:
  explicit ForgedWire(std::unique_ptr<platform::Wire> wire) : wire_(std::move(wire)) {}

  using Forge = std::function<std::optional<std::vector<std::uint8_t>>()>;
  Forge forge;
  std::vector<std::vector<std::uint8_t>> sent;
  std::vector<std::vector<std::uint8_t>> received;

  [[nodiscard]] platform::WireTraits traits() const override { return wire_->traits(); }
  [[nodiscard]] Instant now() const override { return wire_->now(); }
  Result<IpAddress> source_for(const IpAddress& destination) override { return wire_->source_for(destination); }
  Result<std::size_t> send(std::span<const platform::OutgoingPacket> packets,
                           std::vector<std::size_t>& refused) override {
    for (const auto& packet : packets) sent.emplace_back(packet.bytes.begin(), packet.bytes.end());
    return wire_->send(packets, refused);
  }
  Result<std::size_t> receive(std::span<platform::IncomingPacket> packets, Instant until) override {
    std::size_t count = 0;
    if (forged_.size() < packets.size()) forged_.resize(packets.size());
    while (forge && count < packets.size() / 2) {
      const auto forged = forge();
      if (!forged) break;
      forged_[count] = *forged;
      packets[count] = {.bytes = forged_[count], .received_at = now(), .reconstructed = false};
      ++count;
    }
    const auto taken = wire_->receive(packets.subspan(count), count > 0 ? now() : until);
    if (!taken) return taken;
    for (std::size_t i = count; i < count + *taken; ++i)
      received.emplace_back(packets[i].bytes.begin(), packets[i].bytes.end());
    return count + *taken;
  }
  void wake() override { wire_->wake(); }
  [[nodiscard]] platform::WireCounters counters() const override { return wire_->counters(); }

 private:
  std::unique_ptr<platform::Wire> wire_;
  std::vector<std::vector<std::uint8_t>> forged_;
};

class ForgedLab {
 public:
  explicit ForgedLab(const Row& row) : internet_(*parse_scenario(row.toml(), "row.toml"), clock_.now()) {
    auto wire = std::make_unique<ForgedWire>(std::make_unique<SimulatedWire>(internet_, clock_));
    wire_ = wire.get();
    prober_ = std::make_unique<probe::NativeProber>(std::move(wire), EngineLab::unlimited());
  }
  Measurement measure(const MeasurementRequest& request) {
    std::optional<Measurement> measured;
    EXPECT_TRUE(prober_->start(request, {.on_finished = [&](Result<Measurement> result) { measured = *result; }}));
    EXPECT_TRUE(prober_->run_until_idle(clock_.now() + 1h));
    return measured.value_or(Measurement{});
  }
  [[nodiscard]] ForgedWire& wire() { return *wire_; }
  [[nodiscard]] std::uint64_t counter(const std::string& name) const { return prober_->counters().at(name); }

 private:
  ManualClock clock_{Instant(24h * 365 * 50)};
  SimulatedInternet internet_;
  ForgedWire* wire_ = nullptr;
  std::unique_ptr<probe::NativeProber> prober_;
};

TEST(ManyMeasurements, a_thousand_traces_at_once_are_all_right) {
  EngineLab lab(row_with_hosts(Row{}, 1000));
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(lab.start(request_for(bulk_host(i))));
  ASSERT_TRUE(lab.run());
  ASSERT_EQ(lab.results.size(), 1000);
  for (const auto& result : lab.results) {
    ASSERT_TRUE(result);
    EXPECT_EQ(path_text(*result), expected_path(13, result->address));
  }
  EXPECT_LE(lab.counter("probes_sent"), 16'000);
  EXPECT_EQ(lab.counter("reply_unmatched"), 0);
  EXPECT_EQ(lab.counter("measurements_running"), 0);
}

TEST(ManyMeasurements, a_packet_rate_is_kept_whatever_is_asked) {
  EngineLab lab(row_with_hosts(Row{}, 100), {.packets_per_second = 500, .seed = 1});
  const auto before = lab.clock().now();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(lab.start(request_for(bulk_host(i))));
  ASSERT_TRUE(lab.run());
  const auto seconds = std::chrono::duration<double>(lab.clock().now() - before).count();
  const auto sent = static_cast<double>(lab.counter("probes_sent"));
  EXPECT_LE(sent, 500 * seconds + 2);
  EXPECT_GE(sent, 500 * seconds * 0.9);
  for (const auto& result : lab.results) EXPECT_EQ(path_text(*result), expected_path(13, result->address));
}

TEST(ManyMeasurements, what_was_begun_ends_before_new_ones_begin) {
  EngineLab lab(row_with_hosts(Row{}, 200), {.packets_per_second = 1000, .seed = 1});
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(lab.start(request_for(bulk_host(i))));
  ASSERT_TRUE(lab.run());
  for (const auto& result : lab.results)
    EXPECT_LE(result->finished_at - result->started_at, 400ms) << result->address.to_string();
}

TEST(ManyMeasurements, all_kinds_and_methods_to_one_address_never_mix) {
  EngineLab lab(Row{.router_lines = {{6, "silent = true"}}});
  for (int i = 0; i < 50; ++i)
    for (const auto kind : {Kind::trace, Kind::ping, Kind::mtr})
      for (const auto method : {Method::icmp, Method::udp}) {
        auto request = request_for(host_address(), kind, method);
        request.flow = static_cast<std::uint16_t>(i);
        ASSERT_TRUE(lab.start(request));
      }
  ASSERT_TRUE(lab.run());
  ASSERT_EQ(lab.results.size(), 300);
  for (const auto& result : lab.results) {
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, Status::reached);
    if (result->kind == Kind::ping) {
      EXPECT_EQ(result->hops[0].replies.size(), 3);
      continue;
    }
    ASSERT_EQ(result->hops.size(), 14);
    for (const auto& hop : result->hops)
      for (const auto& reply : hop.replies) {
        EXPECT_FALSE(reply.duplicate);
        EXPECT_EQ(reply.from, hop.ttl == Ttl{14} ? host_address() : router_address(hop.ttl.value));
      }
  }
  EXPECT_EQ(lab.counter("reply_duplicate"), 0);
  EXPECT_EQ(lab.counter("reply_unmatched"), 0);
}

TEST(ManyMeasurements, a_cancelled_one_leaves_the_others_alone) {
  EngineLab lab(row_with_hosts(Row{}, 20));
  std::vector<MeasurementRequest> requests;
  for (int i = 0; i < 20; ++i) {
    requests.push_back(request_for(i % 2 == 0 ? host_address() : bulk_host(i)));
    ASSERT_TRUE(lab.start(requests.back()));
  }
  ASSERT_TRUE(lab.prober().turn(lab.clock().now() + 10ms));
  for (std::size_t i = 0; i < 10; ++i) lab.prober().cancel(requests[i].id);
  ASSERT_TRUE(lab.run());
  ASSERT_EQ(lab.results.size(), 20);
  EXPECT_EQ(std::ranges::count_if(lab.results, [](const auto& result) { return result.has_value(); }), 10);
  for (const auto& result : lab.results)
    if (result) {
      EXPECT_EQ(path_text(*result), expected_path(13, result->address));
    }
  EXPECT_EQ(lab.counter("measurements_cancelled"), 10);
}

TEST(ManyMeasurements, an_observer_may_start_the_next_one) {
  EngineLab lab(Row{});
  int finished = 0;
  std::function<void(Result<Measurement>)> again = [&](Result<Measurement> result) {
    EXPECT_TRUE(result);
    if (++finished < 5) {
      EXPECT_TRUE(lab.prober().start(request_for(host_address()), {.on_finished = again}));
    }
  };
  ASSERT_TRUE(lab.prober().start(request_for(host_address()), {.on_finished = again}));
  while (finished < 5) ASSERT_TRUE(lab.prober().turn(lab.clock().now() + 1s));
  EXPECT_EQ(finished, 5);
}

TEST(ManyMeasurements, an_unclean_network_gives_no_wrong_hop) {
  Row row{.router_lines = {{3, "respond = 0.8"}, {7, "silent = true"}, {9, "late = 0.3\nlate_ms = 200"}}};
  row.router_lines[11] = "duplicate = 0.5";
  auto toml = row_with_hosts(row, 300);
  for (std::size_t at = 0; (at = toml.find("[[link]]\n", at)) != std::string::npos; at += 9)
    toml.insert(at + 9, "loss = 0.002\njitter_ms = 1\n");
  EngineLab lab(toml);
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(lab.start(request_for(bulk_host(i))));
  ASSERT_TRUE(lab.run());
  int reached = 0;
  for (const auto& result : lab.results) {
    reached += result->status == Status::reached && result->hops.size() == 14;
    for (const auto& hop : result->hops)
      if (const auto* answer = hop.answer(); answer != nullptr && hop.ttl < Ttl{14}) {
        EXPECT_EQ(answer->from, router_address(hop.ttl.value));
      }
  }
  EXPECT_GE(reached, 295);
}

TEST(StrangePackets, answers_after_the_end_are_counted_as_that_and_nothing_else) {
  EngineLab lab(Row{.routers = 3});
  lab.measure(request_for(host_address()));
  ASSERT_TRUE(lab.prober().turn(lab.clock().now() + 1s));
  EXPECT_GT(lab.counter("reply_after_end"), 0);
  EXPECT_EQ(lab.counter("reply_unmatched"), 0);
  EXPECT_EQ(lab.counter("reply_bad_cookie"), 0);
}

TEST(StrangePackets, a_hundred_thousand_forged_replies_change_nothing) {
  const auto request = request_for(host_address());
  ForgedLab quiet(Row{.routers = 8});
  const auto undisturbed = quiet.measure(request);

  ForgedLab lab(Row{.routers = 8});
  Random random(3);
  int left = 100'000;
  // Errors about packets that nobody sent, echo replies with guessed numbers, random bytes, and true answers with
  // a byte changed.
  lab.wire().forge = [&]() -> std::optional<std::vector<std::uint8_t>> {
    if (left == 0 || lab.wire().sent.empty()) return std::nullopt;
    --left;
    std::vector<std::uint8_t> body(200);
    codec::ByteWriter message(body);
    const auto source = IpAddress::v4(static_cast<std::uint32_t>(random.next()));
    const auto& victim = lab.wire().sent[random.below(lab.wire().sent.size())];
    switch (random.below(4)) {
      case 0: {
        auto quoted = victim;
        for (const std::size_t at : {4U, 5U, 26U, 27U}) quoted[at] = static_cast<std::uint8_t>(random.next());
        quoted.resize(28);
        // One number in 65,536 is guessed right; then the identifier is wrong.
        quoted[24] ^= 0x55;
        codec::write_icmp_error(message, codec::IcmpMessage::time_exceeded, 0, quoted, {}, source,
                                IpAddress::v4(0xc0000201));
        break;
      }
      case 1: {
        const auto payload = codec::Bytes(victim).subspan(28);
        codec::write_icmp_echo(message, codec::IcmpMessage::echo_reply,
                               {.identifier = static_cast<std::uint16_t>(victim[24] << 8 | victim[25]),
                                .sequence = static_cast<std::uint16_t>(random.next()),
                                .payload = payload},
                               source, IpAddress::v4(0xc0000201));
        break;
      }
      case 2:
        for (int i = 0; i < 40; ++i) message.u8(static_cast<std::uint8_t>(random.next()));
        break;
      default: {
        if (lab.wire().received.empty()) return std::vector<std::uint8_t>{0x45};
        auto damaged = lab.wire().received[random.below(lab.wire().received.size())];
        damaged[20 + random.below(damaged.size() - 20)] ^= 0x10;
        return damaged;
      }
    }
    std::vector<std::uint8_t> packet(300);
    codec::ByteWriter out(packet);
    codec::write_ip(
        out, {.source = source, .destination = IpAddress::v4(0xc0000201), .protocol = codec::protocol_icmp, .ttl = 60},
        message.size());
    out.bytes(message.written());
    packet.resize(out.size());
    return packet;
  };
  const auto result = lab.measure(request);
  EXPECT_EQ(left, 0);
  EXPECT_EQ(result, undisturbed);
  EXPECT_EQ(lab.counter("reply_matched"), quiet.counter("reply_matched"));
  for (const auto* name : {"reply_foreign", "reply_unmatched", "reply_bad_checksum"})
    EXPECT_GT(lab.counter(name), 1000) << name;
}

TEST(StrangePackets, an_echo_reply_with_a_right_number_and_a_wrong_cookie_is_no_answer) {
  ForgedLab lab(Row{.routers = 8});
  int forged = 0;
  // Whoever guesses the number of a probe that did not reach the host makes the path too short, if believed.
  lab.wire().forge = [&]() -> std::optional<std::vector<std::uint8_t>> {
    const auto& sent = lab.wire().sent;
    if (forged == 9 || sent.size() < 9) return std::nullopt;
    const auto& victim = sent[static_cast<std::size_t>(forged++)];
    std::vector<std::uint8_t> payload(victim.begin() + 28, victim.end());
    payload[5] ^= 1;
    payload[7] ^= 1;
    std::vector<std::uint8_t> packet(100);
    codec::ByteWriter out(packet);
    codec::write_ip(out, {.source = host_address(), .destination = IpAddress::v4(0xc0000201), .protocol = 1, .ttl = 60},
                    8 + payload.size());
    codec::write_icmp_echo(out, codec::IcmpMessage::echo_reply,
                           {.identifier = static_cast<std::uint16_t>(victim[24] << 8 | victim[25]),
                            .sequence = static_cast<std::uint16_t>(victim[26] << 8 | victim[27]),
                            .payload = payload},
                           host_address(), IpAddress::v4(0xc0000201));
    packet.resize(out.size());
    return packet;
  };
  const auto result = lab.measure(request_for(host_address()));
  EXPECT_EQ(path_text(result), expected_path(8, host_address()));
  EXPECT_EQ(forged, 9);
  EXPECT_EQ(lab.counter("reply_bad_cookie"), 9);
}

}  // namespace
}  // namespace cw::lab
