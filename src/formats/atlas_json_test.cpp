#include "formats/atlas_json.hpp"

#include <gtest/gtest.h>

#include "formats/atlas_error.hpp"
#include "formats/format_examples.hpp"

namespace cw::formats {
namespace {

using namespace std::chrono_literals;

Measurement read_file(const std::string& name) {
  const auto measurement = measurement_from_atlas_json(format_file(name));
  EXPECT_TRUE(measurement) << (measurement ? "" : measurement.error().message);
  return measurement.value_or(Measurement{});
}

std::string written(const Measurement& measurement, const ExportContext& context = {}) {
  const auto text = to_atlas_json(measurement, context);
  EXPECT_TRUE(text) << (text ? "" : text.error().message);
  return text.value_or("");
}

// ---- export

TEST(AtlasJson, a_trace_is_a_traceroute) {
  expect_golden("atlas_of_a_trace.json", written(example_trace(), {.public_address = address("203.0.113.10"),
                                                                   .atlas_measurement = 5051,
                                                                   .atlas_probe = 1234,
                                                                   .packet_bytes = 40,
                                                                   .version = "1.0.0"}));
}

TEST(AtlasJson, a_ping_has_times_or_minus_one) {
  expect_golden("atlas_of_a_ping.json", written(example_ping()));
  expect_golden("atlas_of_a_silent_ping.json", written(silent_ping()));
}

TEST(AtlasJson, there_is_no_mtr_in_atlas) {
  const auto text = to_atlas_json(example_mtr(), {});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::unsupported);
  EXPECT_EQ(text.error().message, "RIPE Atlas has no mtr: export it as json, scamper, mtr or globalping");
}

TEST(AtlasJson, errors_have_a_letter_where_atlas_has_one) {
  EXPECT_EQ(atlas_error_letter(Family::v4, {.type = 3, .code = 0}), 'N');
  EXPECT_EQ(atlas_error_letter(Family::v4, {.type = 3, .code = 1}), 'H');
  EXPECT_EQ(atlas_error_letter(Family::v4, {.type = 3, .code = 13}), 'A');
  EXPECT_EQ(atlas_error_letter(Family::v4, {.type = 3, .code = 2}), 'P');
  EXPECT_EQ(atlas_error_letter(Family::v6, {.type = 1, .code = 4}), 'p');
  EXPECT_EQ(atlas_error_letter(Family::v6, {.type = 1, .code = 3}), 'H');
  EXPECT_EQ(atlas_error_letter(Family::v4, {.type = 3, .code = 10}), std::nullopt);
  EXPECT_EQ(atlas_error_of_letter(Family::v6, "P"), std::nullopt);
  EXPECT_EQ(atlas_error_of_letter(Family::v6, "NN"), std::nullopt);
}

TEST(AtlasJson, tcp_flags_are_letters_in_the_order_of_their_bits) {
  EXPECT_EQ(atlas_tcp_flags(0x12), "SA");
  EXPECT_EQ(atlas_tcp_flags(0x14), "RA");
  EXPECT_EQ(parse_atlas_tcp_flags("FSRPAU"), 0x3f);
}

// ---- round trips: what Atlas has a place for

Measurement to_whole_seconds(Measurement measurement) {
  measurement.started_at = std::chrono::floor<std::chrono::seconds>(measurement.started_at);
  measurement.finished_at = std::chrono::floor<std::chrono::seconds>(measurement.finished_at);
  return measurement;
}

void expect_round_trip(const Measurement& measurement) {
  const auto read = measurement_from_atlas_json(written(measurement));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, measurement);
  EXPECT_EQ(written(*read), written(measurement));
}

