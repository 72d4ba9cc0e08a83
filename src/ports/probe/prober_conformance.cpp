#include "ports/probe/prober_conformance.hpp"

#include <algorithm>
#include <memory>

#include "core/guarded.hpp"
#include "core/random.hpp"
#include "model/measurement.hpp"

namespace cw::probe {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ProberConformance);

namespace {

using namespace std::chrono_literals;

// What an observer was told; it may be told from another thread.
struct Heard {
  std::vector<ProbeEvent> events;
  std::vector<Result<Measurement>> results;
};
using Ear = std::shared_ptr<Guarded<Heard>>;

Ear make_ear() { return std::make_shared<Guarded<Heard>>(); }

Observer observer_of(const Ear& ear) {
  return {
      .on_event = [ear](const ProbeEvent& event) { ear->with([&](Heard& heard) { heard.events.push_back(event); }); },
      .on_finished =
          [ear](Result<Measurement> result) {
            ear->with([&](Heard& heard) { heard.results.push_back(std::move(result)); });
          }};
}

std::size_t results_of(const Ear& ear) {
  return ear->with([](const Heard& heard) { return heard.results.size(); });
}

Heard all_of(const Ear& ear) {
  return ear->with([](const Heard& heard) { return heard; });
}

MeasurementRequest request_for(const IpAddress& address, Kind kind) {
  static Random random(7);
  return {.id = Uuid::make_v7(Instant(std::chrono::hours(24 * 365 * 50)), random),
          .target = "destination.example",
          .address = address,
          .kind = kind};
}

std::vector<std::optional<IpAddress>> optional_path(const std::vector<IpAddress>& path) {
  return {path.begin(), path.end()};
}

Heard run(ProberWorld& world, const MeasurementRequest& request) {
  const auto ear = make_ear();
  const auto started = world.prober->start(request, observer_of(ear));
  EXPECT_TRUE(started) << started.error().message;
  EXPECT_TRUE(world.run_until([&] { return results_of(ear) > 0; }));
  auto heard = all_of(ear);
  EXPECT_EQ(heard.results.size(), 1);
  if (heard.results.empty()) heard.results.emplace_back(fail(ErrorKind::internal, "no result"));
  EXPECT_TRUE(heard.results[0]) << heard.results[0].error().message;
  if (!heard.results[0]) heard.results[0] = Measurement{};
  return heard;
}

}  // namespace

TEST_P(ProberConformance, a_trace_finds_every_hop_and_the_destination) {
  if (!world_.kinds.contains(Kind::trace)) GTEST_SKIP() << "no traces";
  for (const auto method : world_.methods) {
    auto request = request_for(world_.path.back(), Kind::trace);
    request.method = method;
    const auto result = *run(world_, request).results[0];
    EXPECT_EQ(path_addresses(result), optional_path(world_.path)) << to_string(method);
    EXPECT_EQ(result.status, Status::reached);
    EXPECT_EQ(result.stop_reason, StopReason::destination);
    EXPECT_GE(result.probes_sent, static_cast<int>(world_.path.size()));
    EXPECT_TRUE(destination_rtt(result));
  }
}

TEST_P(ProberConformance, a_ping_has_an_answer_to_every_probe) {
  if (!world_.kinds.contains(Kind::ping)) GTEST_SKIP() << "no pings";
  auto request = request_for(world_.path.back(), Kind::ping);
  request.count = 4;
  request.interval = 200ms;
  const auto result = *run(world_, request).results[0];
  EXPECT_EQ(result.status, Status::reached);
  EXPECT_EQ(result.probes_sent, 4);
  ASSERT_EQ(result.hops.size(), 1);
  EXPECT_EQ(result.hops[0].sent, 4);
  ASSERT_EQ(result.hops[0].replies.size(), 4);
  for (int i = 0; i < 4; ++i) {
    const auto& reply = result.hops[0].replies[static_cast<std::size_t>(i)];
    EXPECT_EQ(reply.attempt, i + 1);
    EXPECT_EQ(reply.from, world_.path.back());
    EXPECT_GT(reply.rtt, Duration{});
  }
}

