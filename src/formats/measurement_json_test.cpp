#include "formats/measurement_json.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "formats/lookup_json.hpp"

namespace cw::formats {
namespace {

using namespace std::chrono_literals;

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

// The golden file is what must be written, to the byte; tools/update_golden sets CW_UPDATE_GOLDEN to rewrite it.
void expect_golden(const std::string& name, const std::string& actual) {
  boost::system::error_code error;
  boost::json::parse(actual, error);
  EXPECT_FALSE(error) << "no JSON: " << actual;
  EXPECT_EQ(actual.find('\n'), std::string::npos) << "more than one line";
  const std::string path = CW_SOURCE_DIR "/testdata/formats/" + name;
  if (std::getenv("CW_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << actual << '\n';
  std::ifstream in(path);
  const std::string expected{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(actual + '\n', expected) << "of " << path;
}

Measurement head(Kind kind) {
  return {.id = Uuid::parse("0198c0de-7a3c-7bbb-8ccc-0123456789ab").value(),
          .kind = kind,
          .vantage = "home",
          .target = "www.example.net",
          .address = address("192.0.2.7"),
          .prober = "native",
          .started_at = parse_rfc3339("2026-11-22T10:00:00.000123Z").value(),
          .finished_at = parse_rfc3339("2026-11-22T10:00:00.412Z").value(),
          .status = Status::reached,
          .stop_reason = StopReason::destination,
          .probes_sent = 14};
}

Measurement example_trace() {
  Measurement measurement = head(Kind::trace);
  measurement.hops = {
      {.ttl = Ttl{1},
       .sent = 1,
       .replies = {{.from = address("192.168.1.1"),
                    .rtt = 412us,
                    .icmp_type = 11,
                    .reply_ttl = 64,
                    .quoted_ttl = 1,
                    .mpls = {{.label = 24015, .traffic_class = 0, .bottom = true, .ttl = 1}}}}},
      {.ttl = Ttl{2}, .sent = 2},
      {.ttl = Ttl{3},
       .sent = 2,
       .replies = {{.from = address("198.51.100.1"), .rtt = 1s, .icmp_type = 11, .next_hop_mtu = 1400, .late = true},
                   {.from = address("198.51.100.1"), .rtt = 20ms, .icmp_type = 11, .attempt = 2},
                   {.from = address("198.51.100.2"), .rtt = 21ms, .icmp_type = 11, .attempt = 2, .duplicate = true}}},
      {.ttl = Ttl{4}, .sent = 1, .replies = {{.from = address("192.0.2.7"), .rtt = 30'125us}}},
  };
  return measurement;
}

AsPath example_path() {
  return {.hops = {{.ttl = Ttl{1}, .address = address("192.168.1.1"), .rule = OwnershipRule::special_use},
                   {.ttl = Ttl{2}},
                   {.ttl = Ttl{3},
                    .address = address("198.51.100.1"),
                    .asn = Asn{64500},
                    .rule = OwnershipRule::origin,
                    .confidence = 0.9},
                   {.ttl = Ttl{4},
                    .address = address("192.0.2.7"),
                    .asn = Asn{64501},
                    .rule = OwnershipRule::destination,
                    .confidence = 0.95}},
          .networks = {{.asn = Asn{64500}, .name = "Transit \"One\"", .gap = 2}, {.asn = Asn{64501}, .name = ""}},
          .links = {{.from = Asn{64500}, .to = Asn{64501}, .from_ttl = Ttl{3}, .to_ttl = Ttl{4}}}};
}

TEST(MeasurementJson, a_trace_is_written_as_the_contract_says) {
  expect_golden("trace.json", to_json(example_trace()));
}

TEST(MeasurementJson, a_trace_with_its_as_path_says_whose_each_hop_is) {
  expect_golden("trace_with_as_path.json", to_json(example_trace(), example_path()));
}

TEST(MeasurementJson, a_udp_trace_over_ipv6_has_its_port) {
  Measurement measurement = head(Kind::trace);
  measurement.address = address("2001:db8::7");
  measurement.method = Method::udp;
  measurement.port = 33434;
  measurement.flow = 3;
  measurement.hops = {{.ttl = Ttl{1},
                       .sent = 1,
                       .replies = {{.from = address("2001:db8::7"), .rtt = 1500us, .icmp_type = 1, .icmp_code = 4}}}};
  expect_golden("trace_udp_ipv6.json", to_json(measurement));
}

TEST(MeasurementJson, an_mtr_has_the_figures_of_each_hop) {
  Measurement measurement = head(Kind::mtr);
  measurement.hops = {{.ttl = Ttl{1}, .sent = 3},
                      {.ttl = Ttl{2},
                       .sent = 3,
                       .replies = {{.from = address("192.0.2.7"), .rtt = 10ms, .attempt = 1},
                                   {.from = address("192.0.2.7"), .rtt = 13ms, .attempt = 3}}}};
  expect_golden("mtr.json", to_json(measurement));
}

TEST(MeasurementJson, a_ping_has_its_summary) {
  Measurement measurement = head(Kind::ping);
  measurement.hops = {{.ttl = Ttl{64},
                       .sent = 3,
                       .replies = {{.from = address("192.0.2.7"), .rtt = 10ms, .reply_ttl = 57, .attempt = 1},
                                   {.from = address("192.0.2.7"), .rtt = 12ms, .reply_ttl = 57, .attempt = 2}}}};
  expect_golden("ping.json", to_json(measurement));
}

TEST(MeasurementJson, a_ping_without_any_answer_has_no_times) {
  Measurement measurement = head(Kind::ping);
  measurement.status = Status::silent;
  measurement.stop_reason = StopReason::gap_limit;
  measurement.hops = {{.ttl = Ttl{64}, .sent = 3}};
  expect_golden("ping_silent.json", to_json(measurement));
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
