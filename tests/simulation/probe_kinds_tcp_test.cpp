// TCP probes over the simulated Internet: what open, closed and filtered ports and firewalls show, and that nothing
// is left half open.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "probe_kinds_ways.hpp"

namespace cw::lab {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t syn_ack = 0x12;
constexpr std::uint8_t rst_ack = 0x14;
constexpr std::uint8_t rst = 0x04;

class TcpOverTheLab : public OverEveryWay {
 protected:
  [[nodiscard]] static bool sends_syn() { return method() == Method::tcp; }
  [[nodiscard]] static MeasurementRequest to_port(std::uint16_t port, Kind kind = Kind::trace) {
    auto wanted = request(kind);
    wanted.port = port;
    return wanted;
  }
  // Lets what is still under way arrive.
  static void settle(EngineLab& lab) {
    const auto until = lab.clock().now() + 2s;
    while (lab.clock().now() < until) ASSERT_TRUE(lab.prober().turn(until));
  }
};

INSTANTIATE_TEST_SUITE_P(Ways, TcpOverTheLab,
                         testing::Values(ProbeWay{Family::v4, Method::tcp}, ProbeWay{Family::v6, Method::tcp},
                                         ProbeWay{Family::v4, Method::tcp_ack}, ProbeWay{Family::v6, Method::tcp_ack}),
                         probe_way_name);

TEST_P(TcpOverTheLab, the_destination_is_reached_by_its_segment) {
  EngineLab lab(Row{});
  const auto result = lab.measure(request());  // port 80, which is open
  EXPECT_EQ(path_text(result), row_text(13, family()));
  EXPECT_EQ(result.status, Status::reached);
  EXPECT_EQ(result.stop_reason, StopReason::destination);
  const auto* last = result.hops.back().answer();
  ASSERT_NE(last, nullptr);
  EXPECT_EQ(last->tcp_flags, sends_syn() ? syn_ack : rst);
  EXPECT_EQ(last->icmp_type, 0);
  EXPECT_EQ(last->reply_ttl, 64 - 13);
  EXPECT_FALSE(last->quoted_ttl);
  EXPECT_FALSE(result.hops.front().answer()->tcp_flags);
  EXPECT_EQ(result.hops.front().answer()->quoted_ttl, 1);
  EXPECT_NEAR(to_milliseconds(*destination_rtt(result)), 60, 1);
}

TEST_P(TcpOverTheLab, a_closed_port_reaches_as_well) {
  EngineLab lab(Row{});
  const auto result = lab.measure(to_port(81));
  EXPECT_EQ(path_text(result), row_text(13, family()));
  EXPECT_EQ(result.status, Status::reached);
  EXPECT_EQ(result.hops.back().answer()->tcp_flags, sends_syn() ? rst_ack : rst);
  EXPECT_EQ(lab.counter("resets_sent"), 0);
}

TEST_P(TcpOverTheLab, a_filtered_port_is_silence_behind_the_last_router) {
  EngineLab lab(Row{.routers = 6, .host_lines = "filtered_tcp_ports = [443]"});
  const auto result = lab.measure(to_port(443));
  EXPECT_EQ(result.status, Status::silent);
  EXPECT_EQ(result.stop_reason, StopReason::gap_limit);
  EXPECT_EQ(result.hops.at(5).answer()->from, router(6));
}

TEST_P(TcpOverTheLab, a_firewall_that_drops_syn_lets_ack_through) {
  EngineLab lab(Row{.routers = 8, .router_lines = {{5, "drops = [\"tcp_syn\"]"}}});
  const auto result = lab.measure(request());
  if (sends_syn()) {
    EXPECT_EQ(result.status, Status::silent);
    EXPECT_EQ(result.hops.at(4).answer()->from, router(5));
    for (std::size_t i = 5; i < result.hops.size(); ++i) EXPECT_TRUE(result.hops[i].replies.empty());
  } else {
    EXPECT_EQ(path_text(result), row_text(8, family()));
    EXPECT_EQ(result.status, Status::reached);
  }
}

TEST_P(TcpOverTheLab, a_firewall_with_state_is_the_other_way_round) {
  EngineLab lab(Row{.routers = 8, .router_lines = {{5, "drops = [\"tcp_ack\", \"icmp\", \"udp\"]"}}});
  const auto result = lab.measure(request());
  EXPECT_EQ(result.status, sends_syn() ? Status::reached : Status::silent);
}

TEST_P(TcpOverTheLab, nothing_is_left_half_open_by_any_kind_on_paths_of_any_length) {
  for (const auto kind : {Kind::trace, Kind::ping, Kind::mtr}) {
    for (const int routers : {1, 3, 5, 8, 13, 20}) {
      EngineLab lab(Row{.routers = routers});
      const auto result = lab.measure(request(kind));
      EXPECT_EQ(result.status, Status::reached) << routers;
      if (kind != Kind::ping) {
        EXPECT_EQ(path_text(result), row_text(routers, family()));
      }
      settle(lab);
      EXPECT_EQ(lab.internet().half_open().size(), 0) << to_string(kind) << " " << routers;
      if (sends_syn()) {
        EXPECT_GT(lab.counter("resets_sent"), 0);
      }
    }
  }
}

TEST_P(TcpOverTheLab, every_probe_of_a_ping_is_answered) {
  EngineLab lab(Row{});
  auto wanted = request(Kind::ping);
  wanted.count = 5;
  const auto result = lab.measure(wanted);
  EXPECT_EQ(result.status, Status::reached);
  ASSERT_EQ(result.hops.at(0).replies.size(), 5);
  for (const auto& reply : result.hops[0].replies) {
    EXPECT_EQ(reply.tcp_flags, sends_syn() ? syn_ack : rst);
    EXPECT_FALSE(reply.duplicate);
    EXPECT_NEAR(to_milliseconds(reply.rtt), 60, 1);
  }
}

TEST_P(TcpOverTheLab, every_hop_of_an_mtr_is_answered_in_every_round) {
  EngineLab lab(Row{});
  auto wanted = request(Kind::mtr);
  wanted.count = 4;
  const auto result = lab.measure(wanted);
  EXPECT_EQ(path_text(result), row_text(13, family()));
  for (const auto& hop : result.hops) {
    EXPECT_EQ(hop.sent, 4) << int{hop.ttl.value};
    EXPECT_EQ(hop.replies.size(), 4) << int{hop.ttl.value};
  }
}

TEST_P(TcpOverTheLab, a_host_that_acknowledges_nothing_is_told_by_its_router) {
  EngineLab lab(Row{.host_lines = "tcp = \"prohibited\""});
  const auto result = lab.measure(request());
  EXPECT_EQ(result.status, Status::unreachable);
  EXPECT_EQ(result.stop_reason, StopReason::icmp_admin_prohibited);
}

}  // namespace
}  // namespace cw::lab
