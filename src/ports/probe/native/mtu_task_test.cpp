#include "ports/probe/native/mtu_task.hpp"

#include <gtest/gtest.h>

#include "ports/probe/native/task_driver.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

const auto target = IpAddress::v4(0xcb007107);
constexpr Instant start{std::chrono::hours(1000)};

MeasurementRequest search() { return {.address = target, .mtu_search = MtuSearch::on}; }

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
  EXPECT_EQ(asked.at(1492), 1);
  EXPECT_EQ(task_->take_result(now_).path_mtu->mtu, 1492);
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
