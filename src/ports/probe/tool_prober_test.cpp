#include "ports/probe/tool_prober.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "core/random.hpp"
#include "platform/system_clock.hpp"
#include "platform/temporary_folder.hpp"
#include "ports/probe/tool_record.hpp"
#include "ports/probe/tool_state.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// A tool whose script is the request's target, and which has measured if it says "answer".
Tool script_tool() {
  return {.name = "script",
          .program = "sh",
          .package = "dash",
          .version_arguments = {"-c", "echo version 7"},
          .version = [](std::string_view output) -> Result<std::string> { return std::string(output); },
          .check = [](const MeasurementRequest& request) -> Result<> {
            if (request.kind != Kind::ping) return fail(ErrorKind::unsupported, "it only pings");
            return {};
          },
          .arguments = [](const MeasurementRequest& request) { return std::vector<std::string>{"-c", request.target}; },
          .read = [](const ToolReport& report) -> Result<Measurement> {
            if (report.outcome.output != "answer\n") return fail(ErrorKind::invalid, "no answer");
            return record_ping(report, 2, {{.from = report.request.address, .rtt = 1ms, .attempt = 1}}, {});
          },
          // In a test that is to run out of time there is none.
          .time_limit = [](const MeasurementRequest& request) -> Duration { return request.flow == 1 ? 0s : 60s; }};
}

MeasurementRequest asking(std::string script) {
  static Random random(3);
  return {.id = Uuid::make_v7(Instant(24h * 365 * 50), random),
          .target = std::move(script),
          .address = IpAddress::v4(0xcb007101),
          .kind = Kind::ping};
}

struct Heard {
  std::promise<Result<Measurement>> result;
  std::vector<ProbeEvent> events;
  int ends = 0;

  Observer observer() {
    return {.on_event = [this](const ProbeEvent& event) { events.push_back(event); },
            .on_finished =
                [this](Result<Measurement> measurement) {
                  ++ends;
                  result.set_value(std::move(measurement));
                }};
  }
  // Long enough for a busy machine; never waited for when all is well.
  Result<Measurement> wait() {
    auto future = result.get_future();
    if (future.wait_for(60s) != std::future_status::ready) return fail(ErrorKind::internal, "nothing was heard");
    return future.get();
  }
};

class ToolProberTest : public testing::Test {
 protected:
  std::unique_ptr<ToolProber> open(const ToolProberOptions& options = {}) {
    auto prober = ToolProber::open(script_tool(), options, clock_);
    EXPECT_TRUE(prober) << prober.error().message;
    return std::move(*prober);
  }
  Result<Measurement> run(const MeasurementRequest& request) {
    Heard heard;
    EXPECT_TRUE(prober_->start(request, heard.observer()));
    return heard.wait();
  }
  void expect_failure(const MeasurementRequest& request, ErrorKind kind, const std::string& words,
                      const std::string& counter) {
    const auto result = run(request);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, kind);
    EXPECT_THAT(result.error().message, HasSubstr(words));
    EXPECT_EQ(prober_->counters()[counter], 1) << counter;
  }

  platform::SystemClock clock_;
  std::unique_ptr<ToolProber> prober_ = open();
};

}  // namespace

TEST_F(ToolProberTest, a_run_becomes_a_measurement_in_the_tools_name) {
  const auto request = asking("echo answer");
  const auto result = run(request);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->id, request.id);
  EXPECT_EQ(result->prober, "script");
  EXPECT_EQ(result->status, Status::reached);
  EXPECT_EQ(result->raw_output, "");
  EXPECT_GT(result->finished_at, result->started_at);
  EXPECT_EQ(prober_->counters()["runs_started"], 1);
  EXPECT_EQ(prober_->counters()["runs_finished"], 1);
}

TEST_F(ToolProberTest, what_it_printed_is_kept_if_asked_for) {
  auto request = asking("echo answer");
  request.raw_output = RawOutput::keep;
  EXPECT_EQ(run(request)->raw_output, "answer\n");
}

TEST_F(ToolProberTest, replies_and_silences_are_told_before_the_end) {
  Heard heard;
  ASSERT_TRUE(prober_->start(asking("echo answer"), heard.observer()));
  const auto result = heard.wait();
  ASSERT_TRUE(result);
  ASSERT_EQ(heard.events.size(), 2);
  EXPECT_EQ(std::get<ReplyEvent>(heard.events[0]).reply, result->hops[0].replies[0]);
  EXPECT_EQ(std::get<SilenceEvent>(heard.events[1]).attempt, 2);
}

TEST_F(ToolProberTest, one_that_hangs_is_killed_at_its_limit) {
  auto request = asking("exec sleep 1000");
  request.flow = 1;
  expect_failure(request, ErrorKind::internal, "did not end", "runs_out_of_time");
}

TEST_F(ToolProberTest, one_that_floods_its_output_is_killed) {
  expect_failure(asking("exec yes"), ErrorKind::internal, "printed more", "runs_too_much_output");
}

TEST_F(ToolProberTest, one_that_dies_is_told_with_what_it_said_last) {
  expect_failure(asking("echo assertion failed >&2; kill -ABRT $$"), ErrorKind::internal, "assertion failed",
                 "runs_failed");
}

TEST_F(ToolProberTest, one_that_prints_nonsense_or_nothing_has_measured_nothing) {
  expect_failure(asking("echo nonsense"), ErrorKind::internal, "cannot be read", "runs_nonsense");
  EXPECT_FALSE(run(asking(":")));
  EXPECT_EQ(prober_->counters()["runs_nonsense"], 2);
}

