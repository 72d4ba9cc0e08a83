#include "formats/measurement_json.hpp"

#include <gtest/gtest.h>

#include <string>

#include "formats/format_examples.hpp"
#include "formats/lookup_json.hpp"

namespace cw::formats {
namespace {

using namespace std::chrono_literals;

// Everything that a measurement can hold.
Measurement trace_with_everything() {
  Measurement measurement = example_trace();
  measurement.method = Method::tcp_ack;
  measurement.port = 443;
  measurement.source = address("192.168.1.10");
  measurement.dscp = 46;
  measurement.path_mtu = PathMtu{.mtu = 1400,
                                 .limits = {{.ttl = Ttl{0}, .from = address("192.168.1.10"), .mtu = 1492},
                                            {.ttl = Ttl{3}, .from = std::nullopt, .mtu = 1400}}};
  measurement.graph =
      PathGraph{.confidence_percent = 99,
                .complete = true,
                .interfaces = {{.ttl = Ttl{1}, .address = address("192.168.1.1"), .flows = {0, 1, 65535}},
                               {.ttl = Ttl{2}, .address = std::nullopt, .flows = {0, 1}},
                               {.ttl = Ttl{2}, .address = address("198.51.100.1"), .flows = {65535}}},
                .links = {{.from = 0, .to = 2, .flows = {65535}}}};
  measurement.raw_output = "HOST: home\n  1.|-- ???\n";
  measurement.hops[0].replies[0].quoted_tos = 0;
  measurement.hops[0].replies[0].rewritten = true;
  measurement.hops[1] = {.ttl = Ttl{2},
                         .inferred = InferredHop{.from = address("198.51.100.9"),
                                                 .verified_at = parse_rfc3339("2026-11-22T09:58:00.5Z").value()}};
  measurement.hops[3].replies[0].tcp_flags = 0x04;
  return measurement;
}

void expect_round_trip(const Measurement& measurement) {
  const std::string written = to_json(measurement);
  const auto read = measurement_from_json(written);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, measurement);
  EXPECT_EQ(to_json(*read), written);
}

TEST(MeasurementJson, a_trace_is_written_as_the_contract_says) {
  expect_golden("trace.json", to_json(example_trace()));
}

TEST(MeasurementJson, a_trace_with_its_as_path_says_whose_each_hop_is) {
  expect_golden("trace_with_as_path.json", to_json(example_trace(), example_as_path()));
}

TEST(MeasurementJson, a_udp_trace_over_ipv6_has_its_port) {
  Measurement measurement = example_head(Kind::trace);
  measurement.address = address("2001:db8::7");
  measurement.method = Method::udp;
  measurement.port = 33434;
  measurement.flow = 3;
  measurement.hops = {{.ttl = Ttl{1},
                       .sent = 1,
                       .replies = {{.from = address("2001:db8::7"), .rtt = 1500us, .icmp_type = 1, .icmp_code = 4}}}};
  expect_golden("trace_udp_ipv6.json", to_json(measurement));
}

TEST(MeasurementJson, an_mtr_has_the_figures_of_each_hop) { expect_golden("mtr.json", to_json(example_mtr())); }

TEST(MeasurementJson, addresses_of_one_hop_have_figures_of_their_own) {
  Measurement measurement = example_mtr();
  measurement.hops[1].sent = 4;
  measurement.hops[1].replies.push_back({.from = address("192.0.2.9"), .rtt = 40ms, .attempt = 2});
  measurement.hops[1].replies.push_back({.from = address("192.0.2.9"), .rtt = 42ms, .attempt = 4});
  expect_golden("mtr_load_balanced.json", to_json(measurement));
}

TEST(MeasurementJson, a_ping_has_its_summary) { expect_golden("ping.json", to_json(example_ping())); }

TEST(MeasurementJson, a_ping_without_any_answer_has_no_times) {
  expect_golden("ping_silent.json", to_json(silent_ping()));
}

TEST(MeasurementJson, all_that_a_trace_can_find_is_written) {
  expect_golden("trace_with_everything.json", to_json(trace_with_everything()));
}

TEST(MeasurementJson, what_was_written_is_read_back_the_same) {
  expect_round_trip(example_trace());
  expect_round_trip(trace_with_everything());
  expect_round_trip(example_mtr());
  expect_round_trip(example_ping());
  expect_round_trip(silent_ping());
}

TEST(MeasurementJson, a_ping_that_failed_before_its_first_probe_is_read_back_without_a_hop) {
  Measurement measurement = example_head(Kind::ping);
  measurement.status = Status::failed;
  measurement.stop_reason = StopReason::error;
  measurement.probes_sent = 0;
  expect_round_trip(measurement);
}

TEST(MeasurementJson, the_as_path_and_unknown_members_are_ignored_by_the_reader) {
  std::string written = to_json(example_trace(), example_as_path());
  written.insert(1, R"("colour":"blue",)");
  const auto read = measurement_from_json(written);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, example_trace());
}

