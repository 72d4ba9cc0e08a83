#include "ports/probe/scamper/scamper_session.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr Instant start_of_time{24h * 365 * 50};

MeasurementRequest asking(std::string_view address) {
  static Random random(3);
  return {.id = Uuid::make_v7(start_of_time, random),
          .target = "far.example",
          .address = *IpAddress::parse(address),
          .flow = 5};
}

std::string result_of(std::uint32_t user_id, std::string_view stop_reason = "COMPLETED") {
  return fmt::format(
      R"({{"type":"trace","version":"0.1","userid":{},"method":"icmp-echo-paris","src":"192.0.2.10","dst":"203.0.113.1",)"
      R"("stop_reason":"{}","stop_data":0,"start":{{"sec":1576800000,"usec":0}},"hop_count":1,"attempts":2,)"
      R"("firsthop":1,"wait":1,"tos":0,"probe_count":1,"hops":[{{"addr":"203.0.113.1","probe_ttl":1,"probe_id":1,)"
      R"("rtt":0.5,"icmp_type":0,"icmp_code":0}}]}})"
      "\n",
      user_id, stop_reason);
}

std::string data(const std::string& payload, std::string_view id = "") {
  return fmt::format("DATA {}{}\n{}", payload.size(), id, payload);
}

class ScamperSessionTest : public testing::Test {
 protected:
  void attach() {
    session_.connected();
    EXPECT_EQ(output(), "attach format json\n");
    hear("OK\nMORE\n" + data("{\"type\":\"cycle-start\"}\n"));
    EXPECT_TRUE(session_.is_attached());
  }
  void add(const MeasurementRequest& request) {
    session_.add(request, {.on_event = {}, .on_finished = [](const Result<Measurement>&) {}});
  }
  void hear(std::string_view text) {
    const auto heard = session_.hear(text, now_);
    EXPECT_TRUE(heard) << heard.error().message;
  }
  std::string output() { return session_.take_output(now_); }
  Result<Measurement> finished() {
    auto all = session_.take_finished();
    EXPECT_EQ(all.size(), 1);
    return all.empty() ? fail(ErrorKind::internal, "nothing finished") : std::move(all.front().result);
  }

  Instant now_ = start_of_time;
  ScamperSession session_;
};

}  // namespace

TEST_F(ScamperSessionTest, a_result_of_the_old_version_is_known_by_its_user_id) {
  add(asking("203.0.113.1"));
  EXPECT_EQ(output(), "");
  attach();
  EXPECT_THAT(output(), HasSubstr(" -U 1 203.0.113.1\n"));
  hear("OK id-9\nMORE\n" + data(result_of(1)));
  const auto result = finished();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->target, "far.example");
  EXPECT_EQ(result->flow, 5);
  EXPECT_EQ(result->prober, "scamper");
  EXPECT_EQ(result->status, Status::reached);
  EXPECT_EQ(session_.packets_sent(), 1);
}

TEST_F(ScamperSessionTest, a_result_of_a_newer_version_is_known_by_its_number) {
  attach();
  add(asking("203.0.113.1"));
  output();
  hear("OK id-9\nMORE\n" + data(result_of(1, "INPROGRESS"), " id-9 inprog"));
  EXPECT_TRUE(session_.take_finished().empty());
  hear(data(result_of(77), " id-9"));
  EXPECT_TRUE(finished());
}

TEST_F(ScamperSessionTest, nothing_is_sent_before_it_may) {
  attach();
  add(asking("203.0.113.1"));
  add(asking("203.0.113.2"));
  EXPECT_THAT(output(), HasSubstr("203.0.113.1\n"));
  EXPECT_EQ(output(), "");
  hear("OK id-1\n");
  EXPECT_EQ(output(), "");
  hear("MORE\n");
  EXPECT_THAT(output(), HasSubstr("203.0.113.2\n"));
}

TEST_F(ScamperSessionTest, a_destination_is_measured_once_at_a_time) {
  attach();
  add(asking("203.0.113.1"));
  add(asking("203.0.113.1"));
  add(asking("203.0.113.2"));
  EXPECT_THAT(output(), HasSubstr(" -U 1 203.0.113.1\n"));
  hear("OK id-1\nMORE\n");
  EXPECT_THAT(output(), HasSubstr(" -U 3 203.0.113.2\n"));
  hear("OK id-2\nMORE\n");
  EXPECT_EQ(output(), "");
  hear(data(result_of(1)));
  EXPECT_THAT(output(), HasSubstr(" -U 2 203.0.113.1\n"));
}