TEST_F(ToolProberTest, one_that_says_that_it_cannot_measure_is_unavailable) {
  expect_failure(asking("printf 'connect: Network is unreachable\\033[2J\\n' >&2; exit 2"), ErrorKind::unavailable,
                 "Network is unreachable\\x1b[2J", "runs_failed");
}

TEST_F(ToolProberTest, one_that_is_not_installed_is_named_with_its_package) {
  auto tool = script_tool();
  tool.program = "no-such-tool";
  tool.package = "some-package";
  const auto missing = ToolProber::open(tool, {}, clock_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr("apt install some-package"));
}

TEST_F(ToolProberTest, another_program_of_the_same_name_is_not_taken) {
  auto tool = script_tool();
  tool.version = [](std::string_view) -> Result<std::string> { return fail(ErrorKind::unsupported, "not ours"); };
  const auto other = ToolProber::open(tool, {}, clock_);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::unsupported);
}

TEST_F(ToolProberTest, one_that_is_removed_meanwhile_is_missing) {
  const platform::TemporaryFolder folder;
  const auto path = (folder / "tool").string();
  std::ofstream(path) << "#!/bin/sh\nexit 0\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  auto tool = script_tool();
  tool.program = path;
  auto opened = ToolProber::open(tool, {}, clock_);
  ASSERT_TRUE(opened) << opened.error().message;
  prober_ = std::move(*opened);
  std::filesystem::remove(path);
  expect_failure(asking("-"), ErrorKind::not_found, "tool", "runs_missing");
}

TEST_F(ToolProberTest, a_cancel_kills_at_once) {
  Heard heard;
  const auto request = asking("exec sleep 1000");
  ASSERT_TRUE(prober_->start(request, heard.observer()));
  prober_->cancel(request.id);
  prober_->cancel(request.id);
  const auto result = heard.wait();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(prober_->counters()["runs_cancelled"], 1);
  EXPECT_EQ(heard.ends, 1);
}

TEST_F(ToolProberTest, those_that_wait_for_a_place_get_theirs_in_turn) {
  prober_ = open({.most_processes = 1});
  std::vector<Heard> heard(5);
  for (auto& one : heard) ASSERT_TRUE(prober_->start(asking("echo answer"), one.observer()));
  for (auto& one : heard) EXPECT_TRUE(one.wait());
  EXPECT_EQ(prober_->counters()["runs_started"], 5);
}

TEST_F(ToolProberTest, one_that_waits_for_a_place_can_be_cancelled) {
  prober_ = open({.most_processes = 1});
  Heard first;
  Heard second;
  const auto running = asking("exec sleep 1000");
  const auto waiting = asking("echo answer");
  ASSERT_TRUE(prober_->start(running, first.observer()));
  ASSERT_TRUE(prober_->start(waiting, second.observer()));
  prober_->cancel(waiting.id);
  EXPECT_EQ(second.wait().error().kind, ErrorKind::cancelled);
  EXPECT_EQ(first.ends, 0);
  prober_->cancel(running.id);
  EXPECT_EQ(first.wait().error().kind, ErrorKind::cancelled);
}

TEST_F(ToolProberTest, beyond_its_bound_it_is_exhausted_until_one_ends) {
  prober_ = open({.most_running = 1});
  Heard first;
  const auto running = asking("exec sleep 1000");
  ASSERT_TRUE(prober_->start(running, first.observer()));
  EXPECT_EQ(prober_->start(asking("echo answer"), {}).error().kind, ErrorKind::exhausted);
  prober_->cancel(running.id);
  EXPECT_FALSE(first.wait());
  EXPECT_TRUE(run(asking("echo answer")));
}

TEST_F(ToolProberTest, what_it_cannot_measure_is_refused_at_once) {
  auto request = asking("echo answer");
  request.kind = Kind::trace;
  EXPECT_EQ(prober_->start(request, {}).error().kind, ErrorKind::unsupported);
  request.max_ttl = Ttl{0};
  EXPECT_EQ(prober_->start(request, {}).error().kind, ErrorKind::invalid);
}

TEST_F(ToolProberTest, when_it_ends_everybody_is_told_and_nobody_new_is_taken) {
  std::vector<Heard> heard(3);
  Result<> again;
  prober_ = open({.most_processes = 1});
  for (auto& one : heard) {
    auto observer = one.observer();
    observer.on_finished = [&again, prober = prober_.get(),
                            tell = std::move(observer.on_finished)](Result<Measurement> result) {
      again = prober->start(asking("echo answer"), {});
      tell(std::move(result));
    };
    ASSERT_TRUE(prober_->start(asking("exec sleep 1000"), std::move(observer)));
  }
  prober_.reset();
  for (auto& one : heard) EXPECT_EQ(one.wait().error().kind, ErrorKind::cancelled);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::unavailable);
}

TEST(ToolStates, name_what_is_there_and_what_would_have_to_be_installed) {
  const platform::SystemClock clock;
  const auto states = tool_states(clock);
  ASSERT_EQ(states.size(), known_tools().size());
  for (const auto& state : states) {
    EXPECT_EQ(state.version.empty(), !state.problem.empty()) << state.name;
    if (state.path.empty()) {
      EXPECT_THAT(state.problem, HasSubstr("apt install"));
    }
  }
}

TEST(KnownTools, are_found_by_their_names) {
  EXPECT_EQ(find_tool("mtr"), &known_tools().front());
  EXPECT_EQ(find_tool("tracert"), nullptr);
}

}  // namespace cw::probe
