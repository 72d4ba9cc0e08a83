#include "formats/globalping_json.hpp"

#include <algorithm>
#include <cstdlib>

#include "formats/globalping_text.hpp"
#include "formats/hop_statistics.hpp"
#include "formats/json_writer.hpp"

namespace cw::formats {
namespace {

bool counts(const Reply& reply) { return !reply.late && !reply.duplicate; }

std::string_view type_name(Kind kind) {
  switch (kind) {
    case Kind::trace:
      return "traceroute";
    case Kind::ping:
      return "ping";
    case Kind::mtr:
      return "mtr";
  }
  return "traceroute";
}

std::string_view protocol_name(Method method) {
  switch (method) {
    case Method::icmp:
      return "ICMP";
    case Method::udp:
      return "UDP";
    case Method::tcp:
    case Method::tcp_ack:
      return "TCP";
  }
  return "ICMP";
}

// "2026-11-22T10:00:00.412Z": milliseconds, as JavaScript writes them.
std::string javascript_time(Instant instant) {
  std::string text = format_rfc3339(std::chrono::floor<std::chrono::milliseconds>(instant));
  return text.erase(text.size() - 4, 3);
}

void write_number(JsonWriter& json, std::string_view name, const std::optional<double>& number) {
  json.key(name);
  number ? json.fraction(*number) : json.null();
}

void write_probe(JsonWriter& json, const ExportContext& context) {
  json.key("probe").begin_object();
  json.key("continent").string_or_null(context.continent);
  json.key("region").string_or_null(context.region);
  json.key("country").string_or_null(context.country);
  json.key("state").string_or_null(context.state);
  json.key("city").string_or_null(context.city);
  json.key("asn");
  context.asn ? json.integer(context.asn->value) : json.null();
  json.key("network").string_or_null(context.network);
  write_number(json, "latitude", context.latitude);
  write_number(json, "longitude", context.longitude);
  json.key("tags").begin_array().end_array();
  json.key("resolvers").begin_array().end_array();
  json.end_object();
}

int most_sent(const Measurement& measurement) {
  int most = 0;
  for (const Hop& hop : measurement.hops) most = std::max(most, hop.sent);
  return most;
}

void write_options(JsonWriter& json, const Measurement& measurement) {
  json.key("measurementOptions").begin_object();
  json.key("protocol").string(protocol_name(measurement.method));
  if (measurement.port) json.key("port").integer(*measurement.port);
  if (measurement.kind != Kind::trace) json.key("packets").integer(most_sent(measurement));
  json.key("ipVersion").integer(static_cast<int>(measurement.address.family()));
  json.end_object();
}

enum class TimingTtl : std::uint8_t { leave_out, say };

void write_timings(JsonWriter& json, const Hop& hop, TimingTtl ttl) {
  json.key("timings").begin_array();
  for (const Reply& reply : hop.replies) {
    if (!counts(reply)) continue;
    json.begin_object();
    json.key("rtt").milliseconds(reply.rtt);
    if (ttl == TimingTtl::say && reply.reply_ttl) json.key("ttl").integer(*reply.reply_ttl);
    json.end_object();
  }
  json.end_array();
}

void write_counts(JsonWriter& json, const HopStatistics& statistics) {
  json.key("total").integer(statistics.sent);
  json.key("rcv").integer(statistics.received);
  json.key("drop").integer(std::max(0, statistics.sent - statistics.received));
  json.key("loss").fraction(statistics.loss * 100);
}

void write_ping(JsonWriter& json, const Measurement& measurement) {
  const Hop hop = measurement.hops.empty() ? Hop{.sent = measurement.probes_sent} : measurement.hops.front();
  const HopStatistics statistics = hop_statistics(hop);
  const auto time = [&](std::string_view name, Duration RttStatistics::* member) {
    json.key(name);
    statistics.rtt ? json.milliseconds(*statistics.rtt.*member) : json.null();
  };
  json.key("stats").begin_object();
  time("min", &RttStatistics::best);
  time("avg", &RttStatistics::average);
  time("max", &RttStatistics::worst);
  write_counts(json, statistics);
  json.end_object();
  write_timings(json, hop, measurement.method == Method::icmp ? TimingTtl::say : TimingTtl::leave_out);
}

struct JitterRange {
  Duration least{};
  Duration mean{};
  Duration most{};
};

// Of one attempt's answer against the one before.
JitterRange jitter_range(const Hop& hop) {
  std::vector<const Reply*> replies;
  for (const Reply& reply : hop.replies)
    if (counts(reply)) replies.push_back(&reply);
  std::ranges::sort(replies, {}, &Reply::attempt);
  if (replies.size() < 2) return {};
  JitterRange range{.least = Duration::max()};
  Duration sum{};
  for (std::size_t i = 1; i < replies.size(); ++i) {
    const Duration jitter = std::chrono::abs(replies[i]->rtt - replies[i - 1]->rtt);
    range.least = std::min(range.least, jitter);
    range.most = std::max(range.most, jitter);
    sum += jitter;
  }
  range.mean = sum / static_cast<std::int64_t>(replies.size() - 1);
  return range;
}

// A silent hop has 0 for its times, as in the probe's own mtr.
void write_mtr_stats(JsonWriter& json, const Hop& hop) {
  const HopStatistics statistics = hop_statistics(hop);
  const RttStatistics rtt = statistics.rtt.value_or(RttStatistics{});
  const JitterRange jitter = jitter_range(hop);
  json.key("stats").begin_object();
  json.key("min").milliseconds(rtt.best);
  json.key("avg").milliseconds(rtt.average);
  json.key("max").milliseconds(rtt.worst);
  json.key("stDev").milliseconds(rtt.deviation);
  json.key("jMin").milliseconds(jitter.least);
  json.key("jAvg").milliseconds(jitter.mean);
  json.key("jMax").milliseconds(jitter.most);
  write_counts(json, statistics);
  json.end_object();
}

void write_asns(JsonWriter& json, Ttl ttl, const std::optional<AsPath>& as_path) {
  json.key("asn").begin_array();
  if (as_path) {
    const auto owner = std::ranges::find(as_path->hops, ttl, &HopOwner::ttl);
    if (owner != as_path->hops.end() && owner->asn) json.integer(owner->asn->value);
  }
  json.end_array();
}

void write_hops(JsonWriter& json, const Measurement& measurement, const std::optional<AsPath>& as_path) {
  json.key("hops").begin_array();
  for (const Hop& hop : measurement.hops) {
    const Reply* answer = hop.answer();
    const std::string from = answer != nullptr ? answer->from.to_string()
                             : hop.inferred    ? hop.inferred->from.to_string()
                                               : std::string();
    json.begin_object();
    json.key("resolvedAddress").string_or_null(from);
    json.key("resolvedHostname").string_or_null(from);  // names of addresses are not looked up
    if (measurement.kind == Kind::mtr) {
      write_asns(json, hop.ttl, as_path);
      write_mtr_stats(json, hop);
    }
    write_timings(json, hop, TimingTtl::leave_out);
    json.end_object();
  }
  json.end_array();
}

void write_result(JsonWriter& json, const Measurement& measurement, const std::optional<AsPath>& as_path) {
  const bool failed = measurement.status == Status::failed;
  json.key("result").begin_object();
  json.key("status").string(failed ? "failed" : "finished");
  if (failed) json.key("failureSource").string("internal");
  json.key("rawOutput").string(globalping_text(measurement));
  if (!failed) {
    json.key("resolvedAddress").string(measurement.address.to_string());
    json.key("resolvedHostname").string(measurement.target);
    if (measurement.kind == Kind::ping)
      write_ping(json, measurement);
    else
      write_hops(json, measurement, as_path);
  }
  json.end_object();
}

}  // namespace

std::string to_globalping_json(const Measurement& measurement, const std::optional<AsPath>& as_path,
                               const ExportContext& context) {
  JsonWriter json;
  json.begin_object();
  json.key("id").string(measurement.id.to_string());
  json.key("type").string(type_name(measurement.kind));
  json.key("target").string(measurement.target);
  json.key("status").string("finished");
  json.key("createdAt").string(javascript_time(measurement.started_at));
  json.key("updatedAt").string(javascript_time(measurement.finished_at));
  json.key("probesCount").integer(1);
  write_options(json, measurement);
  json.key("results").begin_array().begin_object();
  write_probe(json, context);
  write_result(json, measurement, as_path);
  json.end_object().end_array();
  return json.end_object().take();
}

}  // namespace cw::formats
