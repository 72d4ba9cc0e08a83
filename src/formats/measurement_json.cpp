#include "formats/measurement_json.hpp"

#include <algorithm>

#include "formats/hop_reading.hpp"
#include "formats/hop_statistics.hpp"
#include "formats/json_writer.hpp"
#include "formats/path_notes.hpp"
#include "formats/reply_json.hpp"

namespace cw::formats {
namespace {

void write_replies(JsonWriter& json, const std::vector<Reply>& replies) {
  json.key("replies").begin_array();
  for (const Reply& reply : replies) write_reply(json, reply);
  json.end_array();
}

void write_counts(JsonWriter& json, const HopStatistics& statistics) {
  json.key("sent").integer(statistics.sent);
  json.key("received").integer(statistics.received);
  json.key("loss").fraction(statistics.loss);
}

// Null where nothing was received.
void write_time(JsonWriter& json, std::string_view name, const std::optional<RttStatistics>& rtt,
                Duration RttStatistics::* time) {
  json.key(name);
  rtt ? json.milliseconds(*rtt.*time) : json.null();
}

void write_mtr_row(JsonWriter& json, const HopStatistics& statistics) {
  write_counts(json, statistics);
  write_time(json, "last_ms", statistics.rtt, &RttStatistics::last);
  write_time(json, "best_ms", statistics.rtt, &RttStatistics::best);
  write_time(json, "avg_ms", statistics.rtt, &RttStatistics::average);
  write_time(json, "worst_ms", statistics.rtt, &RttStatistics::worst);
  write_time(json, "stdev_ms", statistics.rtt, &RttStatistics::deviation);
  write_time(json, "jitter_ms", statistics.rtt, &RttStatistics::jitter);
}

void write_owner(JsonWriter& json, Ttl ttl, const AsPath& path) {
  const auto owner = std::ranges::find(path.hops, ttl, &HopOwner::ttl);
  if (owner == path.hops.end()) return;
  json.key("asn");
  owner->asn ? json.integer(owner->asn->value) : json.null();
  json.key("ownership").begin_object();
  json.key("rule").string(to_string(owner->rule));
  json.key("confidence").fraction(owner->confidence);
  json.end_object();
}

void write_inferred(JsonWriter& json, const InferredHop& inferred) {
  json.key("inferred").begin_object();
  json.key("from").string(inferred.from.to_string());
  json.key("verified_at").string(format_rfc3339(inferred.verified_at));
  json.end_object();
}

void write_reading(JsonWriter& json, const HopReading& reading) {
  json.key("reading").string(to_string(reading.label));
  if (reading.addresses.size() < 2) return;
  json.key("addresses").begin_array();
  for (const AddressStatistics& address : reading.addresses) {
    json.begin_object();
    json.key("from").string(address.from.to_string());
    json.key("received").integer(address.received);
    json.key("best_ms").milliseconds(address.rtt.best);
    json.key("avg_ms").milliseconds(address.rtt.average);
    json.key("worst_ms").milliseconds(address.rtt.worst);
    json.end_object();
  }
  json.end_array();
}

// What was sent to a hop of a trace is not known where 0 stands beside a reply, and nothing was sent otherwise.
void write_trace_counts(JsonWriter& json, const Hop& hop) {
  if (hop.sent == 0) return;
  json.key("sent").integer(hop.sent);
  json.key("received").integer(received_count(hop));
}

void write_hops(JsonWriter& json, const Measurement& measurement, const std::optional<AsPath>& as_path) {
  const auto readings = measurement.kind == Kind::mtr ? read_hops(measurement) : std::vector<HopReading>{};
  json.key("hops").begin_array();
  for (std::size_t i = 0; i < measurement.hops.size(); ++i) {
    const Hop& hop = measurement.hops[i];
    json.begin_object();
    json.key("ttl").integer(hop.ttl.value);
    if (as_path) write_owner(json, hop.ttl, *as_path);
    if (measurement.kind == Kind::mtr) {
      write_mtr_row(json, readings[i].statistics);
      write_reading(json, readings[i]);
    } else {
      write_trace_counts(json, hop);
    }
    if (hop.inferred) write_inferred(json, *hop.inferred);
    write_replies(json, hop.replies);
    json.end_object();
  }
  json.end_array();
}

// A ping has one hop; one that failed before its first probe has none.
void write_ping(JsonWriter& json, const Measurement& measurement) {
  const Hop hop = measurement.hops.empty() ? Hop{.sent = measurement.probes_sent} : measurement.hops.front();
  const HopStatistics statistics = hop_statistics(hop);
  if (!measurement.hops.empty()) json.key("ttl").integer(hop.ttl.value);
  write_counts(json, statistics);
  json.key("rtt_ms");
  if (statistics.rtt) {
    json.begin_object();
    json.key("min").milliseconds(statistics.rtt->best);
    json.key("avg").milliseconds(statistics.rtt->average);
    json.key("median").milliseconds(statistics.rtt->median);
    json.key("max").milliseconds(statistics.rtt->worst);
    json.key("stdev").milliseconds(statistics.rtt->deviation);
    json.end_object();
  } else {
    json.null();
  }
  write_replies(json, hop.replies);
}

void write_as_path(JsonWriter& json, const AsPath& path) {
  json.key("as_path").begin_array();
  for (const AsPathElement& network : path.networks) {
    json.begin_object();
    json.key("asn").integer(network.asn.value);
    json.key("name").string(network.name);
    json.key("gap").integer(network.gap);
    json.end_object();
  }
  json.end_array();
  json.key("as_links").begin_array();
  for (const AsLink& link : path.links) {
    json.begin_object();
    json.key("from").integer(link.from.value);
    json.key("to").integer(link.to.value);
    json.key("from_ttl").integer(link.from_ttl.value);
    json.key("to_ttl").integer(link.to_ttl.value);
    json.end_object();
  }
  json.end_array();
}

void write_path_mtu(JsonWriter& json, const PathMtu& path_mtu) {
  json.key("path_mtu").begin_object();
  json.key("mtu").integer(path_mtu.mtu);
  json.key("limits").begin_array();
  for (const MtuLimit& limit : path_mtu.limits) {
    json.begin_object();
    json.key("ttl").integer(limit.ttl.value);
    json.key("from");
    limit.from ? json.string(limit.from->to_string()) : json.null();
    json.key("mtu").integer(limit.mtu);
    json.end_object();
  }
  json.end_array().end_object();
}

// TTLs where packets of one flow took several ways.
void write_per_packet(JsonWriter& json, const std::vector<Ttl>& ttls) {
  if (ttls.empty()) return;
  json.key("per_packet").begin_array();
  for (const Ttl ttl : ttls) json.integer(ttl.value);
  json.end_array();
}

void write_flows(JsonWriter& json, const std::vector<std::uint16_t>& flows) {
  json.key("flows").begin_array();
  for (const std::uint16_t flow : flows) json.integer(flow);
  json.end_array();
}

void write_graph(JsonWriter& json, const PathGraph& graph) {
  json.key("graph").begin_object();
  json.key("confidence_percent").integer(graph.confidence_percent);
  json.key("complete").boolean(graph.complete);
  json.key("rule").string("MDA, Veitch et al., INFOCOM 2009");
  write_per_packet(json, graph.per_packet);
  json.key("interfaces").begin_array();
  for (const PathGraph::Interface& interface : graph.interfaces) {
    json.begin_object();
    json.key("ttl").integer(interface.ttl.value);
    json.key("address");
    interface.address ? json.string(interface.address->to_string()) : json.null();
    write_flows(json, interface.flows);
    json.end_object();
  }
  json.end_array();
  json.key("links").begin_array();
  for (const PathGraph::Link& link : graph.links) {
    json.begin_object();
    json.key("from").integer(static_cast<std::int64_t>(link.from));
    json.key("to").integer(static_cast<std::int64_t>(link.to));
    write_flows(json, link.flows);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_notes(JsonWriter& json, const std::vector<PathNote>& notes) {
  if (notes.empty()) return;
  json.key("notes").begin_array();
  for (const PathNote& note : notes) {
    json.begin_object();
    json.key("ttl").integer(note.ttl.value);
    json.key("kind").string(to_string(note.kind));
    json.key("text").string(note.text);
    json.end_object();
  }
  json.end_array();
}

void write_head(JsonWriter& json, const Measurement& measurement) {
  json.key("id").string(measurement.id.to_string());
  json.key("kind").string(to_string(measurement.kind));
  json.key("vantage").string(measurement.vantage);
  json.key("target").string(measurement.target);
  json.key("address").string(measurement.address.to_string());
  json.key("prober").string(measurement.prober);
  json.key("method").string(to_string(measurement.method));
  json.key("port");
  measurement.port ? json.integer(*measurement.port) : json.null();
  json.key("flow").integer(measurement.flow);
  json.key("started_at").string(format_rfc3339(measurement.started_at));
  json.key("finished_at").string(format_rfc3339(measurement.finished_at));
  json.key("status").string(to_string(measurement.status));
  json.key("stop_reason").string(to_string(measurement.stop_reason));
  json.key("probes_sent").integer(measurement.probes_sent);
  if (measurement.source) json.key("source").string(measurement.source->to_string());
  if (measurement.dscp != 0) json.key("dscp").integer(measurement.dscp);
  if (measurement.path_mtu) write_path_mtu(json, *measurement.path_mtu);
}

// Of a usual measurement: enough that the text need not be moved while it grows.
std::size_t bytes_expected(const Measurement& measurement) {
  constexpr std::size_t bytes_of_head = 1024;
  constexpr std::size_t bytes_of_hop = 256;
  return bytes_of_head + bytes_of_hop * measurement.hops.size();
}

}  // namespace

std::string to_json(const Measurement& measurement, const std::optional<AsPath>& as_path) {
  JsonWriter json(bytes_expected(measurement));
  json.begin_object();
  write_head(json, measurement);
  switch (measurement.kind) {
    case Kind::trace:
    case Kind::mtr:
      write_hops(json, measurement, as_path);
      break;
    case Kind::ping:
      write_ping(json, measurement);
      break;
  }
  if (measurement.graph) write_graph(json, *measurement.graph);
  write_notes(json, path_notes(measurement));
  if (as_path) write_as_path(json, *as_path);
  if (!measurement.raw_output.empty()) json.key("raw_output").string(measurement.raw_output);
  json.end_object();
  return json.take();
}

}  // namespace cw::formats
