#include <algorithm>
#include <boost/json.hpp>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "formats/scamper_json_parts.hpp"
#include "formats/scamper_json_words.hpp"

namespace cw::formats {
namespace {

using Flow = std::uint16_t;

// What the text says of each flow: where it was, and what was answered there.
struct Sightings {
  std::map<std::pair<Ttl, Flow>, std::set<IpAddress>> met;
  std::map<std::pair<Ttl, Flow>, Reply> replies;  // the first of each
  std::map<std::pair<Ttl, std::optional<IpAddress>>, std::set<Flow>> interfaces;
  std::map<IpAddress, Ttl> first_ttl;
  Instant last_reply;

  void see(Ttl ttl, const IpAddress& address, Flow flow) {
    met[{ttl, flow}].insert(address);
    interfaces[{ttl, address}].insert(flow);
    first_ttl.try_emplace(address, ttl);
  }
};

// One entry of a node's links: an address, or "*" for silence, and the probes that met it.
struct LinkEnd {
  std::optional<IpAddress> address;
  std::vector<std::pair<Ttl, Flow>> probes;
};

Ttl above(Ttl ttl, std::size_t by) { return {static_cast<std::uint8_t>(std::min<std::size_t>(255, ttl.value + by))}; }

std::optional<IpAddress> address_or_star(JsonMembers& json) {
  const auto text = json.optional_text("addr");
  return text && *text != "*" ? json.optional_address("addr") : std::nullopt;
}

LinkEnd read_link_end(JsonMembers& json, std::uint8_t tos, Sightings& sightings) {
  LinkEnd end{.address = address_or_star(json)};
  json.each("probes", [&](JsonMembers& probe) {
    const std::pair at(Ttl{probe.integer<std::uint8_t>("ttl", 1)}, probe.integer<Flow>("flowid"));
    const int attempt = probe.optional_integer<std::uint8_t>("attempt").value_or(0) + 1;
    end.probes.push_back(at);
    probe.each("replies", [&](JsonMembers& json_reply) {
      if (!end.address) return;
      Reply reply{.from = *end.address, .rtt = scamper_rtt(json_reply), .attempt = attempt};
      reply.reply_ttl = json_reply.optional_integer<std::uint8_t>("ttl");
      read_scamper_answer(json_reply, tos, reply);
      sightings.last_reply =
          std::max(sightings.last_reply, scamper_instant(json_reply, "rx").value_or(sightings.last_reply));
      sightings.replies.try_emplace(at, std::move(reply));
    });
  });
  return end;
}

using LinkEnds = std::vector<std::vector<LinkEnd>>;  // by distance from their node

LinkEnds read_links(JsonMembers& node, std::uint8_t tos, Sightings& sightings) {
  LinkEnds links;
  const auto* rows = node.array("links");
  if (rows == nullptr) return links;
  JsonFault fault;
  for (const auto& row : *rows) {
    if (!row.is_array()) fault.report("a row is no array");
    if (!fault.ok()) break;
    auto& ends = links.emplace_back();
    for (const auto& value : row.get_array()) {
      JsonMembers json(value, "links", fault);
      ends.push_back(read_link_end(json, tos, sightings));
    }
  }
  if (!fault.ok()) node.report("links", fault.error().message);
  return links;
}

// 1. One TTL before what its probes met.
// 2. Where nobody answered behind it: where an earlier node's probes met it.
// 3. The first of all: where probing began.
Ttl ttl_of_node(const std::optional<IpAddress>& address, const LinkEnds& links, const Sightings& sightings, Ttl first) {
  for (std::size_t distance = 0; distance < links.size(); ++distance)
    for (const auto& end : links[distance])
      for (const auto& [ttl, flow] : end.probes)
        if (ttl.value > distance + 1) return {static_cast<std::uint8_t>(ttl.value - distance - 1)};
  if (!address) return first;
  const auto seen = sightings.first_ttl.find(*address);
  return seen == sightings.first_ttl.end() ? first : seen->second;
}

// A flow is sent behind a node only when it is known to come by there.
void note_node(const std::optional<IpAddress>& address, Ttl ttl, const LinkEnds& links, Sightings& sightings) {
  sightings.interfaces[{ttl, address}];
  if (address) sightings.first_ttl.try_emplace(*address, ttl);
  for (std::size_t distance = 0; distance < links.size(); ++distance)
    for (const auto& end : links[distance]) {
      if (!end.address) sightings.interfaces[{above(ttl, distance + 1), std::nullopt}];
      for (const auto& [probed, flow] : end.probes) {
        if (distance == 0 && address) sightings.see(ttl, *address, flow);
        if (end.address) sightings.see(probed, *end.address, flow);
      }
    }
}

PathGraph graph_of(const Sightings& sightings) {
  PathGraph graph;
  std::map<std::pair<Ttl, IpAddress>, std::size_t> places;
  for (const auto& [where, flows] : sightings.interfaces) {
    if (where.second) places[{where.first, *where.second}] = graph.interfaces.size();
    graph.interfaces.push_back({.ttl = where.first, .address = where.second, .flows = {flows.begin(), flows.end()}});
  }
  std::set<Ttl> per_packet;
  std::map<std::pair<std::size_t, std::size_t>, std::set<Flow>> links;
  for (const auto& [at, addresses] : sightings.met) {
    if (addresses.size() > 1) per_packet.insert(at.first);
    const auto next = sightings.met.find({above(at.first, 1), at.second});
    if (addresses.size() != 1 || next == sightings.met.end() || next->first.first == at.first) continue;
    if (next->second.size() != 1) continue;
    links[{places[{at.first, *addresses.begin()}], places[{next->first.first, *next->second.begin()}]}].insert(
        at.second);
  }
  for (const auto& [ends, flows] : links)
    graph.links.push_back({.from = ends.first, .to = ends.second, .flows = {flows.begin(), flows.end()}});
  graph.per_packet.assign(per_packet.begin(), per_packet.end());
  return graph;
}

// Rule 4 of read_scamper_line.
Hop hop_of_flow(Ttl ttl, Flow flow, const Sightings& sightings, Instant started_at) {
  Hop hop{.ttl = ttl};
  if (const auto reply = sightings.replies.find({ttl, flow}); reply != sightings.replies.end()) {
    hop.sent = reply->second.attempt;
    hop.replies.push_back(reply->second);
  } else if (const auto met = sightings.met.find({ttl, flow}); met != sightings.met.end()) {
    hop.inferred = InferredHop{.from = *met->second.begin(), .verified_at = started_at};
  }
  return hop;
}

void place_hops(const Sightings& sightings, Ttl first, Measurement& measurement) {
  if (sightings.interfaces.empty()) return;
  const Ttl last = sightings.interfaces.rbegin()->first.first;
  Flow own = std::numeric_limits<Flow>::max();
  for (const auto& [at, addresses] : sightings.met) own = std::min(own, at.second);
  for (int ttl = first.value; ttl <= last.value; ++ttl)
    measurement.hops.push_back(hop_of_flow({static_cast<std::uint8_t>(ttl)}, own, sightings, measurement.started_at));
}

void judge(const Sightings& sightings, Measurement& measurement) {
  if (measurement.probes_sent == 0) return;  // failed, as it began
  measurement.status = Status::silent;
  measurement.stop_reason = StopReason::gap_limit;
  for (const auto& [at, reply] : sightings.replies) {
    const auto refusal = unreachable_reason(reply);
    if (!refusal || reply.from == measurement.address) continue;
    measurement.status = Status::unreachable;
    measurement.stop_reason = *refusal;
  }
  if (!sightings.first_ttl.contains(measurement.address)) return;
  measurement.status = Status::reached;
  measurement.stop_reason = StopReason::destination;
}

}  // namespace

void read_scamper_tracelb(JsonMembers& json, ScamperRecord& record) {
  auto& measurement = record.measurement;
  measurement.kind = Kind::trace;
  measurement.probes_sent = json.integer<int>("probec", 0);
  const int most_probes = json.optional_integer<int>("probec_max", 0).value_or(0);
  const auto tos = json.optional_integer<std::uint8_t>("tos").value_or(0);
  const Ttl first{json.optional_integer<std::uint8_t>("firsthop", 1).value_or(1)};
  Sightings sightings{.last_reply = measurement.started_at};
  json.each("nodes", [&](JsonMembers& node) {
    const auto address = address_or_star(node);
    const auto links = read_links(node, tos, sightings);
    if (node.ok()) note_node(address, ttl_of_node(address, links, sightings, first), links, sightings);
  });
  if (!json.ok()) return;
  auto graph = graph_of(sightings);
  graph.confidence_percent = json.optional_integer<int>("confidence", 0, 100).value_or(95);
  place_hops(sightings, first, measurement);
  judge(sightings, measurement);
  measurement.finished_at = sightings.last_reply;
  graph.complete = measurement.status == Status::reached && !json.has("errmsg") &&
                   (most_probes == 0 || measurement.probes_sent < most_probes);
  measurement.graph = std::move(graph);
}

}  // namespace cw::formats
