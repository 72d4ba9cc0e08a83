#include "api/run_events.hpp"

#include <optional>

#include "api/json_members.hpp"
#include "formats/hop_statistics.hpp"
#include "formats/reply_json.hpp"

namespace cw::api {
namespace {

using formats::JsonWriter;

std::int64_t whole_milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

// What only some replies say; a TCP segment has flags where an ICMP message has type and code.
void write_rarities(JsonWriter& json, const Reply& reply) {
  if (reply.tcp_flags) json.key("tcp_flags").integer(*reply.tcp_flags);
  if (reply.quoted_tos) json.key("quoted_tos").integer(*reply.quoted_tos);
  if (reply.next_hop_mtu) json.key("next_hop_mtu").integer(*reply.next_hop_mtu);
  if (reply.rewritten) json.key("rewritten").boolean(true);
}

void write_row(JsonWriter& json, Ttl ttl, const formats::HopStatistics& row) {
  const auto time = [&](std::string_view name, Duration formats::RttStatistics::* member) {
    write_milliseconds_or_null(json.key(name), row.rtt ? std::optional(*row.rtt.*member) : std::nullopt);
  };
  json.begin_object();
  json.key("ttl").integer(ttl.value);
  json.key("sent").integer(row.sent);
  json.key("recv").integer(row.received);
  json.key("loss").fraction(row.loss);
  time("last", &formats::RttStatistics::last);
  time("min", &formats::RttStatistics::best);
  time("avg", &formats::RttStatistics::average);
  time("max", &formats::RttStatistics::worst);
  time("stdev", &formats::RttStatistics::deviation);
  time("jitter", &formats::RttStatistics::jitter);
  json.end_object();
}

}  // namespace

void write_parameters(JsonWriter& json, const MeasurementRequest& request) {
  json.key("parameters").begin_object();
  json.key("method").string(to_string(request.method));
  write_or_null(json.key("port"), request.port);
  json.key("flow").integer(request.flow);
  json.key("first_ttl").integer(request.first_ttl.value);
  json.key("max_ttl").integer(request.max_ttl.value);
  json.key("attempts").integer(request.attempts);
  json.key("gap_limit").integer(request.gap_limit);
  json.key("count").integer(request.count);
  json.key("interval_ms").integer(whole_milliseconds(request.interval));
  json.key("timeout_ms").integer(whole_milliseconds(request.timeout));
  json.key("prober").string(request.prober);
  json.key("multipath").boolean(request.multipath == Multipath::on);
  json.key("confidence_percent").integer(request.confidence_percent);
  json.key("mtu_search").boolean(request.mtu_search == MtuSearch::on);
  json.key("dscp").integer(request.dscp);
  json.key("raw_output").boolean(request.raw_output == RawOutput::keep);
  json.end_object();
}

std::string run_started(const MeasurementRequest& request, std::string_view vantage, Instant started_at) {
  JsonWriter json;
  json.begin_object();
  json.key("id").string(request.id.to_string());
  json.key("target").string(request.target);
  json.key("resolved").string(request.address.to_string());
  json.key("source").string(vantage);
  json.key("kind").string(to_string(request.kind));
  write_parameters(json, request);
  json.key("started_at").string(format_rfc3339(started_at));
  return json.end_object().take();
}

std::string hop_reply(const MeasurementRequest& request, const probe::ReplyEvent& event) {
  const auto& reply = event.reply;
  JsonWriter json;
  json.begin_object();
  json.key("ttl").integer(event.ttl.value);
  json.key("probe").integer(reply.attempt);
  json.key("flow").integer(request.flow);
  json.key("from").string(reply.from.to_string());
  json.key("rtt_ms").milliseconds(reply.rtt);
  write_or_null(json.key("reply_ttl"), reply.reply_ttl);
  write_or_null(json.key("quoted_ttl"), reply.quoted_ttl);
  json.key("icmp").begin_object();
  json.key("type");
  reply.tcp_flags ? json.null() : json.integer(reply.icmp_type);
  json.key("code");
  reply.tcp_flags ? json.null() : json.integer(reply.icmp_code);
  json.end_object();
  formats::write_mpls(json.key("mpls"), reply.mpls);
  json.key("late").boolean(reply.late);
  json.key("duplicate").boolean(reply.duplicate);
  write_rarities(json, reply);
  return json.end_object().take();
}

std::string hop_timeout(const MeasurementRequest& request, const probe::SilenceEvent& event) {
  JsonWriter json;
  json.begin_object();
  json.key("ttl").integer(event.ttl.value);
  json.key("probe").integer(event.attempt);
  json.key("flow").integer(request.flow);
  return json.end_object().take();
}

std::string hop_enriched(const HopOwner& owner, const AddressFacts& facts) {
  JsonWriter json;
  json.begin_object();
  json.key("ttl").integer(owner.ttl.value);
  json.key("from").string(facts.address.to_string());
  json.key("name").null();  // host names come with a resolver of addresses
  write_or_null(json.key("asn"), facts.asn);
  json.key("as_name").string_or_null(facts.as_name.empty() ? facts.org_name : facts.as_name);
  json.key("prefix").string_or_null(facts.prefix ? facts.prefix->to_string() : "");
  json.key("ixp").string_or_null(facts.ixp);
  json.key("special").string_or_null(facts.special);
  json.key("rule").string(to_string(owner.rule));
  json.key("confidence").fraction(owner.confidence);
  write_or_null(json.key("as_of"), facts.as_of);
  return json.end_object().take();
}

std::string round_completed(int round, const std::map<Ttl, Hop>& hops) {
  JsonWriter json;
  json.begin_object();
  json.key("round").integer(round);
  json.key("stats").begin_array();
  for (const auto& [ttl, hop] : hops) write_row(json, ttl, formats::hop_statistics(hop));
  json.end_array();
  return json.end_object().take();
}

std::string run_completed(const Measurement& measurement, const PathNews& news) {
  JsonWriter json;
  json.begin_object();
  json.key("status").string(to_string(measurement.status));
  json.key("stop_reason").string(to_string(measurement.stop_reason));
  json.key("path_hash").string_or_null(news.path_hash);
  json.key("known_path").boolean(news.known_path);
  json.key("differs_from_last").boolean(news.differs_from_last);
  json.key("measurement_id").string(measurement.id.to_string());
  return json.end_object().take();
}

std::string run_failed(ProblemType type, std::string_view detail) {
  JsonWriter json;
  json.begin_object().key("problem").begin_object();
  write_problem(json, type, detail);
  return json.end_object().end_object().take();
}

}  // namespace cw::api
