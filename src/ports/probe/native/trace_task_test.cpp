#include "ports/probe/native/trace_task.hpp"

#include <gtest/gtest.h>

#include "ports/probe/native/task_driver.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

constexpr auto target = IpAddress::v4(0xcb007107);
IpAddress hop(int ttl) { return IpAddress::v4(0xc6120000 + static_cast<std::uint32_t>(ttl)); }

MeasurementRequest request() { return {.target = "203.0.113.7", .address = target}; }

// Routers 5 ms apart, the target at `distance`.
PathAnswer clean(ProbeTag tag, int distance) {
  const int ttl = tag.ttl.value;
  if (ttl < distance) return {.from = hop(ttl), .rtt = 5ms * ttl};
  return {.from = target,
          .message = codec::IcmpMessage::echo_reply,
          .rtt = 5ms * distance,
          .reply_ttl = static_cast<std::uint8_t>(64 - distance + 1)};
}

int probes_of(const TaskDriver& driver, int ttl) {
  return static_cast<int>(std::ranges::count(driver.sent, Ttl{static_cast<std::uint8_t>(ttl)}, &ProbeTag::ttl));
}

TEST(TraceTask, the_distance_probe_goes_first_and_eight_ttls_with_it) {
  TraceTask task(request());
  TaskDriver driver(task, [](ProbeTag tag) { return clean(tag, 12); });
  driver.run();
  ASSERT_GE(driver.sent.size(), 10);
  EXPECT_EQ(driver.sent[0].ttl, Ttl{30});
  for (std::uint8_t i = 1; i <= 8; ++i) EXPECT_EQ(driver.sent[i].ttl, Ttl{i});
  EXPECT_EQ(driver.sent_at[8], TaskDriver::start);
  EXPECT_GT(driver.sent_at[9], TaskDriver::start);
}

TEST(TraceTask, a_wish_to_send_may_be_asked_for_again) {
  TraceTask task(request());
  for (int i = 0; i < 3; ++i) {
    const auto step = task.next(TaskDriver::start + i * 1s, nullptr);
    ASSERT_TRUE(std::holds_alternative<SendProbe>(step));
    EXPECT_EQ(std::get<SendProbe>(step).tag.ttl, Ttl{30});
  }
}

TEST(TraceTask, every_distance_is_found_with_one_probe_for_each_ttl_below) {
  for (int distance = 1; distance <= 30; ++distance) {
    TraceTask task(request());
    TaskDriver driver(task, [&](ProbeTag tag) { return clean(tag, distance); });
    const auto result = driver.run();
    EXPECT_EQ(result.status, Status::reached);
    ASSERT_EQ(result.hops.size(), static_cast<std::size_t>(distance));
    for (int ttl = 1; ttl <= distance; ++ttl) {
      EXPECT_EQ(result.hops[static_cast<std::size_t>(ttl - 1)].answer()->from, ttl == distance ? target : hop(ttl));
      EXPECT_EQ(probes_of(driver, ttl), 1) << distance << " " << ttl;
    }
    EXPECT_LE(driver.sent.size(), static_cast<std::size_t>(std::max(distance + 1, 14) + 2)) << distance;
  }
}

TEST(TraceTask, a_guess_that_is_too_short_or_too_long_is_found_out) {
  for (int guess = 2; guess < 30; ++guess) {
    TraceTask task(request());
    TaskDriver driver(task, [&](ProbeTag tag) {
      auto answer = clean(tag, 16);
      if (answer.from == target) answer.reply_ttl = static_cast<std::uint8_t>(64 - guess + 1);
      return answer;
    });
    const auto result = driver.run();
    EXPECT_EQ(result.hops.size(), 16) << guess;
    EXPECT_EQ(result.status, Status::reached);
  }
}

