#include "ports/probe/native/mtr_task.hpp"

#include <gtest/gtest.h>

#include "ports/probe/native/task_driver.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

constexpr auto target = IpAddress::v4(0xcb007107);
IpAddress hop(int ttl) { return IpAddress::v4(0xc6120000 + static_cast<std::uint32_t>(ttl)); }

MeasurementRequest request(int rounds) {
  return {.target = "203.0.113.7", .address = target, .kind = Kind::mtr, .count = rounds};
}

PathAnswer clean(ProbeTag tag, int distance, int shift = 0) {
  const int ttl = tag.ttl.value;
  if (ttl < distance) return {.from = hop(ttl + shift), .rtt = 5ms * ttl};
  return {.from = target,
          .message = codec::IcmpMessage::echo_reply,
          .rtt = 5ms * distance,
          .reply_ttl = static_cast<std::uint8_t>(64 - distance + 1)};
}

std::vector<int> rounds_of(const TaskDriver& driver) {
  std::vector<int> rounds;
  for (const auto& event : driver.events)
    if (const auto* round = std::get_if<RoundEvent>(&event)) rounds.push_back(round->round);
  return rounds;
}

TEST(MtrTask, every_round_asks_each_hop_once_and_rounds_keep_their_interval) {
  MtrTask task(request(4));
  TaskDriver driver(task, [](ProbeTag tag) { return clean(tag, 10); });
  const auto result = driver.run();
  EXPECT_EQ(rounds_of(driver), (std::vector{1, 2, 3, 4}));
  ASSERT_EQ(result.hops.size(), 10);
  for (const auto& one : result.hops) {
    EXPECT_EQ(one.sent, 4);
    EXPECT_EQ(one.replies.size(), 4);
  }
  EXPECT_EQ(driver.elapsed(), 3s + 50ms);
  // After the first round no probe goes beyond the destination.
  for (const auto& tag : driver.sent)
    if (tag.attempt > 1) {
      EXPECT_LE(tag.ttl, Ttl{10});
    }
}

TEST(MtrTask, loss_is_counted_per_hop) {
  MtrTask task(request(10));
  TaskDriver driver(task, [](ProbeTag tag) -> std::optional<PathAnswer> {
    if (tag.ttl == Ttl{4} && tag.attempt % 2 == 0) return std::nullopt;
    return clean(tag, 10);
  });
  const auto result = driver.run();
  EXPECT_EQ(result.hops[3].sent, 10);
  EXPECT_EQ(result.hops[3].replies.size(), 5);
  EXPECT_EQ(result.hops[4].replies.size(), 10);
}

TEST(MtrTask, a_path_that_changes_keeps_the_addresses_of_both_ways) {
  MtrTask task(request(6));
  TaskDriver driver(task, [](ProbeTag tag) { return clean(tag, 10, tag.attempt > 3 ? 100 : 0); });
  const auto result = driver.run();
  ASSERT_EQ(result.hops.size(), 10);
  EXPECT_EQ(result.hops[2].replies.front().from, hop(3));
  EXPECT_EQ(result.hops[2].replies.back().from, hop(103));
}

TEST(MtrTask, a_path_that_grows_is_followed_to_its_new_end) {
  MtrTask task(request(6));
  TaskDriver driver(task, [](ProbeTag tag) { return clean(tag, tag.attempt > 3 ? 13 : 10); });
  const auto result = driver.run();
  ASSERT_EQ(result.hops.size(), 13);
  EXPECT_EQ(result.hops[9].replies.back().from, hop(10));
  EXPECT_EQ(result.hops[12].replies.back().from, target);
  EXPECT_EQ(result.status, Status::reached);
}

TEST(MtrTask, a_path_that_shrinks_counts_no_loss_above_its_new_end) {
  MtrTask task(request(6));
  TaskDriver driver(task, [](ProbeTag tag) { return clean(tag, tag.attempt > 3 ? 7 : 10); });
  const auto result = driver.run();
  ASSERT_EQ(result.hops.size(), 10);
  for (const auto& one : result.hops) {
    EXPECT_EQ(one.sent, one.ttl <= Ttl{7} ? 6 : 3) << int{one.ttl.value};
    EXPECT_EQ(one.replies.size(), static_cast<std::size_t>(one.sent)) << int{one.ttl.value};
  }
}

TEST(MtrTask, a_silent_destination_is_measured_as_far_as_it_goes) {
  MtrTask task(request(3));
  TaskDriver driver(task, [](ProbeTag tag) -> std::optional<PathAnswer> {
    if (tag.ttl > Ttl{6}) return std::nullopt;
    return clean(tag, 99);
  });
  const auto result = driver.run();
  EXPECT_EQ(result.status, Status::silent);
  EXPECT_EQ(result.hops[5].replies.size(), 3);
  EXPECT_EQ(result.hops.size(), 11);
  EXPECT_EQ(rounds_of(driver), (std::vector{1, 2, 3}));
}

TEST(MtrTask, one_round_is_a_trace_with_one_attempt) {
  MtrTask task(request(1));
  TaskDriver driver(task, [](ProbeTag tag) { return clean(tag, 10); });
  const auto result = driver.run();
  EXPECT_EQ(result.hops.size(), 10);
  EXPECT_EQ(result.kind, Kind::mtr);
  EXPECT_LT(driver.elapsed(), 200ms);
}

}  // namespace
}  // namespace cw::probe