TEST_P(ProberConformance, an_mtr_measures_every_hop_in_every_round) {
  if (!world_.kinds.contains(Kind::mtr)) GTEST_SKIP() << "no mtr";
  auto request = request_for(world_.path.back(), Kind::mtr);
  request.count = 3;
  const auto heard = run(world_, request);
  const auto& result = *heard.results[0];
  EXPECT_EQ(path_addresses(result), optional_path(world_.path));
  EXPECT_EQ(result.status, Status::reached);
  for (const auto& hop : result.hops) {
    EXPECT_EQ(hop.sent, 3) << int{hop.ttl.value};
    ASSERT_EQ(hop.replies.size(), 3) << int{hop.ttl.value};
    for (int i = 0; i < 3; ++i) EXPECT_EQ(hop.replies[static_cast<std::size_t>(i)].attempt, i + 1);
  }
  std::vector<int> rounds;
  for (const auto& event : heard.events)
    if (const auto* round = std::get_if<RoundEvent>(&event)) rounds.push_back(round->round);
  EXPECT_EQ(rounds, (std::vector{1, 2, 3}));
}

TEST_P(ProberConformance, a_result_says_what_was_asked_and_by_whom_it_was_done) {
  for (const auto kind : world_.kinds) {
    auto request = request_for(world_.path.back(), kind);
    request.flow = 3;
    const auto result = *run(world_, request).results[0];
    EXPECT_EQ(result.id, request.id);
    EXPECT_EQ(result.kind, kind);
    EXPECT_EQ(result.target, request.target);
    EXPECT_EQ(result.address, request.address);
    EXPECT_EQ(result.method, request.method);
    EXPECT_EQ(result.flow, 3);
    EXPECT_EQ(result.prober, world_.prober->name());
    EXPECT_GT(result.finished_at, result.started_at);
  }
}

TEST_P(ProberConformance, silence_is_a_result_and_not_an_error) {
  for (const auto kind : world_.kinds) {
    auto request = request_for(world_.silent, kind);
    request.count = 2;
    request.timeout = 300ms;
    const auto result = *run(world_, request).results[0];
    EXPECT_EQ(result.status, Status::silent) << to_string(kind);
    ASSERT_FALSE(result.hops.empty()) << to_string(kind);
    EXPECT_TRUE(result.hops.back().replies.empty()) << to_string(kind);
  }
}

TEST_P(ProberConformance, every_reply_of_the_path_was_told_while_it_ran) {
  if (!world_.kinds.contains(Kind::trace)) GTEST_SKIP() << "no traces";
  const auto heard = run(world_, request_for(world_.path.back(), Kind::trace));
  std::vector<Reply> told;
  for (const auto& event : heard.events)
    if (const auto* reply = std::get_if<ReplyEvent>(&event)) told.push_back(reply->reply);
  for (const auto& hop : heard.results[0]->hops)
    for (const auto& reply : hop.replies) EXPECT_NE(std::ranges::find(told, reply), told.end()) << int{hop.ttl.value};
}

TEST_P(ProberConformance, measurements_at_the_same_time_each_get_their_own_result) {
  std::vector<std::pair<MeasurementRequest, Ear>> running;
  for (int i = 0; i < 4; ++i)
    for (const auto kind : world_.kinds) {
      auto request = request_for(i % 2 == 0 ? world_.path.back() : world_.path.front(), kind);
      request.count = 2;
      running.emplace_back(request, make_ear());
      EXPECT_TRUE(world_.prober->start(request, observer_of(running.back().second)));
    }
  EXPECT_TRUE(world_.run_until(
      [&] { return std::ranges::all_of(running, [](const auto& one) { return results_of(one.second) > 0; }); }));
  for (const auto& [request, ear] : running) {
    const auto results = all_of(ear).results;
    ASSERT_EQ(results.size(), 1);
    ASSERT_TRUE(results[0]) << results[0].error().message;
    EXPECT_EQ(results[0]->id, request.id);
    EXPECT_EQ(results[0]->kind, request.kind);
    EXPECT_EQ(results[0]->status, Status::reached);
    if (request.kind == Kind::trace && request.address == world_.path.back()) {
      EXPECT_EQ(path_addresses(*results[0]), optional_path(world_.path));
    }
  }
}

