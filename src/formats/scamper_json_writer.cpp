#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "formats/json_writer.hpp"
#include "formats/scamper_json.hpp"
#include "formats/scamper_json_words.hpp"

namespace cw::formats {
namespace {

constexpr int most_attempts = 255;  // scamper numbers the probes of a hop in one byte

void write_instant(JsonWriter& json, Instant instant) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
  json.key("sec").integer(seconds.time_since_epoch().count());
  json.key("usec").integer(std::chrono::floor<std::chrono::microseconds>(instant - seconds).count());
}

void write_start(JsonWriter& json, Instant instant) {
  json.key("start").begin_object();
  write_instant(json, instant);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(seconds - day);
  json.key("ftime").string(fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                       time.hours().count(), time.minutes().count(), time.seconds().count()));
  json.end_object();
}

std::int64_t tos_of(const Measurement& measurement) { return measurement.dscp << 2; }

void write_head(JsonWriter& json, const Measurement& measurement, std::string_view type, std::string_view method) {
  json.key("type").string(type);
  json.key("version").string(type == "ping" ? "0.4" : "0.1");
  json.key("userid").integer(0);
  json.key("method").string(method);
  if (measurement.source) json.key("src").string(measurement.source->to_string());
  json.key("dst").string(measurement.address.to_string());
  if (measurement.method == Method::icmp) return;
  json.key("sport").integer(0x8000 | measurement.flow);
  if (measurement.port) json.key("dport").integer(*measurement.port);
}

void write_own_words(JsonWriter& json, const Measurement& measurement) {
  json.key("cyberwatch").begin_object();
  json.key("id").string(measurement.id.to_string());
  json.key("kind").string(to_string(measurement.kind));
  json.key("vantage").string(measurement.vantage);
  json.key("target").string(measurement.target);
  json.key("prober").string(measurement.prober);
  json.key("flow").integer(measurement.flow);
  json.key("finished_at").string(format_rfc3339(measurement.finished_at));
  json.end_object();
}

void write_mpls_extension(JsonWriter& json, const std::vector<MplsLabel>& labels) {
  json.key("icmpext").begin_array().begin_object();
  json.key("ie_cn").integer(1);  // RFC 4950: class 1, type 1
  json.key("ie_ct").integer(1);
  json.key("ie_dl").integer(static_cast<std::int64_t>(labels.size()) * 4);
  json.key("mpls_labels").begin_array();
  for (const auto& label : labels) {
    json.begin_object();
    json.key("mpls_ttl").integer(label.ttl);
    json.key("mpls_s").integer(label.bottom ? 1 : 0);
    json.key("mpls_exp").integer(label.traffic_class);
    json.key("mpls_label").integer(label.label);
    json.end_object();
  }
  json.end_array().end_object().end_array();
}

void write_answer(JsonWriter& json, const Measurement& measurement, const Reply& reply, std::string_view mtu_key) {
  if (reply.tcp_flags) {
    json.key("tcp_flags").integer(*reply.tcp_flags);
  } else {
    json.key("icmp_type").integer(reply.icmp_type);
    json.key("icmp_code").integer(reply.icmp_code);
  }
  if (reply.quoted_ttl) json.key("icmp_q_ttl").integer(*reply.quoted_ttl);
  if (reply.quoted_ttl || reply.quoted_tos)
    json.key("icmp_q_tos").integer(reply.quoted_tos ? *reply.quoted_tos : tos_of(measurement));
  if (reply.next_hop_mtu) json.key(mtu_key).integer(*reply.next_hop_mtu);
  if (!reply.mpls.empty()) write_mpls_extension(json, reply.mpls);
  if (reply.late) json.key("late").boolean(true);
  if (reply.rewritten) json.key("rewritten").boolean(true);
}

// The shortest whole number of seconds that makes no reply late that was in time.
std::int64_t wait_seconds(const Measurement& measurement) {
  Duration slowest = std::chrono::seconds(1);
  for (const auto& hop : measurement.hops)
    for (const auto& reply : hop.replies)
      if (!reply.late) slowest = std::max(slowest, reply.rtt);
  return std::chrono::ceil<std::chrono::seconds>(slowest).count();
}

// ---- trace

