#include "ports/probe/native/mtu_task.hpp"

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "ports/probe/native/task_driver.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

const auto target = IpAddress::v4(0xcb007107);
constexpr Instant start{std::chrono::hours(1000)};

MeasurementRequest search() { return {.address = target, .mtu_search = MtuSearch::on}; }

// Somebody who gives so many answers at once and then one at a time, as Linux does.
class AnswerLimit {
 public:
  AnswerLimit(int burst, Duration between) : most_(between * burst), between_(between), saved_(most_) {}

  bool allows(Instant now) {
    saved_ = std::min(most_, saved_ + (now - asked_at_));
    asked_at_ = now;
    if (saved_ < between_) return false;
    saved_ -= between_;
    return true;
  }

 private:
  Duration most_;
  Duration between_;
  Duration saved_;
  Instant asked_at_ = start;
};

// A trace of one hop before the target, and then what the test says; on a network that takes 20 ms.
class MtuTaskTest : public testing::Test {
 protected:
  // Plays until something else than an instant comes.
  Step next() {
    for (;;) {
      const auto step = task_->next(now_, nullptr);
      const auto* wait = std::get_if<WaitUntil>(&step);
      if (wait == nullptr) return step;
      now_ = std::max(now_, wait->instant);
    }
  }
  // The next probe of the search, sent.
  std::optional<SendProbe> send_next() {
    for (;;) {
      const auto step = next();
      const auto* probe = std::get_if<SendProbe>(&step);
      if (probe == nullptr) return std::nullopt;
      task_->on_sent(probe->tag, now_);
      if (probe->size != 0) return *probe;
      trace_answer(probe->tag);
    }
  }
  void trace_answer(ProbeTag tag) {
    const bool arrives = tag.ttl >= Ttl{2};
    task_->on_answer({.tag = tag,
                      .from = arrives ? target : IpAddress::v4(0xc6120001),
                      .message = arrives ? codec::IcmpMessage::echo_reply : codec::IcmpMessage::time_exceeded,
                      .rtt = 20ms,
                      .reply_ttl = arrives ? 63 : 254},
                     nullptr);
  }
  void answer(const SendProbe& probe) {
    task_->on_answer({.tag = probe.tag, .from = target, .message = codec::IcmpMessage::echo_reply, .rtt = 20ms},
                     nullptr);
  }
  void answer_from_router(const SendProbe& probe) {
    task_->on_answer({.tag = probe.tag,
                      .from = IpAddress::v4(0xc6120001),
                      .message = codec::IcmpMessage::time_exceeded,
                      .rtt = 20ms},
                     nullptr);
  }
  static PathMtu black_hole(std::uint16_t mtu) {
    return {.mtu = mtu, .limits = {{.ttl = Ttl{1}, .from = std::nullopt, .mtu = mtu}}};
  }
  // Plays a path that loses longer packets behind its router, with a target that limits its answers. Fails when
  // something is said that is not so.
  PathMtu play_black_hole(std::uint16_t mtu, AnswerLimit limit) {
    while (const auto probe = send_next()) {
      if (probe->tag.ttl == Ttl{1})
        answer_from_router(*probe);
      else if (probe->size <= mtu && limit.allows(now_))
        answer(*probe);
    }
    const auto found = task_->take_result(now_).path_mtu.value_or(PathMtu{});
    EXPECT_LE(found.mtu, mtu);
    if (!found.limits.empty()) {
      EXPECT_EQ(found, black_hole(mtu));
    }
    return found;
  }

  std::unique_ptr<Task> task_ = make_task(search());
  Instant now_ = start;
};

TEST_F(MtuTaskTest, what_the_machine_refuses_costs_no_time_and_is_no_probe) {
  int refused = 0;
  while (const auto probe = send_next()) {
    if (probe->size > 1500) {
      ++refused;
      task_->on_refused(probe->tag, now_);
    } else {
      EXPECT_EQ(probe->size, 1500);
      answer(*probe);
    }
  }
  EXPECT_GT(refused, 5);
  EXPECT_LT(now_ - start, 50ms);
  const auto result = task_->take_result(now_);
  ASSERT_TRUE(result.path_mtu);
  EXPECT_EQ(result.path_mtu->mtu, 1500);
  EXPECT_EQ(result.status, Status::reached);
  EXPECT_EQ(result.hops.size(), 2);
}