TEST_P(ProberConformance, a_cancelled_measurement_is_told_so_once) {
  for (const auto kind : world_.kinds) {
    auto request = request_for(world_.silent, kind);
    request.count = 1000;
    request.timeout = 5s;
    const auto ear = make_ear();
    ASSERT_TRUE(world_.prober->start(request, observer_of(ear)));
    world_.prober->cancel(request.id);
    world_.prober->cancel(request.id);
    ASSERT_TRUE(world_.run_until([&] { return results_of(ear) > 0; }));
    const auto results = all_of(ear).results;
    ASSERT_EQ(results.size(), 1);
    ASSERT_FALSE(results[0]);
    EXPECT_EQ(results[0].error().kind, ErrorKind::cancelled);
  }
}

TEST_P(ProberConformance, cancelling_what_is_not_there_does_nothing) {
  world_.prober->cancel(request_for(world_.silent, Kind::ping).id);
  auto request = request_for(world_.path.back(), *world_.kinds.begin());
  request.count = 1;
  const auto result = *run(world_, request).results[0];
  EXPECT_EQ(result.status, Status::reached);
  world_.prober->cancel(request.id);
}

TEST_P(ProberConformance, what_cannot_be_measured_is_refused_and_the_observer_hears_nothing) {
  const auto ear = make_ear();
  auto invalid = request_for(world_.path.back(), *world_.kinds.begin());
  invalid.max_ttl = Ttl{0};
  const auto refused = world_.prober->start(invalid, observer_of(ear));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  for (const auto kind : {Kind::trace, Kind::ping, Kind::mtr}) {
    if (world_.kinds.contains(kind)) continue;
    const auto unsupported = world_.prober->start(request_for(world_.path.back(), kind), observer_of(ear));
    ASSERT_FALSE(unsupported) << to_string(kind);
    EXPECT_EQ(unsupported.error().kind, ErrorKind::unsupported);
  }
  for (const auto method : {Method::icmp, Method::udp, Method::tcp}) {
    if (world_.methods.contains(method)) continue;
    auto request = request_for(world_.path.back(), *world_.kinds.begin());
    request.method = method;
    const auto unsupported = world_.prober->start(request, observer_of(ear));
    ASSERT_FALSE(unsupported) << to_string(method);
    EXPECT_EQ(unsupported.error().kind, ErrorKind::unsupported);
  }
  auto request = request_for(world_.path.back(), *world_.kinds.begin());
  request.count = 1;
  run(world_, request);
  EXPECT_EQ(results_of(ear), 0);
}

TEST_P(ProberConformance, beyond_its_bound_it_says_that_it_is_exhausted) {
  if (!world_.most_running) GTEST_SKIP() << "no bound is stated";
  std::vector<Ear> ears;
  auto request = request_for(world_.path.back(), *world_.kinds.begin());
  request.count = 1;
  for (std::size_t i = 0; i < *world_.most_running; ++i) {
    ears.push_back(make_ear());
    ASSERT_TRUE(world_.prober->start(request, observer_of(ears.back())));
  }
  const auto ear = make_ear();
  const auto refused = world_.prober->start(request, observer_of(ear));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::exhausted);
  EXPECT_TRUE(
      world_.run_until([&] { return std::ranges::all_of(ears, [](const Ear& one) { return results_of(one) > 0; }); }));
  EXPECT_TRUE(world_.prober->start(request, observer_of(ear)));
  EXPECT_TRUE(world_.run_until([&] { return results_of(ear) > 0; }));
}

TEST_P(ProberConformance, a_prober_that_ends_tells_everyone_who_waits) {
  const auto ear = make_ear();
  auto request = request_for(world_.silent, *world_.kinds.begin());
  request.count = 1000;
  request.timeout = 5s;
  ASSERT_TRUE(world_.prober->start(request, observer_of(ear)));
  world_.prober.reset();
  const auto results = all_of(ear).results;
  ASSERT_EQ(results.size(), 1);
  if (!results[0]) {
    EXPECT_EQ(results[0].error().kind, ErrorKind::cancelled);
  }
}

}  // namespace cw::probe