// Everything that comes back the same.
Measurement exact_trace() {
  Measurement measurement = to_whole_seconds(example_trace());
  measurement.source = address("192.168.1.10");
  measurement.flow = 7;
  measurement.probes_sent = 6;
  auto& hops = measurement.hops;
  hops[2].replies = {
      {.from = address("198.51.100.1"), .icmp_type = 11, .quoted_ttl = 1, .attempt = 1, .late = true},
      {.from = address("198.51.100.1"), .rtt = 20ms, .icmp_type = 11, .quoted_ttl = 0, .quoted_tos = 8, .attempt = 2},
      {.from = address("198.51.100.2"),
       .rtt = 21ms,
       .icmp_type = 11,
       .quoted_ttl = 1,
       .attempt = 2,
       .duplicate = true}};
  return measurement;
}

TEST(AtlasJson, a_trace_comes_back_the_same) { expect_round_trip(exact_trace()); }

TEST(AtlasJson, a_trace_that_was_refused_comes_back_the_same) {
  Measurement measurement = exact_trace();
  measurement.status = Status::unreachable;
  measurement.stop_reason = StopReason::icmp_admin_prohibited;
  measurement.hops[3].replies[0] = {
      .from = address("198.51.100.9"), .rtt = 30ms, .icmp_type = 3, .icmp_code = 13, .quoted_ttl = 1};
  expect_round_trip(measurement);
}

TEST(AtlasJson, a_udp_trace_over_ipv6_comes_back_the_same) {
  Measurement measurement = to_whole_seconds(example_head(Kind::trace));
  measurement.address = address("2001:db8::7");
  measurement.method = Method::udp;
  measurement.probes_sent = 2;
  measurement.hops = {
      {.ttl = Ttl{1},
       .sent = 1,
       .replies = {{.from = address("2001:db8::1"), .rtt = 1ms, .icmp_type = 3, .reply_ttl = 64, .quoted_ttl = 1}}},
      {.ttl = Ttl{2},
       .sent = 1,
       .replies = {{.from = address("2001:db8::7"),
                    .rtt = 2ms,
                    .icmp_type = 1,
                    .icmp_code = 4,
                    .reply_ttl = 63,
                    .quoted_ttl = 1}}}};
  expect_round_trip(measurement);
}

TEST(AtlasJson, a_tcp_trace_comes_back_with_its_flags) {
  Measurement measurement = to_whole_seconds(example_head(Kind::trace));
  measurement.method = Method::tcp;
  measurement.probes_sent = 1;
  measurement.hops = {
      {.ttl = Ttl{1}, .sent = 1, .replies = {{.from = address("192.0.2.7"), .rtt = 2ms, .tcp_flags = 0x12}}}};
  expect_round_trip(measurement);
}

TEST(AtlasJson, a_ping_comes_back_the_same) {
  Measurement measurement = to_whole_seconds(example_ping());
  measurement.finished_at = measurement.started_at;
  measurement.probes_sent = 3;
  measurement.hops[0].replies.insert(
      measurement.hops[0].replies.begin() + 1,
      {.from = address("192.0.2.9"), .rtt = 11ms, .reply_ttl = 57, .attempt = 1, .duplicate = true});
  expect_round_trip(measurement);
}

TEST(AtlasJson, hops_that_were_not_probed_are_left_out) {
  Measurement measurement = exact_trace();
  measurement.hops[1] = {
      .ttl = Ttl{2}, .inferred = InferredHop{.from = address("198.51.100.9"), .verified_at = measurement.started_at}};
  EXPECT_EQ(written(measurement).find(R"("hop":2)"), std::string::npos);
  const auto read = measurement_from_atlas_json(written(measurement));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->hops[1], (Hop{.ttl = Ttl{2}}));
}

// ---- import