TEST(MeasurementJson, a_trace_of_an_older_version_says_not_what_was_sent) {
  const auto read = measurement_from_json(
      R"({"id":"0198c0de-7a3c-7bbb-8ccc-0123456789ab","kind":"trace","vantage":"home","target":"a","address":"192.0.2.7",)"
      R"("prober":"native","method":"icmp","port":null,"flow":0,"started_at":"2026-11-22T10:00:00.000123Z",)"
      R"("finished_at":"2026-11-22T10:00:00.412000Z","status":"silent","stop_reason":"gap_limit","probes_sent":2,)"
      R"("hops":[{"ttl":1,"replies":[]}]})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->hops, (std::vector<Hop>{{.ttl = Ttl{1}}}));
}

// What is wrong, and what must be said of it.
struct Refused {
  std::string_view from;
  std::string_view to;
  std::string_view message;
};

TEST(MeasurementJson, a_wrong_member_is_named_with_what_it_should_be) {
  const std::string written = to_json(trace_with_everything());
  const Refused cases[] = {
      {R"("kind":"trace",)", "", "kind is missing"},
      {R"("kind":"trace")", R"("kind":"tracer")",
       "kind: \"tracer\" is not a kind: did you mean trace? (trace, ping, mtr)"},
      {R"("flow":0)", R"("flow":65536)", "flow must be a whole number from 0 to 65535"},
      {R"("flow":0)", R"("flow":0.5)", "flow must be a whole number from 0 to 65535"},
      {R"("address":"192.0.2.7")", R"("address":"192.0.2.700")", "address must be an address, not \"192.0.2.700\""},
      {R"("from":"198.51.100.2")", R"("from":7)", "hops[2].replies[2].from must be a text"},
      {R"("rtt_ms":20)", R"("rtt_ms":-1)", "hops[2].replies[1].rtt_ms must be milliseconds from 0 to 86400000"},
      {R"("ttl":3,"sent")", R"("ttl":2,"sent")", "hops[2].ttl must be above that of the hop before"},
      {R"("to":2)", R"("to":3)", "graph.links[0].to must be a whole number from 0 to 2"},
      {R"("hops":[)", R"("hops":7,"x":[)", "hops must be an array"},
      {R"({"id")", R"([{"id")", "no JSON"},
  };
  for (const Refused& each : cases) {
    std::string text = written;
    const auto place = text.find(each.from);
    ASSERT_NE(place, std::string::npos) << each.from;
    text.replace(place, each.from.size(), each.to);
    const auto read = measurement_from_json(text);
    ASSERT_FALSE(read) << each.message;
    EXPECT_EQ(read.error().kind, ErrorKind::invalid);
    EXPECT_TRUE(read.error().message.starts_with(each.message)) << read.error().message;
  }
}

TEST(LookupJson, what_is_known_is_written_and_the_rest_is_null) {
  expect_golden("lookup.json", to_json(AddressFacts{.address = address("1.1.1.1"),
                                                    .prefix = Prefix::parse("1.1.1.0/24").value(),
                                                    .asn = Asn{13335},
                                                    .as_name = "CLOUDFLARENET",
                                                    .org_name = "Cloudflare, Inc.",
                                                    .country_code = "US",
                                                    .source = "builtin",
                                                    .as_of = parse_rfc3339("2026-06-17T19:00:00Z").value()}));
}

TEST(LookupJson, a_special_address_has_its_name_in_the_registry) {
  expect_golden(
      "lookup_special.json",
      to_json(AddressFacts{.address = address("fe80::1"), .special = "Link-Local Unicast", .source = "iana"}));
}

}  // namespace
}  // namespace cw::formats