TEST_F(MtuTaskTest, silence_is_asked_three_times_before_it_counts) {
  std::map<std::uint16_t, int> asked;
  while (const auto probe = send_next()) {
    ++asked[probe->size];
    if (probe->size <= 1492) answer(*probe);
  }
  EXPECT_EQ(asked.at(largest_tried_packet), 3);
  EXPECT_EQ(asked.at(1493), 6);  // three times to the end, three times to the router before it
  EXPECT_EQ(asked.at(1494), 3);
  EXPECT_EQ(asked.at(1492), 7);  // once for itself, and twice as the control in each of these three places
  EXPECT_EQ(task_->take_result(now_).path_mtu->mtu, 1492);
}

TEST_F(MtuTaskTest, a_host_that_answers_six_times_and_then_once_a_second_is_measured_exactly) {
  EXPECT_EQ(play_black_hole(1400, {6, 1s}), black_hole(1400));
  EXPECT_LT(now_ - start, 45s);
}

TEST_F(MtuTaskTest, a_host_that_answers_once_in_two_seconds_is_measured_exactly) {
  EXPECT_EQ(play_black_hole(1400, {6, 2s}), black_hole(1400));
}

TEST_F(MtuTaskTest, a_host_that_does_not_limit_its_answers_is_not_asked_slowly) {
  EXPECT_EQ(play_black_hole(1400, {1, 0s}), black_hole(1400));
  EXPECT_LT(now_ - start, 10s);
}

TEST_F(MtuTaskTest, where_the_answers_end_only_what_passed_is_told) {
  const auto found = play_black_hole(1400, {9, 1h});
  EXPECT_GT(found.mtu, 68);
  EXPECT_LT(found.mtu, 1400);
  EXPECT_TRUE(found.limits.empty());
  EXPECT_LT(now_ - start, 30s);
}

TEST_F(MtuTaskTest, a_host_that_is_never_heard_of_again_costs_little_time) {
  EXPECT_EQ(play_black_hole(1400, {0, 1h}).mtu, 0);
  EXPECT_LT(now_ - start, 30s);
}

TEST_F(MtuTaskTest, no_limit_of_answers_is_ever_taken_for_a_limit_of_size) {
  Random random(3);
  int exact = 0;
  for (int round = 0; round < 2'000; ++round) {
    auto request = search();
    if (random.below(4) == 0) request.probe_spacing = std::chrono::milliseconds(random.below(1'000));
    task_ = make_task(request);
    now_ = start;
    const auto mtu = static_cast<std::uint16_t>(68 + random.below(9'000));
    const AnswerLimit limit(static_cast<int>(1 + random.below(8)), std::chrono::milliseconds(random.below(10'000)));
    exact += play_black_hole(mtu, limit) == black_hole(mtu);
    EXPECT_LT(now_ - start, 90s);
    ASSERT_FALSE(HasFailure()) << round;
  }
  EXPECT_GT(exact, 300);  // the others would have taken too long
}

TEST_F(MtuTaskTest, a_router_that_limits_its_answers_does_not_move_the_black_hole) {
  AnswerLimit router(1, 1s);
  while (const auto probe = send_next()) {
    if (probe->tag.ttl == Ttl{1} && router.allows(now_)) answer_from_router(*probe);
    if (probe->tag.ttl > Ttl{1} && probe->size <= 1400) answer(*probe);
  }
  EXPECT_EQ(task_->take_result(now_).path_mtu->limits,
            (std::vector<MtuLimit>{{.ttl = Ttl{1}, .from = std::nullopt, .mtu = 1400}}));
}

TEST_F(MtuTaskTest, answers_to_the_trace_that_come_late_are_not_taken_for_the_searchs) {
  const auto probe = send_next();
  ASSERT_TRUE(probe);
  trace_answer({.attempt = 1, .ttl = Ttl{30}});
  trace_answer({.attempt = 1, .ttl = Ttl{64}});
  const auto again = send_next();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->size, probe->size);
}

TEST_F(MtuTaskTest, a_trace_that_could_not_be_sent_is_all_there_is) {
  const auto step = task_->next(now_, nullptr);
  const auto tag = std::get<SendProbe>(step).tag;
  task_->on_sent(tag, now_);
  task_->on_refused(tag, now_);
  EXPECT_TRUE(std::holds_alternative<Done>(task_->next(now_, nullptr)));
  const auto result = task_->take_result(now_);
  EXPECT_EQ(result.status, Status::failed);
  EXPECT_FALSE(result.path_mtu);
}

}  // namespace
}  // namespace cw::probe
