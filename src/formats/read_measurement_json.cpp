#include <boost/json.hpp>
#include <limits>
#include <string>
#include <utility>

#include "formats/json_reading.hpp"
#include "formats/measurement_json.hpp"

namespace cw::formats {
namespace {

constexpr std::int64_t most_probes = 1'000'000'000;
constexpr std::int64_t most_probes_of_a_hop = 100'000;  // ten times what a request may ask for

MplsLabel read_label(JsonMembers& label) {
  return {.label = label.integer<std::uint32_t>("label", 0, 0xfffff),
          .traffic_class = label.integer<std::uint8_t>("tc", 0, 7),
          .bottom = label.flag("bottom"),
          .ttl = label.integer<std::uint8_t>("ttl")};
}

Reply read_reply(JsonMembers& json) {
  Reply reply{.from = json.address("from"),
              .rtt = json.milliseconds("rtt_ms"),
              .reply_ttl = json.optional_integer<std::uint8_t>("reply_ttl"),
              .quoted_ttl = json.optional_integer<std::uint8_t>("quoted_ttl"),
              .quoted_tos = json.optional_integer<std::uint8_t>("quoted_tos"),
              .tcp_flags = json.optional_integer<std::uint8_t>("tcp_flags"),
              .next_hop_mtu = json.optional_integer<std::uint16_t>("next_hop_mtu"),
              .attempt = json.integer<int>("attempt", 1, most_probes_of_a_hop),
              .late = json.flag("late"),
              .duplicate = json.flag("duplicate"),
              .rewritten = json.flag("rewritten")};
  if (!reply.tcp_flags) {
    reply.icmp_type = json.integer<std::uint8_t>("icmp_type");
    reply.icmp_code = json.integer<std::uint8_t>("icmp_code");
  }
  json.each("mpls", [&](JsonMembers& label) { reply.mpls.push_back(read_label(label)); });
  return reply;
}

std::vector<Reply> read_replies(JsonMembers& json) {
  std::vector<Reply> replies;
  json.each("replies", [&](JsonMembers& reply) { replies.push_back(read_reply(reply)); });
  return replies;
}

// One hop for every TTL, in their order.
void read_hops(JsonMembers& json, Measurement& measurement) {
  json.each("hops", [&](JsonMembers& item) {
    Hop hop{.ttl = Ttl{item.integer<std::uint8_t>("ttl", 1)},
            .sent = item.optional_integer<int>("sent", 0, most_probes_of_a_hop).value_or(0),
            .replies = read_replies(item)};
    if (auto inferred = item.object("inferred"))
      hop.inferred = InferredHop{.from = inferred->address("from"), .verified_at = inferred->instant("verified_at")};
    if (!measurement.hops.empty() && hop.ttl <= measurement.hops.back().ttl)
      item.report("ttl", "must be above that of the hop before");
    measurement.hops.push_back(std::move(hop));
  });
}

// A ping that failed before its first probe has no hop, hence no TTL.
void read_ping(JsonMembers& json, Measurement& measurement) {
  Hop hop{.ttl = Ttl{json.optional_integer<std::uint8_t>("ttl").value_or(0)},
          .sent = json.integer<int>("sent", 0, most_probes_of_a_hop),
          .replies = read_replies(json)};
  if (json.has("ttl") || !hop.replies.empty()) measurement.hops.push_back(std::move(hop));
}

PathMtu read_path_mtu(JsonMembers& json) {
  PathMtu path_mtu{.mtu = json.integer<std::uint16_t>("mtu")};
  json.each("limits", [&](JsonMembers& limit) {
    path_mtu.limits.push_back({.ttl = Ttl{limit.integer<std::uint8_t>("ttl")},
                               .from = limit.optional_address("from"),
                               .mtu = limit.integer<std::uint16_t>("mtu")});
  });
  return path_mtu;
}

template <class Number>
std::vector<Number> read_numbers(JsonMembers& json, std::string_view name) {
  constexpr std::int64_t most = std::numeric_limits<Number>::max();
  std::vector<Number> numbers;
  const auto* items = json.array(name);
  if (items == nullptr) return numbers;
  for (const auto& item : *items) {
    if (!item.is_int64() || item.get_int64() < 0 || item.get_int64() > most) {
      json.report(name, "must be numbers from 0 to " + std::to_string(most));
      break;
    }
    numbers.push_back(static_cast<Number>(item.get_int64()));
  }
  return numbers;
}

std::vector<std::uint16_t> read_flows(JsonMembers& json) { return read_numbers<std::uint16_t>(json, "flows"); }

PathGraph read_graph(JsonMembers& json) {
  PathGraph graph{.confidence_percent = json.integer<int>("confidence_percent", 0, 100),
                  .complete = json.flag("complete")};
  json.each("interfaces", [&](JsonMembers& item) {
    graph.interfaces.push_back({.ttl = Ttl{item.integer<std::uint8_t>("ttl")},
                                .address = item.optional_address("address"),
                                .flows = read_flows(item)});
  });
  if (json.has("per_packet"))
    for (const auto ttl : read_numbers<std::uint8_t>(json, "per_packet")) graph.per_packet.push_back(Ttl{ttl});
  const auto last = static_cast<std::int64_t>(graph.interfaces.size()) - 1;
  json.each("links", [&](JsonMembers& item) {
    graph.links.push_back({.from = item.integer<std::size_t>("from", 0, last),
                           .to = item.integer<std::size_t>("to", 0, last),
                           .flows = read_flows(item)});
  });
  return graph;
}

Measurement read_head(JsonMembers& json) {
  Measurement measurement;
  measurement.id = json.named("id", &Uuid::parse);
  measurement.kind = json.named("kind", &parse_kind);
  measurement.vantage = json.text("vantage");
  measurement.target = json.text("target");
  measurement.address = json.address("address");
  measurement.prober = json.text("prober");
  measurement.method = json.named("method", &parse_method);
  measurement.port = json.optional_integer<std::uint16_t>("port", 1);
  measurement.flow = json.integer<std::uint16_t>("flow");
  measurement.started_at = json.instant("started_at");
  measurement.finished_at = json.instant("finished_at");
  measurement.status = json.named("status", &parse_status);
  measurement.stop_reason = json.named("stop_reason", &parse_stop_reason);
  measurement.probes_sent = json.integer<int>("probes_sent", 0, most_probes);
  measurement.source = json.optional_address("source");
  measurement.dscp = json.optional_integer<std::uint8_t>("dscp", 0, 63).value_or(0);
  return measurement;
}

}  // namespace

Result<Measurement> measurement_from_json(std::string_view text) {
  const auto value = TRY(parse_json(text));
  JsonFault fault;
  JsonMembers json(value, "", fault);
  Measurement measurement = read_head(json);
  if (auto path_mtu = json.object("path_mtu")) measurement.path_mtu = read_path_mtu(*path_mtu);
  if (auto graph = json.object("graph")) measurement.graph = read_graph(*graph);
  measurement.raw_output = json.optional_text("raw_output").value_or("");
  if (measurement.kind == Kind::ping)
    read_ping(json, measurement);
  else
    read_hops(json, measurement);
  if (!fault.ok()) return std::unexpected(fault.error());
  return measurement;
}

}  // namespace cw::formats
