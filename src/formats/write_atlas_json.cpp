#include <algorithm>
#include <tuple>

#include "formats/atlas_error.hpp"
#include "formats/atlas_json.hpp"
#include "formats/hop_statistics.hpp"
#include "formats/json_writer.hpp"

namespace cw::formats {
namespace {

constexpr int firmware = 5000;  // of the data structure
constexpr std::string_view why_failed = "the probe could not send";

std::int64_t unix_seconds(Instant instant) {
  return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
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

void write_head(JsonWriter& json, const Measurement& measurement, const ExportContext& context) {
  json.key("fw").integer(firmware);
  if (!context.version.empty()) json.key("mver").string(context.version);
  json.key("lts").integer(-1);
  json.key("msm_id").integer(context.atlas_measurement);
  json.key("prb_id").integer(context.atlas_probe);
  json.key("msm_name").string(measurement.kind == Kind::ping ? "Ping" : "Traceroute");
  json.key("type").string(measurement.kind == Kind::ping ? "ping" : "traceroute");
  json.key("from").string(context.public_address ? context.public_address->to_string() : "");
  json.key("src_addr").string(measurement.source ? measurement.source->to_string() : "");
  json.key("dst_addr").string(measurement.address.to_string());
  json.key("dst_name").string(measurement.target);
  json.key("af").integer(static_cast<int>(measurement.address.family()));
  json.key("proto").string(protocol_name(measurement.method));
  json.key("timestamp").integer(unix_seconds(measurement.started_at));
  json.key("cyberwatch").begin_object();
  json.key("id").string(measurement.id.to_string());
  json.key("vantage").string(measurement.vantage);
  json.key("prober").string(measurement.prober);
  json.end_object();
}

void write_mpls(JsonWriter& json, const std::vector<MplsLabel>& labels) {
  json.key("icmpext").begin_object();
  json.key("version").integer(2);
  json.key("rfc4884").integer(1);
  json.key("obj").begin_array().begin_object();
  json.key("class").integer(1);
  json.key("type").integer(1);
  json.key("mpls").begin_array();
  for (const MplsLabel& label : labels) {
    json.begin_object();
    json.key("label").integer(label.label);
    json.key("exp").integer(label.traffic_class);
    json.key("s").integer(label.bottom ? 1 : 0);
    json.key("ttl").integer(label.ttl);
    json.end_object();
  }
  json.end_array().end_object().end_array().end_object();
}

void write_error(JsonWriter& json, const Measurement& measurement, const Reply& reply) {
  const Family family = reply.from.family();
  const IcmpTypeAndCode icmp{.type = reply.icmp_type, .code = reply.icmp_code};
  if (icmp == port_unreachable(family) && reply.from == measurement.address) return;
  if (const auto letter = atlas_error_letter(family, icmp))
    json.key("err").string({&*letter, 1});
  else if (icmp.type == unreachable(family, 0).type)
    json.key("err").integer(icmp.code);
}

void write_reply(JsonWriter& json, const Measurement& measurement, const Reply& reply) {
  json.begin_object();
  json.key("from").string(reply.from.to_string());
  if (reply.late)
    json.key("late").integer(1);
  else
    json.key("rtt").milliseconds(reply.rtt);
  if (reply.reply_ttl) json.key("ttl").integer(*reply.reply_ttl);
  if (reply.quoted_ttl && *reply.quoted_ttl != 1) json.key("ittl").integer(*reply.quoted_ttl);
  if (reply.quoted_tos) json.key("itos").integer(*reply.quoted_tos);
  if (reply.next_hop_mtu) json.key("mtu").integer(*reply.next_hop_mtu);
  if (reply.tcp_flags)
    json.key("flags").string(atlas_tcp_flags(*reply.tcp_flags));
  else
    write_error(json, measurement, reply);
  if (!reply.mpls.empty()) write_mpls(json, reply.mpls);
  if (reply.duplicate) json.key("dup").boolean(true);
  json.end_object();
}

// What was sent is not always known; each attempt that was answered must have been.
int probes_of(const Hop& hop) {
  int probes = hop.sent;
  for (const Reply& reply : hop.replies) probes = std::max(probes, reply.attempt);
  return probes;
}

// The replies by attempt, each attempt's answer in time first, then as they arrived.
std::vector<const Reply*> in_order(const Hop& hop) {
  std::vector<const Reply*> replies;
  for (const Reply& reply : hop.replies) replies.push_back(&reply);
  std::ranges::sort(replies, {}, [](const Reply* reply) {
    return std::tuple(reply->attempt, reply->late || reply->duplicate, reply);
  });
  return replies;
}

// Calls `answered` with each reply and `silent` for each probe without one in time.
template <class Answered, class Silent>
void each_probe(const Hop& hop, Answered answered, Silent silent) {
  const auto replies = in_order(hop);
  auto next = replies.begin();
  for (int attempt = 1; attempt <= probes_of(hop); ++attempt) {
    const bool in_time = next != replies.end() && (*next)->attempt == attempt && !(*next)->late && !(*next)->duplicate;
    if (!in_time) silent();
    for (; next != replies.end() && (*next)->attempt <= attempt; ++next) answered(**next);
  }
}

void write_traceroute(JsonWriter& json, const Measurement& measurement, const ExportContext& context) {
  json.key("endtime").integer(unix_seconds(measurement.finished_at));
  json.key("size").integer(context.packet_bytes);
  json.key("paris_id").integer(measurement.flow);
  json.key("result").begin_array();
  for (const Hop& hop : measurement.hops) {
    if (probes_of(hop) == 0) continue;
    json.begin_object();
    json.key("hop").integer(hop.ttl.value);
    json.key("result").begin_array();
    each_probe(
        hop, [&](const Reply& reply) { write_reply(json, measurement, reply); },
        [&] { json.begin_object().key("x").string("*").end_object(); });
    json.end_array().end_object();
  }
  if (measurement.status == Status::failed) json.begin_object().key("error").string(why_failed).end_object();
  json.end_array();
}

void write_time(JsonWriter& json, std::string_view name, const std::optional<RttStatistics>& rtt,
                Duration RttStatistics::* time) {
  json.key(name);
  rtt ? json.milliseconds(*rtt.*time) : json.integer(-1);
}

// A late reply of a ping has no form in Atlas: it is a probe without an answer.
void write_ping(JsonWriter& json, const Measurement& measurement, const ExportContext& context) {
  const Hop hop = measurement.hops.empty() ? Hop{} : measurement.hops.front();
  const HopStatistics statistics = hop_statistics(hop);
  write_time(json, "avg", statistics.rtt, &RttStatistics::average);
  write_time(json, "min", statistics.rtt, &RttStatistics::best);
  write_time(json, "max", statistics.rtt, &RttStatistics::worst);
  json.key("sent").integer(probes_of(hop));
  json.key("rcvd").integer(statistics.received);
  json.key("dup").integer(std::ranges::count(hop.replies, true, &Reply::duplicate));
  json.key("size").integer(context.packet_bytes);
  if (const Reply* first = hop.answer(); first != nullptr && first->reply_ttl)
    json.key("ttl").integer(*first->reply_ttl);
  json.key("result").begin_array();
  each_probe(
      hop,
      [&](const Reply& reply) {
        if (reply.late) return;
        json.begin_object();
        json.key("rtt").milliseconds(reply.rtt);
        if (reply.reply_ttl) json.key("ttl").integer(*reply.reply_ttl);
        if (reply.duplicate) json.key("dup").integer(1);
        if (reply.from != measurement.address) json.key("src_addr").string(reply.from.to_string());
        json.end_object();
      },
      [&] { json.begin_object().key("x").string("*").end_object(); });
  if (measurement.status == Status::failed) json.begin_object().key("error").string(why_failed).end_object();
  json.end_array();
}

}  // namespace

Result<std::string> to_atlas_json(const Measurement& measurement, const ExportContext& context) {
  if (measurement.kind == Kind::mtr)
    return fail(ErrorKind::unsupported, "RIPE Atlas has no mtr: export it as json, scamper, mtr or globalping");
  JsonWriter json;
  json.begin_object();
  write_head(json, measurement, context);
  if (measurement.kind == Kind::ping)
    write_ping(json, measurement, context);
  else
    write_traceroute(json, measurement, context);
  return json.end_object().take();
}

}  // namespace cw::formats