TEST(TraceTask, a_hop_that_answers_the_second_probe_is_no_silent_hop) {
  TraceTask task(request());
  TaskDriver driver(task, [](ProbeTag tag) -> std::optional<PathAnswer> {
    if (tag.ttl == Ttl{5} && tag.attempt == 1) return std::nullopt;
    return clean(tag, 12);
  });
  const auto result = driver.run();
  EXPECT_EQ(result.hops[4].sent, 2);
  ASSERT_EQ(result.hops[4].replies.size(), 1);
  EXPECT_EQ(result.hops[4].replies[0].attempt, 2);
  EXPECT_LT(driver.elapsed(), 130ms);
}

TEST(TraceTask, a_destination_that_two_probes_did_not_get_to_is_asked_once_more) {
  TraceTask task(request());
  TaskDriver driver(task, [](ProbeTag tag) -> std::optional<PathAnswer> {
    if (tag.ttl == Ttl{12} && tag.attempt <= 2) return std::nullopt;
    return clean(tag, 12);
  });
  const auto result = driver.run();
  EXPECT_EQ(result.status, Status::reached);
  EXPECT_EQ(result.hops.size(), 12);
  EXPECT_EQ(result.hops.back().sent, 3);
}

TEST(TraceTask, a_silent_hop_gets_as_many_probes_as_were_asked_for) {
  for (int attempts = 1; attempts <= 5; ++attempts) {
    auto wanted = request();
    wanted.attempts = attempts;
    TraceTask task(wanted);
    TaskDriver driver(task, [](ProbeTag tag) -> std::optional<PathAnswer> {
      if (tag.ttl == Ttl{5}) return std::nullopt;
      return clean(tag, 12);
    });
    const auto result = driver.run();
    EXPECT_EQ(result.hops[4].sent, attempts);
    EXPECT_TRUE(result.hops[4].replies.empty());
    const SilenceEvent silence{.ttl = Ttl{5}, .attempt = attempts};
    EXPECT_EQ(std::ranges::count_if(driver.events,
                                    [&](const ProbeEvent& event) {
                                      const auto* told = std::get_if<SilenceEvent>(&event);
                                      return told != nullptr && told->ttl == silence.ttl &&
                                             told->attempt == silence.attempt;
                                    }),
              1);
  }
}

TEST(TraceTask, an_answer_after_its_hop_was_given_up_is_late_and_kept) {
  TraceTask task(request());
  TaskDriver driver(task, [](ProbeTag tag) -> std::optional<PathAnswer> {
    // Hop 2 answers long after it was given up; silent hops at the end keep the trace waiting.
    if (tag.ttl == Ttl{2}) return PathAnswer{.from = hop(2), .rtt = 400ms};
    if (tag.ttl > Ttl{6}) return std::nullopt;
    return clean(tag, 99);
  });
  const auto result = driver.run();
  EXPECT_EQ(result.status, Status::silent);
  ASSERT_EQ(result.hops[1].replies.size(), 2);
  EXPECT_TRUE(result.hops[1].replies[0].late);
  EXPECT_EQ(result.hops[1].answer(), nullptr);
}

TEST(TraceTask, the_gap_limit_counts_silent_ttls_after_the_last_answer) {
  for (const int gap : {1, 3, 5, 8}) {
    auto wanted = request();
    wanted.gap_limit = gap;
    TraceTask task(wanted);
    TaskDriver driver(task, [](ProbeTag tag) -> std::optional<PathAnswer> {
      if (tag.ttl > Ttl{6}) return std::nullopt;
      return clean(tag, 99);
    });
    const auto result = driver.run();
    EXPECT_EQ(result.status, Status::silent);
    EXPECT_EQ(result.stop_reason, StopReason::gap_limit);
    EXPECT_EQ(result.hops.size(), static_cast<std::size_t>(6 + gap));
  }
}

