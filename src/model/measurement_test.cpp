#include "model/measurement.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace cw {
namespace {

using namespace std::chrono_literals;

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

Reply time_exceeded(std::string_view from, Duration rtt) {
  return Reply{.from = address(from), .rtt = rtt, .icmp_type = 11};
}
Reply echo_reply(std::string_view from, Duration rtt) {
  return Reply{.from = address(from), .rtt = rtt, .icmp_type = 0};
}

Measurement three_hops() {
  Measurement trace;
  trace.address = address("203.0.113.2");
  trace.status = Status::reached;
  trace.stop_reason = StopReason::destination;
  trace.hops = {
      Hop{.ttl = Ttl{1}, .sent = 1, .replies = {time_exceeded("192.0.2.2", 1ms)}},
      Hop{.ttl = Ttl{2}, .sent = 2, .replies = {}},
      Hop{.ttl = Ttl{3}, .sent = 1, .replies = {echo_reply("203.0.113.2", 20ms)}},
  };
  return trace;
}

TEST(Measurement, a_packet_has_come_from_the_nearest_ttl_that_systems_send_with) {
  EXPECT_EQ(hops_travelled(64), 1);
  EXPECT_EQ(hops_travelled(57), 8);
  EXPECT_EQ(hops_travelled(65), 64);
  EXPECT_EQ(hops_travelled(128), 1);
  EXPECT_EQ(hops_travelled(250), 6);
}

TEST(Hop, its_answer_is_the_first_reply_that_is_neither_late_nor_a_duplicate) {
  auto late = time_exceeded("192.0.2.1", 3s);
  late.late = true;
  auto duplicate = time_exceeded("192.0.2.2", 1ms);
  duplicate.duplicate = true;
  const Hop hop{.ttl = Ttl{1}, .sent = 3, .replies = {late, duplicate, time_exceeded("192.0.2.3", 2ms)}};
  ASSERT_NE(hop.answer(), nullptr);
  EXPECT_EQ(hop.answer()->from, address("192.0.2.3"));
}

TEST(Hop, silent_or_only_late_is_without_answer) {
  auto late = time_exceeded("192.0.2.1", 3s);
  late.late = true;
  EXPECT_EQ(Hop{}.answer(), nullptr);
  EXPECT_EQ((Hop{.ttl = Ttl{1}, .sent = 1, .replies = {late}}.answer()), nullptr);
}

TEST(Measurement, the_rtt_of_the_destination_is_that_of_its_own_answer) {
  EXPECT_EQ(destination_rtt(three_hops()), 20ms);
}

TEST(Measurement, the_first_answer_of_a_destination_that_answered_at_several_ttls_counts) {
  auto trace = three_hops();
  trace.hops.push_back(Hop{.ttl = Ttl{4}, .sent = 1, .replies = {echo_reply("203.0.113.2", 7ms)}});
  EXPECT_EQ(destination_rtt(trace), 20ms);
}

TEST(Measurement, a_destination_that_also_answers_as_a_router_is_timed_by_its_own_answer) {
  auto trace = three_hops();
  trace.hops[1].replies = {time_exceeded("203.0.113.2", 3ms)};
  EXPECT_EQ(destination_rtt(trace), 20ms);
}

TEST(Measurement, a_destination_that_answers_from_another_address_is_the_last_hop_that_answered) {
  auto trace = three_hops();
  trace.hops[2].replies = {echo_reply("203.0.113.9", 21ms)};
  EXPECT_EQ(destination_rtt(trace), 21ms);
}

TEST(Measurement, late_and_duplicate_answers_of_the_destination_do_not_count) {
  auto trace = three_hops();
  auto late = echo_reply("203.0.113.2", 2s);
  late.late = true;
  trace.hops[2].replies.insert(trace.hops[2].replies.begin(), late);
  EXPECT_EQ(destination_rtt(trace), 20ms);
}

TEST(Measurement, what_was_not_reached_has_no_rtt) {
  auto trace = three_hops();
  trace.status = Status::unreachable;
  EXPECT_EQ(destination_rtt(trace), std::nullopt);
  EXPECT_EQ(destination_rtt(Measurement{.status = Status::reached}), std::nullopt);
}

TEST(Measurement, the_path_has_a_place_for_every_ttl) {
  using Path = std::vector<std::optional<IpAddress>>;
  EXPECT_EQ(path_addresses(three_hops()), (Path{address("192.0.2.2"), std::nullopt, address("203.0.113.2")}));
  EXPECT_EQ(path_addresses(Measurement{}), Path{});
}

TEST(Measurement, statuses_have_the_names_of_the_json_contract) {
  const std::pair<Status, const char*> names[] = {
      {Status::reached, "reached"}, {Status::unreachable, "unreachable"}, {Status::loop, "loop"},
      {Status::silent, "silent"},   {Status::failed, "failed"},
  };
  for (const auto& [status, name] : names) {
    EXPECT_EQ(to_string(status), name);
    EXPECT_EQ(parse_status(name).value(), status);
  }
}

TEST(Measurement, stop_reasons_have_the_names_of_the_json_contract) {
  const std::pair<StopReason, const char*> names[] = {
      {StopReason::destination, "destination"},
      {StopReason::icmp_network_unreachable, "icmp_network_unreachable"},
      {StopReason::icmp_host_unreachable, "icmp_host_unreachable"},
      {StopReason::icmp_admin_prohibited, "icmp_admin_prohibited"},
      {StopReason::icmp_other, "icmp_other"},
      {StopReason::loop, "loop"},
      {StopReason::gap_limit, "gap_limit"},
      {StopReason::max_ttl, "max_ttl"},
      {StopReason::error, "error"},
  };
  for (const auto& [reason, name] : names) {
    EXPECT_EQ(to_string(reason), name);
    EXPECT_EQ(parse_stop_reason(name).value(), reason);
  }
}

TEST(Measurement, an_unknown_name_is_refused_with_the_nearest_and_all_of_them) {
  const auto error = parse_status("reeched").error();
  EXPECT_EQ(error.kind, ErrorKind::invalid);
  EXPECT_EQ(error.message,
            "\"reeched\" is not a status: did you mean reached? (reached, unreachable, loop, silent, failed)");
  EXPECT_FALSE(parse_stop_reason(""));
}

}  // namespace
}  // namespace cw
