#pragma once

// Measurements for tests and benchmarks: one that is easy to read, and random ones that use every field.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "ports/store/measurement_store.hpp"

namespace cw::store::samples {

// 2026-01-01T00:00:00Z, the tests' beginning of time.
inline Instant start() { return Instant(std::chrono::seconds(1'767'225'600)); }

inline IpAddress router(int number) { return IpAddress::v4(0xc6336400u + static_cast<std::uint32_t>(number)); }
inline IpAddress host(int number) { return IpAddress::v4(0xcb007100u + static_cast<std::uint32_t>(number)); }

inline Reply reply_from(const IpAddress& from, std::chrono::microseconds rtt, std::uint8_t type) {
  return {.from = from, .rtt = rtt, .icmp_type = type, .reply_ttl = 60};
}

// A trace to `host(1)` over routers 1 and 2 with a silent hop between, begun at `at`.
inline NewMeasurement plain_trace(Random& random, Instant at) {
  NewMeasurement added;
  auto& measurement = added.measurement;
  measurement = {.id = Uuid::make_v7(at, random),
                 .kind = Kind::trace,
                 .vantage = "home",
                 .target = "www.example.net",
                 .address = host(1),
                 .prober = "native",
                 .started_at = at,
                 .finished_at = at + std::chrono::milliseconds(250),
                 .status = Status::reached,
                 .stop_reason = StopReason::destination,
                 .probes_sent = 5};
  auto near = reply_from(router(1), std::chrono::microseconds(412), 11);
  near.quoted_ttl = 1;
  auto far = reply_from(router(2), std::chrono::microseconds(9'100), 11);
  far.quoted_ttl = 1;
  measurement.hops = {
      {.ttl = Ttl{1}, .sent = 1, .replies = {near}},
      {.ttl = Ttl{2}, .sent = 2, .replies = {}},
      {.ttl = Ttl{3}, .sent = 1, .replies = {far}},
      {.ttl = Ttl{4}, .sent = 1, .replies = {reply_from(host(1), std::chrono::microseconds(12'345), 0)}},
  };
  return added;
}

// The networks of plain_trace: 64500 at TTL 1, 64501 at TTL 3 and at the destination.
inline AsPath plain_as_path() {
  AsPath as_path;
  as_path.hops = {
      {.ttl = Ttl{1}, .address = router(1), .asn = Asn{64500}, .rule = OwnershipRule::origin, .confidence = 0.9},
      {.ttl = Ttl{2}, .rule = OwnershipRule::silent},
      {.ttl = Ttl{3}, .address = router(2), .asn = Asn{64501}, .rule = OwnershipRule::origin, .confidence = 0.95},
      {.ttl = Ttl{4}, .address = host(1), .asn = Asn{64502}, .rule = OwnershipRule::destination, .confidence = 1}};
  as_path.networks = {{.asn = Asn{64500}, .name = "Near \"Net\""},
                      {.asn = Asn{64501}, .name = "Für", .gap = 1},
                      {.asn = Asn{64502}, .name = ""}};
  as_path.links = {{.from = Asn{64501}, .to = Asn{64502}, .from_ttl = Ttl{3}, .to_ttl = Ttl{4}}};
  return as_path;
}

inline AddressFacts facts_of(const IpAddress& address, Asn asn, std::string name) {
  return {.address = address,
          .prefix = Prefix::around(address, 24),
          .asn = asn,
          .as_name = name + "-AS",
          .org_name = std::move(name),
          .country_code = "CH",
          .source = "builtin",
          .as_of = start()};
}

inline std::uint8_t random_byte(Random& random) { return static_cast<std::uint8_t>(random.below(256)); }

inline IpAddress random_address(Random& random, Family family) {
  if (family == Family::v4) return router(static_cast<int>(random.below(40)));
  IpAddress::Bytes bytes{0x20, 0x01, 0x0d, 0xb8};
  bytes[15] = static_cast<std::uint8_t>(random.below(40));
  return IpAddress::v6(bytes);
}

inline Reply random_reply(Random& random, const IpAddress& target) {
  Reply reply{.from = random.below(4) == 0 ? target : random_address(random, target.family()),
              .rtt = std::chrono::microseconds(random.below(300'000)),
              .icmp_type = random_byte(random),
              .icmp_code = random_byte(random),
              .attempt = 1 + static_cast<int>(random.below(3)),
              .late = random.below(5) == 0,
              .duplicate = random.below(5) == 0};
  if (random.below(2) == 0) reply.reply_ttl = random_byte(random);
  if (random.below(2) == 0) reply.quoted_ttl = random_byte(random);
  if (random.below(4) == 0) reply.quoted_tos = random_byte(random);
  if (random.below(4) == 0) reply.tcp_flags = random_byte(random);
  reply.rewritten = random.below(5) == 0;
  if (random.below(4) == 0) reply.next_hop_mtu = static_cast<std::uint16_t>(random.below(65536));
  for (auto labels = random.below(3); labels > 0; --labels)
    reply.mpls.push_back({.label = static_cast<std::uint32_t>(random.below(1u << 20)),
                          .traffic_class = static_cast<std::uint8_t>(random.below(8)),
                          .bottom = labels == 1,
                          .ttl = random_byte(random)});
  return reply;
}

inline std::vector<std::uint16_t> random_flows(Random& random) {
  std::vector<std::uint16_t> flows(random.below(4));
  for (auto& flow : flows) flow = static_cast<std::uint16_t>(random.below(65536));
  return flows;
}

inline PathGraph random_graph(Random& random, Family family) {
  PathGraph graph{.confidence_percent = random.below(2) == 0 ? 95 : 99, .complete = random.below(2) == 0};
  for (auto interfaces = random.below(5); interfaces > 0; --interfaces)
    graph.interfaces.push_back({.ttl = Ttl{random_byte(random)}, .flows = random_flows(random)});
  for (auto& interface : graph.interfaces)
    if (random.below(3) != 0) interface.address = random_address(random, family);
  for (auto links = graph.interfaces.empty() ? 0 : random.below(5); links > 0; --links)
    graph.links.push_back({.from = static_cast<std::size_t>(random.below(graph.interfaces.size())),
                           .to = static_cast<std::size_t>(random.below(graph.interfaces.size())),
                           .flows = random_flows(random)});
  for (auto ttls = random.below(3); ttls > 0; --ttls) graph.per_packet.push_back(Ttl{random_byte(random)});
  return graph;
}

inline PathMtu random_path_mtu(Random& random, Family family) {
  PathMtu path_mtu{.mtu = static_cast<std::uint16_t>(random.below(65536))};
  for (auto limits = random.below(3); limits > 0; --limits)
    path_mtu.limits.push_back(
        {.ttl = Ttl{random_byte(random)}, .mtu = static_cast<std::uint16_t>(random.below(65536))});
  for (auto& limit : path_mtu.limits)
    if (random.below(2) == 0) limit.from = random_address(random, family);
  return path_mtu;
}

// What only some measurements have.
inline void add_random_details(Random& random, Measurement& measurement) {
  const auto family = measurement.address.family();
  if (random.below(2) == 0) measurement.source = random_address(random, family);
  if (random.below(4) == 0) measurement.dscp = static_cast<std::uint8_t>(random.below(64));
  if (random.below(4) == 0) measurement.path_mtu = random_path_mtu(random, family);
  if (random.below(4) == 0) measurement.graph = random_graph(random, family);
  if (random.below(4) == 0) measurement.raw_output = std::string("\0raw\xff output\n", 13);
}

// Any kind, family and method; any replies, also none.
inline Measurement random_measurement(Random& random, Instant at) {
  const auto family = random.below(2) == 0 ? Family::v4 : Family::v6;
  Measurement measurement{.id = Uuid::make_v7(at, random),
                          .kind = static_cast<Kind>(random.below(3)),
                          .vantage = random.below(2) == 0 ? "home" : "cabin",
                          .target = "ünï \"quoted\" \\ target",
                          .address = random_address(random, family),
                          .prober = "native",
                          .method = static_cast<Method>(random.below(4)),
                          .flow = static_cast<std::uint16_t>(random.below(3)),
                          .started_at = at,
                          .finished_at = at + std::chrono::microseconds(random.below(1'000'000)),
                          .status = static_cast<Status>(random.below(5)),
                          .stop_reason = static_cast<StopReason>(random.below(9)),
                          .probes_sent = static_cast<int>(random.below(100))};
  if (random.below(2) == 0) measurement.port = static_cast<std::uint16_t>(random.below(65536));
  const auto hops = measurement.kind == Kind::ping ? 1 : random.below(6);
  const auto first_ttl = 1 + random.below(200);
  for (std::uint64_t i = 0; i < hops; ++i) {
    auto& hop = measurement.hops.emplace_back();
    hop = {.ttl = Ttl{static_cast<std::uint8_t>(first_ttl + i)}, .sent = static_cast<int>(random.below(4))};
    if (measurement.kind != Kind::ping && random.below(5) == 0) {
      hop.inferred = {.from = random_address(random, family),
                      .verified_at = at - std::chrono::microseconds(random.below(1'000'000'000))};
      continue;
    }
    for (auto replies = random.below(4); replies > 0; --replies)
      hop.replies.push_back(random_reply(random, measurement.address));
  }
  add_random_details(random, measurement);
  return measurement;
}

}  // namespace cw::store::samples