TEST(TraceTask, a_distant_hop_beyond_an_ocean_is_waited_for) {
  TraceTask task(request());
  TaskDriver driver(task, [](ProbeTag tag) -> std::optional<PathAnswer> {
    if (tag.ttl >= Ttl{10}) return std::nullopt;
    auto answer = clean(tag, 99);
    if (tag.ttl >= Ttl{4}) answer.rtt = 250ms;
    if (tag.ttl < Ttl{4}) answer.rtt = 1ms * tag.ttl.value;
    return answer;
  });
  const auto result = driver.run();
  for (std::size_t i = 0; i < 9; ++i) {
    ASSERT_NE(result.hops[i].answer(), nullptr) << i;
  }
}

TEST(TraceTask, nothing_at_all_takes_the_timeout_of_each_attempt_and_no_longer) {
  auto wanted = request();
  wanted.timeout = 700ms;
  TraceTask task(wanted);
  TaskDriver driver(task, [](ProbeTag) { return std::nullopt; });
  const auto result = driver.run();
  EXPECT_EQ(result.status, Status::silent);
  EXPECT_EQ(driver.elapsed(), 1400ms);
}

TEST(TraceTask, what_the_machine_refuses_to_send_is_a_failed_trace) {
  TraceTask task(request());
  const auto tag = std::get<SendProbe>(task.next(TaskDriver::start, nullptr)).tag;
  task.on_sent(tag, TaskDriver::start);
  task.on_refused(tag, TaskDriver::start);
  ASSERT_TRUE(std::holds_alternative<Done>(task.next(TaskDriver::start, nullptr)));
  const auto result = task.take_result(TaskDriver::start);
  EXPECT_EQ(result.status, Status::failed);
  EXPECT_EQ(result.stop_reason, StopReason::error);
}

TEST(TraceTask, a_time_exceeded_from_the_target_reaches_it) {
  TraceTask task(request());
  TaskDriver driver(task, [](ProbeTag tag) {
    auto answer = clean(tag, 12);
    if (tag.ttl == Ttl{11}) answer.from = target;
    return answer;
  });
  const auto result = driver.run();
  EXPECT_EQ(result.status, Status::reached);
  EXPECT_EQ(result.hops.size(), 11);
}

TEST(TraceTask, a_port_unreachable_from_another_address_is_a_refusal_on_the_way) {
  TraceTask task(request());
  TaskDriver driver(task, [](ProbeTag tag) -> std::optional<PathAnswer> {
    if (tag.ttl < Ttl{9}) return clean(tag, 12);
    return PathAnswer{.from = hop(77), .message = codec::IcmpMessage::unreachable_port, .rtt = 40ms};
  });
  const auto result = driver.run();
  EXPECT_EQ(result.status, Status::unreachable);
  EXPECT_EQ(result.stop_reason, StopReason::icmp_other);
  EXPECT_EQ(result.hops.size(), 9);
}

TEST(TraceTask, a_router_that_says_unreachable_only_now_and_then_does_not_stretch_the_path) {
  // As Linux does: one "unreachable" a second, and the distance probe has it.
  TraceTask task(request());
  TaskDriver driver(task, [](ProbeTag tag) -> std::optional<PathAnswer> {
    if (tag.ttl <= Ttl{6}) return clean(tag, 99);
    if (tag.ttl == Ttl{30} && tag.attempt == 1)
      return PathAnswer{.from = hop(6), .message = codec::IcmpMessage::unreachable_host, .rtt = 30ms};
    return std::nullopt;
  });
  const auto result = driver.run();
  EXPECT_EQ(result.status, Status::unreachable);
  EXPECT_EQ(result.stop_reason, StopReason::icmp_host_unreachable);
  EXPECT_EQ(result.hops.size(), 6);
}

TEST(TraceTask, an_unreachable_for_some_probes_does_not_hide_a_destination_that_answers) {
  TraceTask task(request());
  TaskDriver driver(task, [](ProbeTag tag) {
    if (tag.ttl == Ttl{4})
      return PathAnswer{.from = hop(4), .message = codec::IcmpMessage::unreachable_prohibited, .rtt = 20ms};
    return clean(tag, 12);
  });
  const auto result = driver.run();
  EXPECT_EQ(result.status, Status::reached);
  EXPECT_EQ(result.hops.size(), 12);
}

