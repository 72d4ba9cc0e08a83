#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <memory>
#include <thread>

#include "app/oneshot/run_live.hpp"
#include "app/oneshot/run_many.hpp"
#include "core/guarded.hpp"
#include "core/random.hpp"
#include "platform/temporary_folder.hpp"

namespace cw::app {
namespace {

// Answers from a thread of its own, one after the other, in the order asked; refuses one name.
class EchoProber final : public probe::Prober {
 public:
  EchoProber() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

  [[nodiscard]] std::string_view name() const override { return "echo"; }
  Result<> start(const MeasurementRequest& request, probe::Observer observer) override {
    if (request.address.to_string() == "192.0.2.66") return fail(ErrorKind::unavailable, "no route");
    most_running = std::max(most_running, ++running);
    asked_.with([&](auto& asked) { asked.push_back({request, std::move(observer)}); });
    return {};
  }
  void cancel(const Uuid& id) override {
    asked_.with([&](auto& asked) {
      for (auto& one : asked)
        if (one.request.id == id) one.observer.on_finished(fail(ErrorKind::cancelled, "cancelled"));
      asked.clear();
    });
  }
  [[nodiscard]] probe::Counters counters() const override { return {}; }

  std::atomic<bool> answers = true;
  std::atomic<std::size_t> running = 0;
  std::size_t most_running = 0;

 private:
  struct Asked {
    MeasurementRequest request;
    probe::Observer observer;
  };

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      for (auto& [request, observer] :
           asked_.with([this](auto& asked) { return answers ? std::exchange(asked, {}) : std::vector<Asked>{}; })) {
        if (observer.on_event) observer.on_event(probe::ReplyEvent{.ttl = Ttl{1}, .reply = {.from = request.address}});
        --running;
        observer.on_finished(Measurement{.id = request.id, .target = request.target, .address = request.address});
      }
      std::this_thread::yield();
    }
  }

  Guarded<std::vector<Asked>> asked_;
  std::jthread thread_;
};

struct Collected {
  std::vector<std::string> targets;
  std::vector<std::string> errors;
};

Collected collect(EchoProber& prober, TargetFeed& feed, std::size_t window) {
  Collected collected;
  Random random(1);
  run_many(feed, {.prober = prober,
                  .window = window,
                  .request_for =
                      [&](const NamedTarget& target) {
                        return MeasurementRequest{
                            .id = Uuid::make_v7({}, random), .target = target.name, .address = target.address};
                      },
                  .on_result =
                      [&](Result<Measurement> result) {
                        if (result)
                          collected.targets.push_back(result->target);
                        else
                          collected.errors.push_back(result.error().message);
                        return true;
                      },
                  .on_pause = [] { return true; }});
  return collected;
}

TEST(RunMany, every_target_of_a_long_list_is_measured_once_within_the_window) {
  const platform::TemporaryFolder folder;
  const auto list = folder / "list.txt";
  constexpr int count = 20'000;
  {
    std::ofstream out(list);
    for (int i = 0; i < count; ++i) out << "16." << (i >> 16) << '.' << ((i >> 8) & 255) << '.' << (i & 255) << '\n';
  }
  EchoProber prober;
  auto feed = TargetFeed::open({}, list.string(), std::nullopt);
  ASSERT_TRUE(feed) << feed.error().message;
  auto collected = collect(prober, *feed, 64);
  EXPECT_LE(prober.most_running, 64u);
  EXPECT_EQ(collected.targets.size(), static_cast<std::size_t>(count));
  std::ranges::sort(collected.targets);
  EXPECT_EQ(std::ranges::unique(collected.targets).size(), 0u);
}

TEST(RunMany, what_cannot_be_begun_is_told_of_and_the_rest_runs) {
  EchoProber prober;
  auto feed = TargetFeed::open({"192.0.2.1", "1.2.3", "192.0.2.66", "192.0.2.2"}, std::nullopt, std::nullopt);
  ASSERT_TRUE(feed);
  auto collected = collect(prober, *feed, 1);
  EXPECT_EQ(collected.targets, (std::vector<std::string>{"192.0.2.1", "192.0.2.2"}));
  EXPECT_EQ(collected.errors,
            (std::vector<std::string>{"\"1.2.3\" is neither an address nor a host name", "192.0.2.66: no route"}));
}

TEST(RunMany, an_empty_feed_ends_at_once) {
  EchoProber prober;
  auto feed = TargetFeed::open({}, std::nullopt, std::nullopt);
  EXPECT_TRUE(collect(prober, *feed, 8).targets.empty());
}

TEST(RunMany, it_ends_when_nobody_wants_the_rest) {
  EchoProber prober;
  auto feed = TargetFeed::open({"192.0.2.1", "192.0.2.2", "192.0.2.3"}, std::nullopt, std::nullopt);
  int results = 0;
  run_many(*feed, {.prober = prober,
                   .window = 1,
                   .request_for =
                       [](const NamedTarget& target) {
                         return MeasurementRequest{.target = target.name, .address = target.address};
                       },
                   .on_result =
                       [&](const Result<Measurement>&) {
                         ++results;
                         return false;
                       },
                   .on_pause = [] { return true; }});
  EXPECT_EQ(results, 1);
}

MeasurementRequest live_request() {
  return {.id = Uuid::parse("0198c0de-7a3c-7bbb-8ccc-0123456789ab").value(),
          .target = "192.0.2.1",
          .address = IpAddress::v4(0xc0000201)};
}

TEST(RunLive, events_come_before_the_result) {
  EchoProber prober;
  int events = 0;
  const auto result = run_live(live_request(), {.prober = prober, .on_event = [&](const probe::ProbeEvent& event) {
                                                  events += std::holds_alternative<probe::ReplyEvent>(event) ? 1 : 0;
                                                }});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->target, "192.0.2.1");
  EXPECT_EQ(events, 1);
}

TEST(RunLive, whoever_watches_may_end_it) {
  EchoProber prober;
  prober.answers = false;
  const auto result = run_live(
      live_request(), {.prober = prober, .on_event = [](const probe::ProbeEvent&) {}, .on_tick = [] { return false; }});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
}

TEST(RunLive, what_cannot_be_begun_is_an_error) {
  EchoProber prober;
  auto request = live_request();
  request.address = IpAddress::v4(0xc0000242);
  const auto result = run_live(request, {.prober = prober, .on_event = [](const probe::ProbeEvent&) {}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace cw::app