void write_hops(JsonWriter& json, const Measurement& measurement) {
  json.key("hops").begin_array();
  for (const auto& hop : measurement.hops)
    for (const auto& reply : hop.replies) {
      if (reply.attempt > most_attempts) continue;
      json.begin_object();
      json.key("addr").string(reply.from.to_string());
      json.key("probe_ttl").integer(hop.ttl.value);
      json.key("probe_id").integer(reply.attempt);
      json.key("rtt").milliseconds(reply.rtt);
      if (reply.reply_ttl) json.key("reply_ttl").integer(*reply.reply_ttl);
      write_answer(json, measurement, reply, "icmp_nhmtu:");
      json.end_object();
    }
  json.end_array();
}

void write_unanswered(JsonWriter& json, const Measurement& measurement) {
  json.key("no_hops").begin_array();
  for (const auto& hop : measurement.hops)
    for (int attempt = 1; attempt <= std::min(hop.sent, most_attempts); ++attempt) {
      if (std::ranges::find(hop.replies, attempt, &Reply::attempt) != hop.replies.end()) continue;
      json.begin_object();
      json.key("probe_ttl").integer(hop.ttl.value);
      json.key("probe_id").integer(attempt);
      json.end_object();
    }
  json.end_array();
}

void write_path_mtu(JsonWriter& json, const PathMtu& path) {
  json.key("pmtud").begin_object();
  json.key("path_mtu").integer(path.mtu);
  json.key("notec").integer(static_cast<std::int64_t>(path.limits.size()));
  json.key("notes").begin_array();
  for (const auto& limit : path.limits) {
    json.begin_object();
    json.key("nhmtu").integer(limit.mtu);
    json.key("dist").integer(limit.ttl.value);
    json.key("type").string(limit.from ? "ptb" : "silence");
    if (limit.from) json.key("addr").string(limit.from->to_string());
    json.end_object();
  }
  json.end_array().end_object();
}

std::int64_t last_stop_code(const Measurement& measurement) {
  if (measurement.status != Status::unreachable) return 0;
  std::int64_t code = 0;
  for (const auto& hop : measurement.hops)
    for (const auto& reply : hop.replies)
      if (unreachable_reason(reply)) code = reply.icmp_code;
  return code;
}