TEST(TraceTask, a_network_that_repeats_answers_without_end_fills_no_memory) {
  TraceTask task(request());
  Instant now = TaskDriver::start;
  while (std::holds_alternative<SendProbe>(task.next(now, nullptr)))
    task.on_sent(std::get<SendProbe>(task.next(now, nullptr)).tag, now);
  for (int i = 0; i < 10'000; ++i)
    task.on_answer({.tag = {.attempt = 1, .ttl = Ttl{1}},
                    .from = hop(1),
                    .message = codec::IcmpMessage::time_exceeded,
                    .rtt = 5ms,
                    .duplicate = i > 0},
                   nullptr);
  now += 10s;
  while (!std::holds_alternative<Done>(task.next(now, nullptr))) {
    const auto step = task.next(now, nullptr);
    if (const auto* send = std::get_if<SendProbe>(&step))
      task.on_sent(send->tag, now);
    else
      now += 1s;
  }
  EXPECT_LE(task.take_result(now).hops[0].replies.size(), 100);
}

ReplyLog log_of(const std::vector<std::pair<int, int>>& ttl_and_hop) {
  ReplyLog log;
  for (const auto& [ttl, name] : ttl_and_hop)
    log.add({.tag = {.attempt = 1, .ttl = Ttl{static_cast<std::uint8_t>(ttl)}},
             .from = hop(name),
             .message = codec::IcmpMessage::time_exceeded},
            Timeliness::in_time);
  return log;
}

TEST(FindLoop, two_returns_with_another_address_between_are_a_loop) {
  EXPECT_EQ(find_loop(log_of({{1, 1}, {2, 2}, {3, 3}, {4, 2}, {5, 3}}), 1, 9, target), 5);
  EXPECT_EQ(find_loop(log_of({{1, 1}, {2, 2}, {4, 3}, {6, 2}, {8, 2}}), 1, 9, target), 8);
}

TEST(FindLoop, single_returns_neighbours_and_the_destination_are_none) {
  EXPECT_FALSE(find_loop(log_of({{1, 1}, {2, 2}, {3, 3}, {4, 4}}), 1, 9, target));
  EXPECT_FALSE(find_loop(log_of({{1, 1}, {2, 2}, {3, 2}, {4, 2}, {5, 3}}), 1, 9, target));
  EXPECT_FALSE(find_loop(log_of({{1, 1}, {2, 2}, {3, 1}, {4, 3}}), 1, 9, target));
  EXPECT_FALSE(find_loop(log_of({{1, 1}, {2, 2}, {3, 1}, {4, 2}}), 1, 9, hop(1)));
  // The same address again and again, with silence between, may be one router that answers for several.
  EXPECT_FALSE(find_loop(log_of({{1, 1}, {3, 1}, {5, 1}, {7, 1}}), 1, 9, target));
}

TEST(GuessDistance, comes_from_the_ttl_that_is_left) {
  const auto guess = [](int reply_ttl) {
    return guess_distance({.tag = {.attempt = 1, .ttl = Ttl{30}},
                           .message = codec::IcmpMessage::echo_reply,
                           .reply_ttl = static_cast<std::uint8_t>(reply_ttl)});
  };
  EXPECT_EQ(guess(64), 1);
  EXPECT_EQ(guess(51), 14);
  EXPECT_EQ(guess(128), 1);
  EXPECT_EQ(guess(115), 14);
  EXPECT_EQ(guess(242), 14);
  const Answer port_unreachable{.tag = {.attempt = 1, .ttl = Ttl{30}},
                                .message = codec::IcmpMessage::unreachable_port,
                                .reply_ttl = 40,
                                .quoted_ttl = 17};
  EXPECT_EQ(guess_distance(port_unreachable), 14);
  EXPECT_FALSE(guess_distance({.message = codec::IcmpMessage::echo_reply}));
}

}  // namespace
}  // namespace cw::probe