TEST(AtlasJson, a_result_of_the_platform_is_read) {
  const auto measurement = read_file("atlas_traceroute_5080.json");
  EXPECT_EQ(measurement.kind, Kind::trace);
  EXPECT_EQ(measurement.vantage, "atlas-1000318");
  EXPECT_EQ(measurement.prober, "ripe-atlas");
  EXPECT_EQ(measurement.target, "www.example.net");
  EXPECT_EQ(measurement.source, address("192.168.1.10"));
  EXPECT_EQ(measurement.flow, 9);
  EXPECT_EQ(format_rfc3339(measurement.started_at), "2022-10-14T04:05:53.000000Z");
  EXPECT_EQ(measurement.finished_at - measurement.started_at, 4s);
  EXPECT_EQ(measurement.status, Status::reached);
  EXPECT_EQ(measurement.stop_reason, StopReason::destination);
  EXPECT_EQ(measurement.probes_sent, 12);
  ASSERT_EQ(measurement.hops.size(), 4U);
  EXPECT_EQ(measurement.hops[0].sent, 3);
  EXPECT_EQ(measurement.hops[0].replies[0],
            (Reply{.from = address("192.168.1.1"), .rtt = 519us, .icmp_type = 11, .reply_ttl = 64, .quoted_ttl = 1}));
  EXPECT_EQ(measurement.hops[1].replies.size(), 1U);
  EXPECT_EQ(measurement.hops[2].replies[0].mpls,
            (std::vector<MplsLabel>{{.label = 24015, .traffic_class = 0, .bottom = true, .ttl = 1}}));
  EXPECT_EQ(measurement.hops[2].replies[0].quoted_ttl, 2);
  EXPECT_EQ(measurement.hops[2].replies[1].quoted_tos, 40);
  EXPECT_TRUE(measurement.hops[2].replies[1].rewritten);
  EXPECT_EQ(measurement.hops[3].replies[2].icmp_type, 0);
}

TEST(AtlasJson, a_late_reply_belongs_to_the_probe_before_and_never_counts) {
  const auto measurement = read_file("atlas_traceroute_late.json");
  ASSERT_EQ(measurement.hops.size(), 1U);
  const Hop& hop = measurement.hops[0];
  EXPECT_EQ(hop.sent, 3);
  ASSERT_EQ(hop.replies.size(), 2U);
  EXPECT_EQ(hop.replies[0], (Reply{.from = address("198.51.100.1"),
                                   .icmp_type = 11,
                                   .reply_ttl = 254,
                                   .quoted_ttl = 1,
                                   .attempt = 1,
                                   .late = true}));
  EXPECT_EQ(hop.replies[1].attempt, 3);
  EXPECT_EQ(hop.answer(), &hop.replies[1]);
}

TEST(AtlasJson, a_last_try_at_hop_255_that_nobody_answered_is_no_hop) {
  const auto measurement = read_file("atlas_traceroute_gap.json");
  EXPECT_EQ(measurement.status, Status::silent);
  EXPECT_EQ(measurement.stop_reason, StopReason::gap_limit);
  EXPECT_EQ(measurement.hops.size(), 6U);
  EXPECT_EQ(measurement.probes_sent, 21);
}

TEST(AtlasJson, a_last_try_that_was_answered_reached_and_leaves_a_silent_gap) {
  const auto measurement = read_file("atlas_traceroute_255.json");
  EXPECT_EQ(measurement.status, Status::reached);
  ASSERT_EQ(measurement.hops.size(), 255U);
  EXPECT_EQ(measurement.hops[100], (Hop{.ttl = Ttl{101}}));
  EXPECT_EQ(measurement.hops[254].replies[0].from, measurement.address);
}

TEST(AtlasJson, an_error_at_the_last_hop_is_why_it_is_unreachable) {
  const auto measurement = read_file("atlas_traceroute_ipv6_errors.json");
  EXPECT_EQ(measurement.status, Status::unreachable);
  EXPECT_EQ(measurement.stop_reason, StopReason::icmp_admin_prohibited);
  EXPECT_EQ(measurement.hops[0].replies[0].icmp_type, 3);
  EXPECT_EQ(measurement.hops[1].replies[0].icmp_type, 2);  // packet too big
  EXPECT_EQ(measurement.hops[1].replies[0].next_hop_mtu, 1280);
  EXPECT_EQ(measurement.hops[2].replies[0].icmp_type, 1);
  EXPECT_EQ(measurement.hops[2].replies[0].icmp_code, 1);
  EXPECT_EQ(measurement.hops[2].replies[1].icmp_code, 6);  // written as a number
}