std::string write_trace(const Measurement& measurement) {
  JsonWriter json;
  json.begin_object();
  write_head(json, measurement, "trace", scamper_trace_method(measurement.method));
  json.key("stop_reason").string(scamper_stop_reason(measurement));
  json.key("stop_data").integer(last_stop_code(measurement));
  write_start(json, measurement.started_at);
  const auto& hops = measurement.hops;
  int attempts = 1;
  for (const auto& hop : hops) attempts = std::max(attempts, hop.sent);
  json.key("hop_count").integer(hops.empty() ? 0 : hops.back().ttl.value);
  json.key("attempts").integer(std::min(attempts, most_attempts));
  json.key("hoplimit").integer(0);
  json.key("firsthop").integer(hops.empty() ? 1 : hops.front().ttl.value);
  json.key("wait").integer(wait_seconds(measurement));
  json.key("wait_probe").integer(0);
  json.key("tos").integer(tos_of(measurement));
  json.key("probe_count").integer(std::min(measurement.probes_sent, 65'535));
  write_hops(json, measurement);
  write_unanswered(json, measurement);
  if (measurement.path_mtu) write_path_mtu(json, *measurement.path_mtu);
  write_own_words(json, measurement);
  json.end_object();
  return json.take();
}

// ---- ping

void write_responses(JsonWriter& json, const Measurement& measurement, const std::vector<Reply>& replies) {
  json.key("responses").begin_array();
  for (const auto& reply : replies) {
    json.begin_object();
    json.key("from").string(reply.from.to_string());
    json.key("seq").integer(reply.attempt - 1);
    if (reply.reply_ttl) json.key("reply_ttl").integer(*reply.reply_ttl);
    json.key("reply_proto").string(reply.tcp_flags ? "tcp" : "icmp");
    json.key("rtt").milliseconds(reply.rtt);
    write_answer(json, measurement, reply, "icmp_nhmtu");
    json.end_object();
  }
  json.end_array();
}

std::string write_ping(const Measurement& measurement) {
  static const Hop nothing;
  const Hop& hop = measurement.hops.empty() ? nothing : measurement.hops.front();
  JsonWriter json;
  json.begin_object();
  write_head(json, measurement, "ping", scamper_ping_method(measurement.method));
  write_start(json, measurement.started_at);
  json.key("stop_reason").string(measurement.status == Status::failed ? "ERROR" : "COMPLETED");
  json.key("stop_data").integer(0);
  json.key("ping_sent").integer(std::min(measurement.probes_sent, 65'535));
  json.key("ttl").integer(hop.ttl.value);
  json.key("tos").integer(tos_of(measurement));
  json.key("timeout").integer(wait_seconds(measurement));
  write_responses(json, measurement, hop.replies);
  const auto counted = std::ranges::count_if(hop.replies, [](const Reply& reply) { return !reply.duplicate; });
  json.key("statistics").begin_object().key("replies").integer(counted).end_object();
  write_own_words(json, measurement);
  json.end_object();
  return json.take();
}

// ---- tracelb

const Reply* reply_of_own_flow(const Measurement& measurement, const PathGraph::Interface& interface) {
  for (const auto& hop : measurement.hops)
    for (const auto& reply : hop.replies)
      if (hop.ttl == interface.ttl && reply.from == interface.address) return &reply;
  return nullptr;
}

std::uint16_t lowest_flow(const PathGraph& graph) {
  std::uint16_t lowest = 0xffff;
  for (const auto& link : graph.links)
    if (!link.flows.empty()) lowest = std::min(lowest, link.flows.front());
  return lowest;
}

void write_link(JsonWriter& json, const Measurement& measurement, const PathGraph::Link& link) {
  const auto& to = measurement.graph->interfaces[link.to];
  const auto own = lowest_flow(*measurement.graph);
  json.begin_object();
  json.key("addr").string(to.address->to_string());
  json.key("probes").begin_array();
  for (const auto flow : link.flows) {
    const auto* reply = flow == own ? reply_of_own_flow(measurement, to) : nullptr;
    json.begin_object();
    json.key("replyc").integer(1);
    json.key("ttl").integer(to.ttl.value);
    json.key("attempt").integer(reply == nullptr ? 0 : reply->attempt - 1);
    json.key("flowid").integer(flow);
    if (reply != nullptr) {
      json.key("replies").begin_array().begin_object();
      if (reply->reply_ttl) json.key("ttl").integer(*reply->reply_ttl);
      json.key("rtt").milliseconds(reply->rtt);
      write_answer(json, measurement, *reply, "icmp_nhmtu");
      json.end_object().end_array();
    }
    json.end_object();
  }
  json.end_array().end_object();
}

void write_nodes(JsonWriter& json, const Measurement& measurement) {
  const auto& graph = *measurement.graph;
  json.key("nodes").begin_array();
  for (std::size_t place = 0; place < graph.interfaces.size(); ++place) {
    const auto is_ours = [&](const PathGraph::Link& link) {
      return link.from == place && graph.interfaces[place].address && graph.interfaces[link.to].address;
    };
    const auto count = std::ranges::count_if(graph.links, is_ours);
    if (count == 0) continue;
    json.begin_object();
    json.key("addr").string(graph.interfaces[place].address->to_string());
    json.key("linkc").integer(count);
    json.key("links").begin_array().begin_array();
    for (const auto& link : graph.links)
      if (is_ours(link)) write_link(json, measurement, link);
    json.end_array().end_array();
    json.end_object();
  }
  json.end_array();
}

std::string write_tracelb(const Measurement& measurement) {
  const auto& graph = *measurement.graph;
  JsonWriter json;
  json.begin_object();
  write_head(json, measurement, "tracelb", scamper_tracelb_method(measurement.method));
  write_start(json, measurement.started_at);
  json.key("firsthop").integer(measurement.hops.empty() ? 1 : measurement.hops.front().ttl.value);
  json.key("confidence").integer(graph.confidence_percent);
  json.key("tos").integer(tos_of(measurement));
  json.key("probec").integer(measurement.probes_sent);
  // A search that was broken off is one whose probes ran out.
  json.key("probec_max").integer(measurement.probes_sent + (graph.complete ? 1 : 0));
  json.key("nodec").integer(static_cast<std::int64_t>(graph.interfaces.size()));
  json.key("linkc").integer(static_cast<std::int64_t>(graph.links.size()));
  write_nodes(json, measurement);
  write_own_words(json, measurement);
  json.end_object();
  return json.take();
}

}  // namespace

std::string to_scamper_json(const Measurement& measurement) {
  if (measurement.kind == Kind::ping) return write_ping(measurement);
  return measurement.graph ? write_tracelb(measurement) : write_trace(measurement);
}

}  // namespace cw::formats
