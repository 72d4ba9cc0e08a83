#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "engine_lab.hpp"

namespace cw::lab {
namespace {

using namespace std::chrono_literals;

// What a trace of a row should show; `silent` routers as "*".
std::string row_path(int routers, Family family, const std::vector<int>& silent = {}) {
  std::string text;
  for (int i = 1; i <= routers; ++i)
    text += (std::ranges::find(silent, i) == silent.end() ? router_address(i, family).to_string() : "*") + " ";
  return text + host_address(family).to_string();
}

Duration elapsed(const Measurement& measurement) { return measurement.finished_at - measurement.started_at; }

struct Way {
  Family family;
  Method method;
};

class TraceOverTheLab : public testing::TestWithParam<Way> {
 protected:
  [[nodiscard]] static Family family() { return GetParam().family; }
  [[nodiscard]] static MeasurementRequest trace() {
    return request_for(host_address(family()), Kind::trace, GetParam().method);
  }
};

std::string way_name(const testing::TestParamInfo<Way>& way) {
  return std::string(to_string(way.param.method)) + (way.param.family == Family::v4 ? "_v4" : "_v6");
}

INSTANTIATE_TEST_SUITE_P(Ways, TraceOverTheLab,
                         testing::Values(Way{Family::v4, Method::icmp}, Way{Family::v6, Method::icmp},
                                         Way{Family::v4, Method::udp}, Way{Family::v6, Method::udp}),
                         way_name);

TEST_P(TraceOverTheLab, a_clean_path_is_found_in_two_round_trips_with_hardly_a_probe_too_many) {
  EngineLab lab(Row{});
  const auto result = lab.measure(trace());
  EXPECT_EQ(path_text(result), row_path(13, family()));
  EXPECT_EQ(result.status, Status::reached);
  EXPECT_EQ(result.stop_reason, StopReason::destination);
  EXPECT_EQ(result.prober, "native");
  EXPECT_LE(result.probes_sent, 16);
  EXPECT_LE(elapsed(result), 125ms);
  EXPECT_NEAR(to_milliseconds(*destination_rtt(result)), 60, 1);
}

TEST_P(TraceOverTheLab, silent_hops_cost_one_adaptive_timeout_and_not_a_second_each) {
  EngineLab lab(Row{.router_lines = {{4, "silent = true"}, {8, "silent = true"}, {9, "silent = true"}}});
  const auto result = lab.measure(trace());
  EXPECT_EQ(path_text(result), row_path(13, family(), {4, 8, 9}));
  EXPECT_EQ(result.status, Status::reached);
  EXPECT_LE(result.probes_sent, 24);
  EXPECT_LE(elapsed(result), 200ms);
  EXPECT_EQ(result.hops[3].sent, 2);
  EXPECT_TRUE(result.hops[3].replies.empty());
}

TEST_P(TraceOverTheLab, a_destination_is_found_behind_more_silent_hops_than_the_gap_limit) {
  Row row{.routers = 20};
  std::vector<int> silent;
  for (int i = 5; i <= 16; ++i) {
    row.router_lines[i] = "silent = true";
    silent.push_back(i);
  }
  EngineLab lab(row);
  const auto result = lab.measure(trace());
  EXPECT_EQ(path_text(result), row_path(20, family(), silent));
  EXPECT_EQ(result.status, Status::reached);
}

TEST_P(TraceOverTheLab, a_long_way_back_that_spoils_the_distance_guess_spoils_no_hop) {
  for (const int reply_ttl : {40, 60, 128, 200, 255}) {
    EngineLab lab(Row{.host_lines = fmt::format("reply_ttl = {}", reply_ttl)});
    const auto result = lab.measure(trace());
    EXPECT_EQ(path_text(result), row_path(13, family())) << reply_ttl;
    EXPECT_EQ(result.status, Status::reached);
  }
}

TEST_P(TraceOverTheLab, paths_of_every_length_are_right) {
  for (int routers = 1; routers <= 28; ++routers) {
    EngineLab lab(Row{.routers = routers});
    const auto result = lab.measure(trace());
    EXPECT_EQ(path_text(result), row_path(routers, family()));
    EXPECT_LE(result.probes_sent, std::max(routers + 1, 14) + 3) << routers;
  }
}

TEST_P(TraceOverTheLab, a_silent_destination_ends_at_the_gap_limit) {
  EngineLab lab(Row{.routers = 6, .host_lines = "behaviour = \"silent\""});
  const auto result = lab.measure(trace());
  EXPECT_EQ(result.status, Status::silent);
  EXPECT_EQ(result.stop_reason, StopReason::gap_limit);
  ASSERT_EQ(result.hops.size(), 11);
  EXPECT_EQ(result.hops[5].answer()->from, router_address(6, family()));
  for (std::size_t i = 6; i < 11; ++i) EXPECT_TRUE(result.hops[i].replies.empty());
  EXPECT_LE(elapsed(result), 1500ms);
  EXPECT_LE(result.probes_sent, 6 + 2 * 5 + 2 + 3);
}

TEST_P(TraceOverTheLab, a_network_that_answers_nothing_at_all_ends_after_its_attempts) {
  Row row{.routers = 12, .host_lines = "behaviour = \"silent\""};
  for (int i = 1; i <= 12; ++i) row.router_lines[i] = "silent = true";
  EngineLab lab(row);
  const auto result = lab.measure(trace());
  EXPECT_EQ(result.status, Status::silent);
  EXPECT_EQ(result.stop_reason, StopReason::gap_limit);
  EXPECT_EQ(result.hops.size(), 5);
  EXPECT_LE(elapsed(result), 2100ms);
}

TEST_P(TraceOverTheLab, an_unreachable_destination_is_told_with_its_reason) {
  const std::vector<std::pair<std::string, StopReason>> cases{
      {"network_unreachable", StopReason::icmp_network_unreachable},
      {"host_unreachable", StopReason::icmp_host_unreachable},
      {"prohibited", StopReason::icmp_admin_prohibited},
  };
  for (const auto& [behaviour, reason] : cases) {
    EngineLab lab(Row{.host_lines = fmt::format("behaviour = \"{}\"", behaviour)});
    const auto result = lab.measure(trace());
    EXPECT_EQ(result.status, Status::unreachable) << behaviour;
    EXPECT_EQ(result.stop_reason, reason) << behaviour;
    EXPECT_GE(result.hops.size(), 13) << behaviour;
    EXPECT_LE(result.hops.size(), 14) << behaviour;
    EXPECT_EQ(result.hops[12].answer()->from, router_address(13, family())) << behaviour;
  }
}

TEST_P(TraceOverTheLab, an_error_from_the_target_itself_means_that_it_was_reached) {
  for (const auto* behaviour : {"protocol_unreachable", "port_unreachable"}) {
    EngineLab lab(Row{.host_lines = fmt::format("behaviour = \"{}\"", behaviour)});
    const auto result = lab.measure(trace());
    EXPECT_EQ(path_text(result), row_path(13, family())) << behaviour;
    EXPECT_EQ(result.status, Status::reached) << behaviour;
  }
}

TEST_P(TraceOverTheLab, a_loop_is_recognised_and_ends_the_trace) {
  const auto host = host_address(family());
  EngineLab lab(Row{.more = fmt::format("[[route]]\nrouter = \"r6\"\nprefix = \"{}/{}\"\nvia = \"r5\"\n",
                                        host.to_string(), host.bit_width())});
  const auto result = lab.measure(trace());
  EXPECT_EQ(result.status, Status::loop);
  EXPECT_EQ(result.stop_reason, StopReason::loop);
  // r5 r6 r5 r6: the second repeat closes it.
  ASSERT_EQ(result.hops.size(), 8);
  EXPECT_EQ(result.hops[4].answer()->from, result.hops[6].answer()->from);
  EXPECT_EQ(result.hops[5].answer()->from, result.hops[7].answer()->from);
  EXPECT_LE(result.probes_sent, 20);
}

TEST_P(TraceOverTheLab, the_largest_ttl_ends_a_path_that_is_longer) {
  EngineLab lab(Row{.routers = 20});
  auto request = trace();
  request.max_ttl = Ttl{12};
  const auto result = lab.measure(request);
  EXPECT_EQ(result.status, Status::silent);
  EXPECT_EQ(result.stop_reason, StopReason::max_ttl);
  EXPECT_EQ(result.hops.size(), 12);
}

TEST_P(TraceOverTheLab, a_trace_may_begin_in_the_middle_and_be_as_short_as_one_ttl) {
  EngineLab lab(Row{});
  auto request = trace();
  request.first_ttl = Ttl{10};
  const auto middle = lab.measure(request);
  ASSERT_EQ(middle.hops.size(), 5);
  EXPECT_EQ(middle.hops.front().ttl, Ttl{10});
  EXPECT_EQ(middle.status, Status::reached);
  request = trace();
  request.first_ttl = request.max_ttl = Ttl{3};
  const auto one = lab.measure(request);
  ASSERT_EQ(one.hops.size(), 1);
  EXPECT_EQ(one.hops[0].answer()->from, router_address(3, family()));
  EXPECT_EQ(one.stop_reason, StopReason::max_ttl);
}

TEST_P(TraceOverTheLab, lost_probes_are_asked_again) {
  int right = 0;
  for (int seed = 1; seed <= 50; ++seed) {
    Row row;
    auto toml = fmt::format("seed = {}\n", seed) + row.toml();
    EngineLab lab(toml + "");
    for (std::size_t at = 0; (at = toml.find("[[link]]\n", at)) != std::string::npos; at += 9)
      toml.insert(at + 9, "loss = 0.002\n");
    EngineLab lossy(toml);
    auto request = trace();
    request.attempts = 3;
    const auto result = lossy.measure(request);
    right += path_text(result) == row_path(13, family());
  }
  EXPECT_GE(right, 49);
}

TEST_P(TraceOverTheLab, labels_and_ttls_are_kept) {
  EngineLab lab(Row{.router_lines = {{3, "mpls = [24015, 7]"}}});
  const auto result = lab.measure(trace());
  const auto* third = result.hops[2].answer();
  ASSERT_NE(third, nullptr);
  ASSERT_EQ(third->mpls.size(), 2);
  EXPECT_EQ(third->mpls[0].label, 24015);
  EXPECT_EQ(third->mpls[1].label, 7);
  EXPECT_TRUE(third->mpls[1].bottom);
  EXPECT_EQ(third->quoted_ttl, 1);
  EXPECT_EQ(third->reply_ttl, 253);
  EXPECT_TRUE(result.hops[1].answer()->mpls.empty());
}

TEST_P(TraceOverTheLab, duplicates_and_late_answers_are_marked_and_change_no_hop) {
  EngineLab lab(Row{.router_lines = {{2, "duplicate = 1"}, {5, "late = 1\nlate_ms = 150"}}});
  const auto result = lab.measure(trace());
  ASSERT_EQ(result.hops.size(), 14);
  EXPECT_EQ(result.status, Status::reached);
  ASSERT_EQ(result.hops[1].replies.size(), 2);
  EXPECT_FALSE(result.hops[1].replies[0].duplicate);
  EXPECT_TRUE(result.hops[1].replies[1].duplicate);
  for (const auto& reply : result.hops[4].replies) EXPECT_TRUE(reply.late || reply.rtt > 150ms);
}

TEST_P(TraceOverTheLab, probes_of_one_trace_keep_their_distance) {
  EngineLab lab(Row{});
  auto request = trace();
  request.probe_spacing = 20ms;
  const auto result = lab.measure(request);
  EXPECT_EQ(path_text(result), row_path(13, family()));
  EXPECT_GE(elapsed(result), 20ms * (result.probes_sent - 1));
}

TEST_P(TraceOverTheLab, one_flow_sees_one_way_through_a_load_balancer_and_other_flows_see_others) {
  // Four ways from r2 to the host's router, each over a router of its own.
  std::string toml = Row{.routers = 2}.toml();
  toml = toml.substr(0, toml.find("[vantage]"));
  for (int i = 11; i <= 14; ++i)
    toml += fmt::format(
        "[[router]]\nname = \"m{0}\"\nv4 = \"198.18.1.{0}\"\nv6 = \"2001:db8:1:{0}::1\"\n"
        "[[link]]\na = \"r2\"\nb = \"m{0}\"\ndelay_ms = 2\n",
        i);
  toml += "[[router]]\nname = \"last\"\nv4 = \"198.18.2.1\"\nv6 = \"2001:db8:2:1::1\"\n";
  for (int i = 11; i <= 14; ++i) toml += fmt::format("[[link]]\na = \"m{}\"\nb = \"last\"\ndelay_ms = 2\n", i);
  toml += "[vantage]\nv4 = \"192.0.2.1\"\nv6 = \"2001:db8:0:ff::1\"\nrouter = \"r1\"\n";
  toml += fmt::format("[[host]]\naddress = \"{}\"\nrouter = \"last\"\n", host_address(family()).to_string());
  EngineLab lab(toml);
  std::set<IpAddress> seen;
  for (std::uint16_t flow = 0; flow < 32; ++flow) {
    auto request = trace();
    request.flow = flow;
    const auto once = lab.measure(request);
    const auto again = lab.measure(request);
    ASSERT_EQ(once.hops.size(), 5);
    EXPECT_EQ(path_text(once), path_text(again));
    seen.insert(once.hops[2].answer()->from);
  }
  EXPECT_EQ(seen.size(), 4);
}

TEST_P(TraceOverTheLab, the_same_seed_gives_the_same_measurement) {
  const Row row{.router_lines = {{7, "respond = 0.5"}}};
  EngineLab one(row);
  EngineLab two(row);
  const auto request = trace();
  EXPECT_EQ(one.measure(request), two.measure(request));
}

TEST_P(TraceOverTheLab, events_tell_every_answer_and_every_silence_of_the_path) {
  EngineLab lab(Row{.router_lines = {{4, "silent = true"}}});
  const auto result = lab.measure(trace());
  int answers = 0;
  int silences = 0;
  for (const auto& event : lab.events) {
    if (const auto* reply = std::get_if<probe::ReplyEvent>(&event)) answers += reply->ttl <= Ttl{14};
    if (const auto* silence = std::get_if<probe::SilenceEvent>(&event)) {
      EXPECT_EQ(silence->ttl, Ttl{4});
      ++silences;
    }
  }
  EXPECT_EQ(answers, 13);
  EXPECT_EQ(silences, 1);
}

}  // namespace
}  // namespace cw::lab
