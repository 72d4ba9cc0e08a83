// Debian's scamper before the suite that every prober passes: over the simulated Internet behind a TUN device, which
// has no link layer and hence no TCP, and over an Ethernet to another machine's kernel. As root, where nothing can
// leave the machine: `unshare -n`, as scamper cannot drop its privileges within `unshare -rn`.

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "core/guarded.hpp"
#include "platform/system_clock.hpp"
#include "ports/probe/prober_conformance.hpp"
#include "ports/probe/scamper/scamper_prober.hpp"
#include "private_world.hpp"
#include "veth_pair.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_running = 8;

struct World {
  platform::SystemClock clock;
  std::unique_ptr<lab::TunFront> lab;
  std::unique_ptr<test::VethPair> cable;
};

// Programs run in their own time.
bool run_until(const std::function<bool()>& done) {
  const auto give_up_at = std::chrono::steady_clock::now() + 120s;
  while (!done() && std::chrono::steady_clock::now() < give_up_at) ::poll(nullptr, 0, 2);
  return done();
}

ProberWorld with_prober(std::shared_ptr<World> inside, ProberWorld world) {
  auto prober = ScamperProber::open({.most_running = most_running}, inside->clock);
  if (!prober) {
    world.missing = prober.error().message;
    return world;
  }
  world.prober = *std::move(prober);
  world.most_running = most_running;
  world.run_until = run_until;
  world.keeps_alive = std::move(inside);
  return world;
}

ProberWorld open_lab_world() {
  ProberWorld world;
  world.missing = test::why_not_private();
  if (!world.missing.empty()) return world;
  auto lab = test::open_lab("unreachable");
  if (!lab) {
    world.missing = lab.error().message;
    return world;
  }
  auto inside = std::make_shared<World>();
  inside->lab = *std::move(lab);
  world.path = {IpAddress::v4(0xc0000201), IpAddress::v4(0xc6336401), IpAddress::v4(0xc6336402),
                IpAddress::v4(0xcb007101)};
  world.silent = IpAddress::v4(0xcb007107);
  world.kinds = {Kind::trace, Kind::ping};
  world.methods = {Method::icmp, Method::udp};
  return with_prober(std::move(inside), std::move(world));
}

INSTANTIATE_TEST_SUITE_P(Scamper, ProberConformance, testing::Values(&open_lab_world));

// ---- what only scamper has

class ScamperOverEthernet : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = test::why_not_private(); !why.empty()) GTEST_SKIP() << why;
    auto cable = test::VethPair::make();
    if (!cable) GTEST_SKIP() << cable.error().message;
    auto inside = std::make_shared<World>();
    inside->cable = *std::move(cable);
    world_ = with_prober(std::move(inside), {});
    if (!world_.prober) GTEST_SKIP() << world_.missing;
  }
  void TearDown() override { world_.prober.reset(); }

  Result<Measurement> run(const MeasurementRequest& request) {
    auto result = std::make_shared<Guarded<std::optional<Result<Measurement>>>>();
    TRY(world_.prober->start(request, {.on_event = {}, .on_finished = [result](Result<Measurement> measurement) {
                                         result->with([&](auto& slot) { slot = std::move(measurement); });
                                       }}));
    run_until([&] { return result->with([](const auto& slot) { return slot.has_value(); }); });
    return result->with([](auto& slot) { return slot.value_or(fail(ErrorKind::internal, "nothing was heard")); });
  }

  ProberWorld world_;
};

MeasurementRequest request_with(Method method) {
  return {.target = "far.example", .address = test::VethPair::far_v4, .method = method, .raw_output = RawOutput::keep};
}

TEST_F(ScamperOverEthernet, a_trace_by_tcp_ends_at_the_segment_that_refuses) {
  for (const auto method : {Method::tcp, Method::tcp_ack}) {
    const auto trace = run(request_with(method));
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_EQ(trace->status, Status::reached);
    ASSERT_EQ(trace->hops.size(), 1);
    EXPECT_TRUE(trace->hops[0].replies.at(0).tcp_flags);
    EXPECT_TRUE(trace->raw_output.starts_with(R"({"type":"trace")"));
  }
}

TEST_F(ScamperOverEthernet, a_multipath_trace_is_a_graph) {
  auto request = request_with(Method::udp);
  request.multipath = Multipath::on;
  request.address = test::VethPair::beyond_v4;
  const auto trace = run(request);
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_TRUE(trace->graph);
  EXPECT_GT(trace->probes_sent, 0);
}

}  // namespace
}  // namespace cw::probe
