// The prober with a program in scamper's place that speaks its protocol and does what scamper would only do by
// accident. The real one runs in tests/namespaces.

#include "ports/probe/scamper/scamper_prober.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "core/random.hpp"
#include "platform/subprocess.hpp"
#include "platform/temporary_folder.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr Instant start_of_time{24h * 365 * 50};
// All on the loopback, where nothing leaves the machine and there is always a route.
const auto answers = *IpAddress::parse("127.0.0.1");
const auto dies = *IpAddress::parse("127.0.0.2");
const auto talks_nonsense = *IpAddress::parse("127.0.0.3");

constexpr const char* script = R"(#!/usr/bin/env python3
import json, os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[sys.argv.index("-U") + 1])
listener.listen()
peer = listener.accept()[0]
number = 0
for line in peer.makefile():
    words = line.split()
    if words[0] == "attach":
        peer.sendall(b"OK\nMORE\n")
        continue
    if words[0] == "halt":
        peer.sendall(b"ERR no task\n")
        continue
    number += 1
    if words[-1] == "127.0.0.2":
        print("[12:00:00:000] scamper_trace_do: out of luck", file=sys.stderr)
        sys.exit(3)
    if words[-1] == "127.0.0.3":
        peer.sendall(b"PARDON\n")
        continue
    hop = {"addr": words[-1], "probe_ttl": 1, "probe_id": 1, "rtt": 0.5, "icmp_type": 0, "icmp_code": 0}
    result = {"type": "trace", "userid": int(words[words.index("-U") + 1]), "method": "icmp-echo-paris",
              "dst": words[-1], "stop_reason": "COMPLETED", "start": {"sec": 1576800000, "usec": 0},
              "hop_count": 1, "attempts": 2, "firsthop": 1, "wait": 1, "probe_count": 1, "hops": [hop]}
    text = json.dumps(result) + "\n"
    peer.sendall(f"OK id-{number}\nMORE\nDATA {len(text)}\n{text}".encode())
)";

MeasurementRequest asking(const IpAddress& address) {
  static Random random(3);
  return {.id = Uuid::make_v7(start_of_time, random), .target = "far.example", .address = address};
}

class ScamperProberTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!platform::find_program("python3")) GTEST_SKIP() << "python3 is not installed";
    prober_ = open(script);
    ASSERT_TRUE(prober_);
  }
  Result<std::unique_ptr<ScamperProber>> try_open(std::string_view content) {
    std::ofstream(program_) << content;
    std::filesystem::permissions(program_, std::filesystem::perms::owner_all);
    return ScamperProber::open({.program = program_}, clock_);
  }
  std::unique_ptr<ScamperProber> open(std::string_view content) {
    auto prober = try_open(content);
    EXPECT_TRUE(prober) << prober.error().message;
    return prober ? *std::move(prober) : nullptr;
  }
  Result<Measurement> run(const MeasurementRequest& request) {
    auto result = std::make_shared<std::promise<Result<Measurement>>>();
    auto future = result->get_future();
    TRY(prober_->start(request, {.on_event = {}, .on_finished = [result](Result<Measurement> measurement) {
                                   result->set_value(std::move(measurement));
                                 }}));
    // Long enough for a busy machine; never waited for when all is well.
    if (future.wait_for(60s) != std::future_status::ready) return fail(ErrorKind::internal, "nothing was heard");
    return future.get();
  }

  platform::TemporaryFolder folder_;
  std::string program_ = (folder_ / "scamper").string();
  ManualClock clock_{start_of_time};
  std::unique_ptr<ScamperProber> prober_;
};

}  // namespace

TEST_F(ScamperProberTest, one_process_runs_many_measurements) {
  for (int i = 0; i < 20; ++i) {
    const auto request = asking(answers);
    const auto result = run(request);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->id, request.id);
    EXPECT_EQ(result->status, Status::reached);
  }
  const auto counters = prober_->counters();
  EXPECT_EQ(counters.at("results"), 20);
  EXPECT_EQ(counters.at("packets_sent"), 20);
  EXPECT_EQ(counters.at("processes_started"), 1);
}

TEST_F(ScamperProberTest, when_it_dies_it_is_said_why_and_another_is_started_after_a_pause) {
  const auto lost = run(asking(dies));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(lost.error().message, HasSubstr("scamper_trace_do: out of luck"));
  EXPECT_THAT(lost.error().message, HasSubstr("started anew in 1 s"));

  const auto refused = run(asking(answers));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(prober_->counters().at("processes_started"), 1);

  clock_.advance(1s);
  auto result = refused;
  const auto give_up_at = std::chrono::steady_clock::now() + 60s;
  while (!result && std::chrono::steady_clock::now() < give_up_at) {
    prober_->cancel(Uuid{});  // so that it looks at the clock
    ::poll(nullptr, 0, 2);
    result = run(asking(answers));
  }
  EXPECT_TRUE(result) << result.error().message;
  EXPECT_EQ(prober_->counters().at("processes_started"), 2);
}

TEST_F(ScamperProberTest, one_that_talks_nonsense_is_ended) {
  const auto lost = run(asking(talks_nonsense));
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().message, HasSubstr("PARDON"));
}

TEST_F(ScamperProberTest, one_that_does_not_start_is_told_at_once) {
  const auto prober = try_open(
      "#!/bin/sh\necho '[17:51:44:721] scamper_privsep_init: could not chroot to /var/empty: Operation not permitted' "
      ">&2\nexit 255\n");
  ASSERT_FALSE(prober);
  EXPECT_EQ(prober.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(prober.error().message,
            "scamper cannot be used (scamper_privsep_init: could not chroot to /var/empty: Operation not permitted): "
            "it has to be started as root");
}

TEST_F(ScamperProberTest, one_that_is_not_there_names_its_package) {
  const auto prober = ScamperProber::open({.program = "no-such-scamper"}, clock_);
  ASSERT_FALSE(prober);
  EXPECT_EQ(prober.error().kind, ErrorKind::not_found);
  EXPECT_THAT(prober.error().message, HasSubstr("Debian's package scamper"));
}

TEST_F(ScamperProberTest, a_rate_that_scamper_does_not_allow_is_invalid) {
  for (const int rate : {0, -1, 10'001})
    EXPECT_EQ(ScamperProber::open({.packets_per_second = rate}, clock_).error().kind, ErrorKind::invalid);
}

TEST_F(ScamperProberTest, tcp_needs_a_link_layer) {
  auto request = asking(answers);
  request.method = Method::tcp;
  const auto refused = run(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
}

}  // namespace cw::probe
