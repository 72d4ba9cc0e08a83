#include "ports/probe/native/ping_task.hpp"

#include <gtest/gtest.h>

#include "ports/probe/native/task_driver.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

constexpr auto target = IpAddress::v4(0xcb007107);
constexpr auto router = IpAddress::v4(0xc6120001);

MeasurementRequest request(int count) {
  return {.target = "203.0.113.7", .address = target, .kind = Kind::ping, .count = count};
}

PathAnswer echo(Duration rtt) { return {.from = target, .message = codec::IcmpMessage::echo_reply, .rtt = rtt}; }

TEST(PingTask, probes_keep_their_interval_and_the_last_answer_ends_it) {
  PingTask task(request(4));
  TaskDriver driver(task, [](ProbeTag) { return echo(30ms); });
  const auto result = driver.run();
  ASSERT_EQ(driver.sent_at.size(), 4);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(driver.sent_at[i] - driver.sent_at[i - 1], 1s);
  EXPECT_EQ(driver.elapsed(), 3s + 30ms);
  EXPECT_EQ(result.status, Status::reached);
  ASSERT_EQ(result.hops.size(), 1);
  EXPECT_EQ(result.hops[0].ttl, Ttl{64});
  EXPECT_EQ(result.hops[0].sent, 4);
  EXPECT_EQ(result.hops[0].replies.size(), 4);
}

TEST(PingTask, a_lost_last_probe_costs_two_round_trips_and_not_the_whole_timeout) {
  PingTask task(request(3));
  TaskDriver driver(task, [](ProbeTag tag) { return tag.attempt == 3 ? std::nullopt : std::optional(echo(150ms)); });
  const auto result = driver.run();
  EXPECT_EQ(driver.elapsed(), 2s + 300ms);
  EXPECT_EQ(result.status, Status::reached);
  EXPECT_EQ(result.hops[0].replies.size(), 2);
}

TEST(PingTask, round_trips_longer_than_the_interval_are_each_matched) {
  auto wanted = request(5);
  wanted.interval = 100ms;
  PingTask task(wanted);
  TaskDriver driver(task, [](ProbeTag) { return echo(450ms); });
  const auto result = driver.run();
  ASSERT_EQ(result.hops[0].replies.size(), 5);
  for (const auto& reply : result.hops[0].replies) {
    EXPECT_FALSE(reply.late);
    EXPECT_EQ(reply.rtt, 450ms);
  }
}

TEST(PingTask, an_answer_after_its_time_is_late) {
  PingTask task(request(4));
  TaskDriver driver(task, [](ProbeTag tag) { return echo(tag.attempt == 2 ? 800ms : 20ms); });
  const auto result = driver.run();
  ASSERT_EQ(result.hops[0].replies.size(), 4);
  for (const auto& reply : result.hops[0].replies) EXPECT_EQ(reply.late, reply.attempt == 2);
}

TEST(PingTask, silence_takes_the_timeout_and_has_its_reason) {
  PingTask task(request(2));
  TaskDriver driver(task, [](ProbeTag) { return std::nullopt; });
  const auto result = driver.run();
  EXPECT_EQ(driver.elapsed(), 2s);
  EXPECT_EQ(result.status, Status::silent);
  EXPECT_EQ(std::ranges::count_if(driver.events,
                                  [](const auto& event) { return std::holds_alternative<SilenceEvent>(event); }),
            2);
}

TEST(PingTask, an_unreachable_from_the_way_is_told_with_its_reason) {
  PingTask task(request(2));
  TaskDriver driver(task, [](ProbeTag) {
    return PathAnswer{.from = router, .message = codec::IcmpMessage::unreachable_host, .rtt = 10ms};
  });
  const auto result = driver.run();
  EXPECT_EQ(result.status, Status::unreachable);
  EXPECT_EQ(result.stop_reason, StopReason::icmp_host_unreachable);
}

TEST(PingTask, a_time_exceeded_is_a_destination_too_far_away) {
  PingTask task(request(1));
  TaskDriver driver(task, [](ProbeTag) { return PathAnswer{.from = router, .rtt = 10ms}; });
  const auto result = driver.run();
  EXPECT_EQ(result.status, Status::silent);
  EXPECT_EQ(result.stop_reason, StopReason::max_ttl);
}

TEST(PingTask, what_the_machine_refuses_to_send_is_a_failed_ping) {
  PingTask task(request(3));
  const auto tag = std::get<SendProbe>(task.next(TaskDriver::start, nullptr)).tag;
  task.on_sent(tag, TaskDriver::start);
  task.on_refused(tag, TaskDriver::start);
  ASSERT_TRUE(std::holds_alternative<Done>(task.next(TaskDriver::start, nullptr)));
  EXPECT_EQ(task.take_result(TaskDriver::start).status, Status::failed);
}

}  // namespace
}  // namespace cw::probe
