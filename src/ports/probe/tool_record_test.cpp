#include "ports/probe/tool_record.hpp"

#include <gtest/gtest.h>

#include "ports/probe/tool_run.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

const auto destination = IpAddress::v4(0xcb007101);

IpAddress router(std::uint32_t number) { return IpAddress::v4(0xc6336400 + number); }

// 0: no answer, 99: the destination.
class Path {
 public:
  explicit Path(Kind kind = Kind::trace) : request_{.address = destination, .kind = kind} {}

  Path& round(std::initializer_list<std::uint32_t> hops) {
    ++round_;
    std::uint8_t ttl = 0;
    for (const auto number : hops) {
      ToolProbe probe{.ttl = Ttl{++ttl}, .attempt = round_};
      const auto from = number == 99 ? destination : router(number);
      if (number != 0) probe.reply = presumed_reply(request_, from, 1ms, round_);
      probes_.push_back(probe);
    }
    return *this;
  }
  Measurement record(int max_ttl = 30) {
    request_.max_ttl = Ttl{static_cast<std::uint8_t>(max_ttl)};
    const platform::ProcessOutcome outcome;
    return record_path({.request = request_, .outcome = outcome, .started_at = {}, .finished_at = {}}, probes_);
  }
  std::vector<ToolProbe>& probes() { return probes_; }

 private:
  MeasurementRequest request_;
  std::vector<ToolProbe> probes_;
  int round_ = 0;
};

void expect_end(const Measurement& measurement, Status status, StopReason reason, std::size_t hops) {
  EXPECT_EQ(measurement.status, status) << to_string(measurement.status);
  EXPECT_EQ(measurement.stop_reason, reason) << to_string(measurement.stop_reason);
  EXPECT_EQ(measurement.hops.size(), hops);
}

}  // namespace

TEST(ToolRecord, a_trace_ends_where_the_destination_first_answers) {
  const auto measurement = Path().round({1, 2, 99, 99}).record();
  expect_end(measurement, Status::reached, StopReason::destination, 3);
  EXPECT_EQ(measurement.probes_sent, 4);
}

TEST(ToolRecord, the_rounds_of_an_mtr_each_have_their_own_end) {
  const auto measurement = Path(Kind::mtr).round({1, 99, 99}).round({1, 2, 99}).record();
  expect_end(measurement, Status::reached, StopReason::destination, 3);
  EXPECT_EQ(measurement.hops[1].sent, 2);
  EXPECT_EQ(measurement.hops[2].sent, 1);
}

TEST(ToolRecord, a_round_that_is_not_answered_at_the_end_loses_what_it_sent_there) {
  const auto measurement = Path(Kind::mtr).round({1, 99, 99}).round({1, 0}).record();
  expect_end(measurement, Status::reached, StopReason::destination, 2);
  EXPECT_EQ(measurement.hops[1].sent, 2);
  EXPECT_EQ(measurement.hops[1].replies.size(), 1);
}

TEST(ToolRecord, a_refusal_ends_a_path_that_is_not_reached) {
  Path path;
  path.round({1, 2, 2, 2});
  path.probes()[2].reply->icmp_type = 3;
  path.probes()[2].reply->icmp_code = 1;
  expect_end(path.record(), Status::unreachable, StopReason::icmp_host_unreachable, 3);
}

TEST(ToolRecord, two_addresses_that_come_again_are_a_loop) {
  expect_end(Path().round({1, 2, 3, 2, 3, 2, 3}).record(), Status::loop, StopReason::loop, 5);
  expect_end(Path().round({1, 1, 2, 3, 2, 4, 99}).record(), Status::reached, StopReason::destination, 7);
}

TEST(ToolRecord, silence_ends_a_path_after_the_gap_limit) {
  expect_end(Path().round({1, 2, 0, 0, 0, 0, 0, 0, 0, 0}).record(), Status::silent, StopReason::gap_limit, 7);
  expect_end(Path().round({1, 2, 0, 0, 3}).record(5), Status::silent, StopReason::max_ttl, 5);
}

TEST(ToolRecord, a_ttl_that_was_not_mentioned_is_silent_and_was_not_probed) {
  Path path;
  path.round({1, 2, 99});
  path.probes().erase(path.probes().begin() + 1);
  const auto measurement = path.record();
  expect_end(measurement, Status::reached, StopReason::destination, 3);
  EXPECT_EQ(measurement.hops[1].sent, 0);
  EXPECT_TRUE(measurement.hops[1].replies.empty());
}

TEST(ToolRecord, the_events_of_an_mtr_come_round_by_round) {
  const auto events = events_of(Path(Kind::mtr).round({1, 99}).round({0, 99}).record());
  ASSERT_EQ(events.size(), 6);
  EXPECT_EQ(std::get<ReplyEvent>(events[0]).ttl, Ttl{1});
  EXPECT_EQ(std::get<ReplyEvent>(events[1]).ttl, Ttl{2});
  EXPECT_EQ(std::get<RoundEvent>(events[2]).round, 1);
  EXPECT_EQ(std::get<SilenceEvent>(events[3]).attempt, 2);
  EXPECT_EQ(std::get<ReplyEvent>(events[4]).reply.from, destination);
  EXPECT_EQ(std::get<RoundEvent>(events[5]).round, 2);
}

TEST(ToolRecord, a_late_answer_alone_has_not_reached_anything) {
  const MeasurementRequest request{.address = destination, .kind = Kind::ping};
  const platform::ProcessOutcome outcome;
  const ToolReport report{.request = request, .outcome = outcome, .started_at = {}, .finished_at = {}};
  expect_end(record_ping(report, 1, {{.from = destination, .rtt = 2s, .late = true}}, {}), Status::silent,
             StopReason::gap_limit, 1);
  expect_end(record_ping(report, 1, {{.from = destination, .rtt = 1ms}}, {}), Status::reached, StopReason::destination,
             1);
}

TEST(ToolRun, output_is_bounded_by_what_the_request_can_bring) {
  const auto* tool = find_tool("mtr");
  MeasurementRequest request{.address = destination, .kind = Kind::trace};
  const auto small = limits_of(*tool, request).output_bytes;
  request.kind = Kind::mtr;
  request.count = 10'000;
  const auto large = limits_of(*tool, request).output_bytes;
  EXPECT_LT(small, 200'000);
  EXPECT_LE(large, std::size_t{32} << 20);
  EXPECT_GT(large, small);
}

TEST(ToolRun, the_target_is_an_address_and_the_last_argument_of_every_tool) {
  for (const auto& tool : known_tools())
    for (const auto kind : {Kind::trace, Kind::ping, Kind::mtr}) {
      const MeasurementRequest request{.target = "; rm -rf /", .address = destination, .kind = kind};
      if (tool.check(request)) {
        EXPECT_EQ(command_of(tool, request).arguments.back(), "203.0.113.1") << tool.name;
      }
    }
}

}  // namespace cw::probe
