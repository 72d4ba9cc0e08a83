#include "ports/probe/scamper/scamper_command.hpp"

#include <gtest/gtest.h>

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

MeasurementRequest request(Kind kind, Method method) {
  return {.target = "far.example", .address = *IpAddress::parse("203.0.113.1"), .kind = kind, .method = method};
}

TEST(ScamperCommand, a_trace_says_all_that_was_asked) {
  auto trace = request(Kind::trace, Method::udp);
  trace.port = 33500;
  trace.flow = 3;
  trace.first_ttl = {2};
  trace.max_ttl = {20};
  trace.attempts = 3;
  trace.gap_limit = 4;
  trace.timeout = 1500ms;
  trace.probe_spacing = 55ms;
  trace.dscp = 46;
  EXPECT_EQ(scamper_command(trace, 7),
            "trace -P udp-paris -s 32771 -d 33500 -f 2 -m 20 -q 3 -g 4 -w 2 -W 6 -t 184 -U 7 203.0.113.1");
}

TEST(ScamperCommand, each_method_keeps_its_flow_in_its_own_way) {
  EXPECT_EQ(scamper_command(request(Kind::trace, Method::icmp), 1),
            "trace -P icmp-paris -d 16963 -f 1 -m 30 -q 2 -g 5 -w 1 -W 0 -t 0 -U 1 203.0.113.1");
  EXPECT_TRUE(scamper_command(request(Kind::trace, Method::tcp), 1).starts_with("trace -P tcp -s 32768 -d 80 "));
  EXPECT_TRUE(
      scamper_command(request(Kind::trace, Method::tcp_ack), 1).starts_with("trace -P tcp-ack -s 32768 -d 80 "));
}

TEST(ScamperCommand, a_ping_has_fractions_of_a_second_between_its_probes) {
  auto ping = request(Kind::ping, Method::icmp);
  ping.count = 4;
  ping.interval = 1'050ms;
  EXPECT_EQ(scamper_command(ping, 9), "ping -P icmp-echo -C 16963 -c 4 -i 1.050 -W 1 -z 0 -U 9 203.0.113.1");
  ping.method = Method::tcp;
  ping.interval = 1ms;
  EXPECT_EQ(scamper_command(ping, 9), "ping -P tcp-syn -F 32768 -d 80 -c 4 -i 0.001 -W 1 -z 0 -U 9 203.0.113.1");
}

TEST(ScamperCommand, a_multipath_trace_is_a_tracelb_within_its_bounds) {
  auto multipath = request(Kind::trace, Method::udp);
  multipath.multipath = Multipath::on;
  multipath.confidence_percent = 99;
  multipath.attempts = 10;
  multipath.gap_limit = 20;
  multipath.timeout = 60s;
  EXPECT_EQ(scamper_command(multipath, 2),
            "tracelb -P udp-sport -s 32768 -d 33434 -c 99 -f 1 -q 5 -g 5 -w 10 -W 15 -t 0 -U 2 203.0.113.1");
}

TEST(ScamperCommand, what_scamper_cannot_do_is_unsupported) {
  auto slow = request(Kind::ping, Method::icmp);
  slow.interval = 21s;
  auto spaced = request(Kind::trace, Method::icmp);
  spaced.probe_spacing = 3s;
  auto search = request(Kind::trace, Method::icmp);
  search.mtu_search = MtuSearch::on;
  for (const auto& bad : {request(Kind::mtr, Method::icmp), slow, spaced, search}) {
    const auto checked = check_for_scamper(bad);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().kind, ErrorKind::unsupported);
  }
  EXPECT_TRUE(check_for_scamper(request(Kind::ping, Method::udp)));
}

TEST(ScamperCommand, the_longest_time_covers_the_silence_of_every_probe) {
  auto trace = request(Kind::trace, Method::icmp);
  EXPECT_GE(scamper_time_limit(trace), 60s);
  trace.timeout = 60s;
  trace.attempts = 10;
  EXPECT_GE(scamper_time_limit(trace), 3000s);
  auto ping = request(Kind::ping, Method::icmp);
  ping.count = 100;
  EXPECT_GE(scamper_time_limit(ping), 101s);
}

}  // namespace
}  // namespace cw::probe