TEST(AtlasJson, a_probe_that_could_not_send_has_failed) {
  const auto measurement = read_file("atlas_traceroute_failed.json");
  EXPECT_EQ(measurement.status, Status::failed);
  EXPECT_EQ(measurement.stop_reason, StopReason::error);
  EXPECT_TRUE(measurement.hops.empty());
  EXPECT_TRUE(written(measurement).ends_with(R"("result":[{"error":"the probe could not send"}]})"))
      << written(measurement);
  expect_round_trip(measurement);
}

TEST(AtlasJson, older_firmware_is_read) {
  const auto measurement = read_file("atlas_traceroute_4460.json");
  EXPECT_EQ(measurement.target, "www.example.net");
  EXPECT_EQ(measurement.status, Status::reached);
  EXPECT_EQ(measurement.finished_at, measurement.started_at);
}

TEST(AtlasJson, a_ping_of_the_platform_is_read) {
  const auto measurement = read_file("atlas_ping_5080.json");
  EXPECT_EQ(measurement.kind, Kind::ping);
  EXPECT_EQ(measurement.status, Status::reached);
  ASSERT_EQ(measurement.hops.size(), 1U);
  EXPECT_EQ(measurement.hops[0].sent, 3);
  ASSERT_EQ(measurement.hops[0].replies.size(), 3U);
  EXPECT_EQ(measurement.hops[0].replies[0].reply_ttl, 57);
  EXPECT_TRUE(measurement.hops[0].replies[1].duplicate);
  EXPECT_EQ(measurement.hops[0].replies[1].attempt, 1);
  EXPECT_EQ(measurement.hops[0].replies[1].from, address("192.0.2.9"));
  EXPECT_EQ(measurement.hops[0].replies[2].attempt, 3);
}

TEST(AtlasJson, the_same_result_has_the_same_id_again_and_another_one_has_not) {
  const auto once = read_file("atlas_traceroute_5080.json");
  EXPECT_EQ(read_file("atlas_traceroute_5080.json").id, once.id);
  EXPECT_EQ(once.id.time(), once.started_at);
  EXPECT_NE(read_file("atlas_traceroute_late.json").id, once.id);
}

TEST(AtlasJson, what_is_no_measurement_of_a_path_is_refused_with_its_reason) {
  const auto message = [](std::string_view text) {
    const auto read = measurement_from_atlas_json(text);
    return read ? std::string() : read.error().message;
  };
  EXPECT_EQ(message(R"({"type":"dns","msm_id":1})"), "a result of type \"dns\" is no measurement of a path");
  EXPECT_EQ(message(R"({"type":"ping","fw":1,"msm_id":1})"), "results of firmware before 4460 are text and not read");
  EXPECT_EQ(message(R"({"type":"traceroute","fw":5080,"timestamp":1,"proto":"ICMP","result":[]})"),
            "dst_addr is missing: the probe could not resolve the name of its target");
  EXPECT_EQ(message(R"({"type":"traceroute","fw":5080,"dst_addr":"192.0.2.7","timestamp":1,"result":[{"hop":0}]})"),
            "result[0].hop must be a whole number from 1 to 255");
  EXPECT_EQ(message(R"({"type":"traceroute","fw":5080,"dst_addr":"192.0.2.7","timestamp":1,)"
                    R"("result":[{"hop":1,"result":[{"from":"192.0.2.1","rtt":1,"err":"Q"}]}]})"),
            "result[0].result[0].err must be one of N, H, A, P, p, or a number");
}

}  // namespace
}  // namespace cw::formats