TEST_F(ScamperSessionTest, what_is_cancelled_is_told_at_once_and_halted_when_it_has_a_number) {
  attach();
  const auto request = asking("203.0.113.1");
  add(request);
  add(asking("203.0.113.1"));
  output();
  session_.cancel(request.id, now_);
  session_.cancel(request.id, now_);
  EXPECT_EQ(finished().error().kind, ErrorKind::cancelled);
  EXPECT_EQ(output(), "");
  hear("OK id-4\nMORE\n");
  EXPECT_EQ(output(), "halt 4\n");
  hear("OK halted 4\n" + data(result_of(1, "HALTED")));
  EXPECT_TRUE(session_.take_finished().empty());
  EXPECT_THAT(output(), HasSubstr(" -U 2 "));
}

TEST_F(ScamperSessionTest, what_waits_can_be_cancelled_too) {
  const auto request = asking("203.0.113.1");
  add(request);
  session_.cancel(request.id, now_);
  EXPECT_EQ(finished().error().kind, ErrorKind::cancelled);
  attach();
  EXPECT_EQ(output(), "");
}

TEST_F(ScamperSessionTest, a_halt_that_comes_too_late_does_no_harm) {
  attach();
  const auto request = asking("203.0.113.1");
  add(request);
  output();
  hear("OK id-1\nMORE\n");
  session_.cancel(request.id, now_);
  session_.take_finished();
  EXPECT_EQ(output(), "halt 1\n");
  hear(data(result_of(1)) + "ERR no task id-1\n");
  EXPECT_TRUE(session_.take_finished().empty());
  add(asking("203.0.113.1"));
  EXPECT_THAT(output(), HasSubstr(" -U 2 "));
}

TEST_F(ScamperSessionTest, a_refused_command_says_which_and_leaves_its_turn_to_the_next) {
  attach();
  add(asking("203.0.113.1"));
  add(asking("203.0.113.2"));
  output();
  hear("ERR command not accepted: bad method\n");
  const auto result = finished();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(result.error().message, HasSubstr("bad method"));
  EXPECT_THAT(output(), HasSubstr(" -U 2 203.0.113.2\n"));
}

TEST_F(ScamperSessionTest, what_takes_too_long_is_given_up_and_then_scamper_itself) {
  attach();
  add(asking("203.0.113.1"));
  output();
  hear("OK id-1\nMORE\n");
  ASSERT_TRUE(session_.next_deadline());
  now_ = *session_.next_deadline();
  EXPECT_TRUE(session_.expire(now_));
  EXPECT_THAT(finished().error().message, HasSubstr("no result"));
  EXPECT_EQ(output(), "halt 1\n");
  now_ = *session_.next_deadline();
  EXPECT_FALSE(session_.expire(now_));
}

TEST_F(ScamperSessionTest, when_scamper_is_lost_everyone_hears_why_and_a_new_one_begins_afresh) {
  attach();
  add(asking("203.0.113.1"));
  add(asking("203.0.113.1"));
  output();
  session_.lost({.kind = ErrorKind::unavailable, .message = "it ended with signal 11"});
  const auto all = session_.take_finished();
  ASSERT_EQ(all.size(), 2);
  for (const auto& one : all) EXPECT_THAT(one.result.error().message, HasSubstr("signal 11"));
  EXPECT_FALSE(session_.is_attached());
  attach();
  add(asking("203.0.113.1"));
  EXPECT_THAT(output(), HasSubstr(" -U 3 "));
}

TEST_F(ScamperSessionTest, what_is_unreadable_is_counted_and_fails_whose_it_was) {
  attach();
  add(asking("203.0.113.1"));
  output();
  hear("OK id-1\nMORE\n" + data("{\"type\":\n"));
  EXPECT_EQ(session_.unreadable_results(), 1);
  EXPECT_TRUE(session_.take_finished().empty());
  hear(data("{\"type\":\n", " id-1"));
  EXPECT_EQ(session_.unreadable_results(), 2);
  EXPECT_EQ(finished().error().kind, ErrorKind::invalid);
}

TEST_F(ScamperSessionTest, whoever_does_not_speak_the_protocol_is_found_out) {
  session_.connected();
  EXPECT_FALSE(session_.hear("ERR format must be warts\n", now_));
  session_.connected();
  EXPECT_FALSE(session_.hear("220 mail.example ESMTP\n", now_));
  attach();
  EXPECT_FALSE(session_.hear("OK id-3\n", now_));
}

TEST_F(ScamperSessionTest, the_raw_output_is_kept_if_asked_for) {
  attach();
  auto request = asking("203.0.113.1");
  request.raw_output = RawOutput::keep;
  add(request);
  output();
  hear("OK id-1\nMORE\n" + data(result_of(1)));
  EXPECT_EQ(finished()->raw_output, result_of(1));
}

}  // namespace cw::probe
