#include "model/measurement_request.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <utility>

namespace cw {
namespace {

using namespace std::chrono_literals;
using Change = std::function<void(MeasurementRequest&)>;

MeasurementRequest ordinary() {
  return MeasurementRequest{.target = "192.0.2.1", .address = IpAddress::v4(0xc0000201)};
}

std::string refusal(const Change& change) {
  auto request = ordinary();
  change(request);
  const auto verdict = validate(request);
  if (verdict) return "";
  EXPECT_EQ(verdict.error().kind, ErrorKind::invalid);
  return verdict.error().message;
}

TEST(MeasurementRequest, the_defaults_are_valid) { EXPECT_TRUE(validate(ordinary())); }

TEST(MeasurementRequest, every_bound_is_said_in_one_line) {
  const std::pair<const char*, Change> cases[] = {
      {"the target needs an address to probe", [](auto& r) { r.address = IpAddress(); }},
      {"the target needs an address to probe", [](auto& r) { r.address = IpAddress::v4(0); }},
      {"first-ttl must be from 1 to 255", [](auto& r) { r.first_ttl = Ttl{0}; }},
      {"max-ttl must be from 1 to 255 and not below first-ttl", [](auto& r) { r.first_ttl = Ttl{31}; }},
      {"max-ttl must be from 1 to 255 and not below first-ttl", [](auto& r) { r.max_ttl = Ttl{0}; }},
      {"attempts must be from 1 to 10", [](auto& r) { r.attempts = 0; }},
      {"attempts must be from 1 to 10", [](auto& r) { r.attempts = 11; }},
      {"gap-limit must be from 1 to 255", [](auto& r) { r.gap_limit = 0; }},
      {"gap-limit must be from 1 to 255", [](auto& r) { r.gap_limit = 256; }},
      {"count must be from 1 to 10000", [](auto& r) { r.count = -1; }},
      {"count must be from 1 to 10000", [](auto& r) { r.count = 10'001; }},
      {"interval must be from 1 ms to 3600000 ms (one hour)", [](auto& r) { r.interval = 0ms; }},
      {"interval must be from 1 ms to 3600000 ms (one hour)", [](auto& r) { r.interval = 2h; }},
      {"timeout must be from 1 ms to 60000 ms (one minute)", [](auto& r) { r.timeout = 0ms; }},
      {"timeout must be from 1 ms to 60000 ms (one minute)", [](auto& r) { r.timeout = 61s; }},
      {"probe-spacing must be from 0 ms to 10000 ms", [](auto& r) { r.probe_spacing = -1ms; }},
      {"probe-spacing must be from 0 ms to 10000 ms", [](auto& r) { r.probe_spacing = 11s; }},
      {"port is only for the methods udp, tcp and tcp-ack: ICMP has none", [](auto& r) { r.port = 80; }},
      {"port must be from 1 to 65535",
       [](auto& r) {
         r.method = Method::udp;
         r.port = 0;
       }},
      {"only a trace looks for all load-balanced paths",
       [](auto& r) {
         r.kind = Kind::mtr;
         r.multipath = Multipath::on;
       }},
      {"confidence must be 95 or 99 per cent", [](auto& r) { r.confidence_percent = 90; }},
      {"only a trace along one path looks for its MTU",
       [](auto& r) {
         r.kind = Kind::ping;
         r.mtu_search = MtuSearch::on;
       }},
      {"dscp must be from 0 to 63", [](auto& r) { r.dscp = 64; }},
  };
  for (const auto& [message, change] : cases) EXPECT_EQ(refusal(change), message);
}

TEST(MeasurementRequest, the_bounds_themselves_are_allowed) {
  EXPECT_EQ(refusal([](auto& r) { r.first_ttl = r.max_ttl = Ttl{255}; }), "");
  EXPECT_EQ(refusal([](auto& r) { r.attempts = 10; }), "");
  EXPECT_EQ(refusal([](auto& r) { r.count = 10'000; }), "");
  EXPECT_EQ(refusal([](auto& r) { r.interval = 1h; }), "");
  EXPECT_EQ(refusal([](auto& r) { r.timeout = 1ms; }), "");
  EXPECT_EQ(refusal([](auto& r) {
              r.method = Method::tcp;
              r.port = 443;
            }),
            "");
}

TEST(MeasurementRequest, kinds_and_methods_have_the_names_of_the_json_contract) {
  const std::pair<Kind, const char*> kinds[] = {{Kind::trace, "trace"}, {Kind::ping, "ping"}, {Kind::mtr, "mtr"}};
  for (const auto& [kind, name] : kinds) {
    EXPECT_EQ(to_string(kind), name);
    EXPECT_EQ(parse_kind(name).value(), kind);
  }
  const std::pair<Method, const char*> methods[] = {
      {Method::icmp, "icmp"}, {Method::udp, "udp"}, {Method::tcp, "tcp"}, {Method::tcp_ack, "tcp-ack"}};
  for (const auto& [method, name] : methods) {
    EXPECT_EQ(to_string(method), name);
    EXPECT_EQ(parse_method(name).value(), method);
  }
  EXPECT_FALSE(parse_kind("TRACE"));
  EXPECT_EQ(parse_method("sctp").error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace cw
