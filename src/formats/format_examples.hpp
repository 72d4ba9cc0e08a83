#pragma once

// What the tests of the formats write and read, and the golden files that they compare with.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "formats/json_reading.hpp"
#include "model/as_path.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

inline IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

inline std::string format_file(const std::string& name) {
  std::ifstream in(CW_SOURCE_DIR "/testdata/formats/" + name);
  EXPECT_TRUE(in) << name << " is missing in testdata/formats";
  return {std::istreambuf_iterator<char>(in), {}};
}

// The golden file is what must be written, to the byte; tools/update_golden sets CW_UPDATE_GOLDEN to rewrite it.
inline void expect_golden(const std::string& name, const std::string& actual) {
  EXPECT_TRUE(is_json(actual)) << actual;
  EXPECT_EQ(actual.find('\n'), std::string::npos) << "more than one line";
  if (std::getenv("CW_UPDATE_GOLDEN") != nullptr)
    std::ofstream(CW_SOURCE_DIR "/testdata/formats/" + name) << actual << '\n';
  EXPECT_EQ(actual + '\n', format_file(name)) << "of testdata/formats/" << name;
}

// A measurement without hops, of www.example.net at 192.0.2.7.
inline Measurement example_head(Kind kind) {
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

// With labels, a silent hop, a late answer and a duplicate.
inline Measurement example_trace() {
  using namespace std::chrono_literals;
  Measurement measurement = example_head(Kind::trace);
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

inline AsPath example_as_path() {
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

inline Measurement example_ping() {
  using namespace std::chrono_literals;
  Measurement measurement = example_head(Kind::ping);
  measurement.hops = {{.ttl = Ttl{64},
                       .sent = 3,
                       .replies = {{.from = address("192.0.2.7"), .rtt = 10ms, .reply_ttl = 57, .attempt = 1},
                                   {.from = address("192.0.2.7"), .rtt = 12ms, .reply_ttl = 57, .attempt = 2}}}};
  return measurement;
}

inline Measurement silent_ping() {
  Measurement measurement = example_head(Kind::ping);
  measurement.status = Status::silent;
  measurement.stop_reason = StopReason::gap_limit;
  measurement.hops = {{.ttl = Ttl{64}, .sent = 3}};
  return measurement;
}

inline Measurement example_mtr() {
  using namespace std::chrono_literals;
  Measurement measurement = example_head(Kind::mtr);
  measurement.hops = {{.ttl = Ttl{1}, .sent = 3},
                      {.ttl = Ttl{2},
                       .sent = 3,
                       .replies = {{.from = address("192.0.2.7"), .rtt = 10ms, .attempt = 1},
                                   {.from = address("192.0.2.7"), .rtt = 13ms, .attempt = 3}}}};
  return measurement;
}

}  // namespace cw::formats
