#include "formats/measurement_json.hpp"

#include <algorithm>

#include "formats/hop_statistics.hpp"
#include "formats/json_writer.hpp"

namespace cw::formats {
namespace {

void write_mpls(JsonWriter& json, const std::vector<MplsLabel>& labels) {
  json.key("mpls").begin_array();
  for (const MplsLabel& label : labels) {
    json.begin_object();
    json.key("label").integer(label.label);
    json.key("tc").integer(label.traffic_class);
    json.key("bottom").boolean(label.bottom);
    json.key("ttl").integer(label.ttl);
    json.end_object();
  }
  json.end_array();
}

void write_replies(JsonWriter& json, const std::vector<Reply>& replies) {
  json.key("replies").begin_array();
  for (const Reply& reply : replies) {
    json.begin_object();
    json.key("from").string(reply.from.to_string());
    json.key("rtt_ms").milliseconds(reply.rtt);
    json.key("icmp_type").integer(reply.icmp_type);
    json.key("icmp_code").integer(reply.icmp_code);
    if (reply.reply_ttl) json.key("reply_ttl").integer(*reply.reply_ttl);
    if (reply.quoted_ttl) json.key("quoted_ttl").integer(*reply.quoted_ttl);
    if (reply.next_hop_mtu) json.key("next_hop_mtu").integer(*reply.next_hop_mtu);
    if (!reply.mpls.empty()) write_mpls(json, reply.mpls);
    json.key("attempt").integer(reply.attempt);
    if (reply.late) json.key("late").boolean(true);
    if (reply.duplicate) json.key("duplicate").boolean(true);
    json.end_object();
  }
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

void write_hops(JsonWriter& json, const Measurement& measurement, const std::optional<AsPath>& as_path) {
  json.key("hops").begin_array();
  for (const Hop& hop : measurement.hops) {
    json.begin_object();
    json.key("ttl").integer(hop.ttl.value);
    if (as_path) write_owner(json, hop.ttl, *as_path);
    if (measurement.kind == Kind::mtr) write_mtr_row(json, hop_statistics(hop));
    write_replies(json, hop.replies);
    json.end_object();
  }
  json.end_array();
}

// A ping has one hop; one that failed before its first probe has none.
void write_ping(JsonWriter& json, const Measurement& measurement) {
  const Hop hop = measurement.hops.empty() ? Hop{.sent = measurement.probes_sent} : measurement.hops.front();
  const HopStatistics statistics = hop_statistics(hop);
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
}

}  // namespace

std::string to_json(const Measurement& measurement, const std::optional<AsPath>& as_path) {
  JsonWriter json;
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
  if (as_path) write_as_path(json, *as_path);
  json.end_object();
  return json.take();
}

}  // namespace cw::formats
