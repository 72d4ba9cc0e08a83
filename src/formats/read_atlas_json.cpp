#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "formats/atlas_error.hpp"
#include "formats/atlas_json.hpp"
#include "formats/derived_id.hpp"
#include "formats/json_reading.hpp"

namespace cw::formats {
namespace {

constexpr int first_structured_firmware = 4460;
constexpr std::uint8_t last_ditch = 255;  // the probe's one try behind its gap limit
constexpr Ttl ping_ttl{64};               // the probe's own; a result does not say it
constexpr std::int64_t latest_second = 9'000'000'000;

Method method_of(JsonMembers& json) {
  const std::string name = json.optional_text("proto").value_or("ICMP");
  if (name == "ICMP" || name == "I") return Method::icmp;
  if (name == "UDP" || name == "U") return Method::udp;
  if (name == "TCP" || name == "T") return Method::tcp;
  json.report("proto", "must be ICMP, UDP or TCP");
  return Method::icmp;
}

// Old firmware says addr and name.
IpAddress destination_of(JsonMembers& json) {
  if (const auto address = json.optional_address("dst_addr")) return *address;
  if (const auto address = json.optional_address("addr")) return *address;
  json.report("dst_addr", "is missing: the probe could not resolve the name of its target");
  return {};
}

// "" is how Atlas writes an address that it does not know.
std::optional<IpAddress> source_of(JsonMembers& json) {
  const auto text = json.optional_text("src_addr");
  return text && !text->empty() ? json.optional_address("src_addr") : std::nullopt;
}

Instant second_of(JsonMembers& json, std::string_view name) {
  return Instant(std::chrono::seconds(json.integer<std::int64_t>(name, 0, latest_second)));
}

void read_own_words(const boost::json::value& value, JsonMembers& json, Measurement& measurement) {
  const auto probe = json.optional_integer<std::int64_t>("prb_id", 0).value_or(0);
  measurement.vantage = fmt::format("atlas-{}", probe);
  measurement.prober = "ripe-atlas";
  if (auto own = json.object("cyberwatch")) {
    measurement.id = own->named("id", &Uuid::parse);
    measurement.vantage = own->text("vantage");
    measurement.prober = own->text("prober");
  } else {
    measurement.id = derived_id(boost::json::serialize(value), measurement.started_at);
  }
}

// ---- traceroute ----

IcmpTypeAndCode icmp_of(JsonMembers& json, const Measurement& measurement, const IpAddress& from) {
  const Family family = from.family();
  const auto* error = json.find("err");
  if (error != nullptr && error->is_string()) {
    if (const auto known = atlas_error_of_letter(family, error->get_string())) return *known;
    json.report("err", "must be one of N, H, A, P, p, or a number");
  } else if (error != nullptr) {
    return unreachable(family, json.integer<std::uint8_t>("err"));
  }
  if (json.has("mtu")) return packet_too_big(family);
  if (from != measurement.address) return time_exceeded(family);
  return measurement.method == Method::udp ? port_unreachable(family) : echo_reply(family);
}

void read_mpls(JsonMembers& json, Reply& reply) {
  auto extension = json.object("icmpext");
  if (!extension) return;
  extension->each("obj", [&](JsonMembers& object) {
    object.each("mpls", [&](JsonMembers& label) {
      reply.mpls.push_back({.label = label.integer<std::uint32_t>("label", 0, 0xfffff),
                            .traffic_class = label.integer<std::uint8_t>("exp", 0, 7),
                            .bottom = label.integer<std::uint8_t>("s", 0, 1) == 1,
                            .ttl = label.integer<std::uint8_t>("ttl")});
    });
  });
}

// `dup` and `late` are a number or true, by firmware.
int count_or_true(JsonMembers& json, std::string_view name) {
  const auto* value = json.find(name);
  if (value == nullptr) return 0;
  return value->is_bool() ? (value->get_bool() ? 1 : 0) : json.integer<int>(name, 0);
}

// `attempts` is how many probes of the hop came before in the list. A late reply belongs to the probe `late` before the
// one that was waited for.
Reply read_reply(JsonMembers& json, const Measurement& measurement, int attempts) {
  Reply reply{.from = json.address("from"),
              .rtt = json.optional_milliseconds("rtt").value_or(Duration{}),
              .reply_ttl = json.optional_integer<std::uint8_t>("ttl"),
              .quoted_tos = json.optional_integer<std::uint8_t>("itos"),
              .next_hop_mtu = json.optional_integer<std::uint16_t>("mtu")};
  const int late = count_or_true(json, "late");
  reply.late = late > 0;
  reply.duplicate = count_or_true(json, "dup") > 0;
  reply.attempt = reply.late        ? std::max(1, attempts + 1 - late)
                  : reply.duplicate ? std::max(1, attempts)
                                    : attempts + 1;
  if (const auto flags = json.optional_text("flags")) {
    reply.tcp_flags = parse_atlas_tcp_flags(*flags);
  } else if (measurement.method == Method::tcp && reply.from == measurement.address && !json.has("err")) {
    reply.tcp_flags = 0;  // a segment, its flags not said
  } else {
    const auto icmp = icmp_of(json, measurement, reply.from);
    reply.icmp_type = icmp.type;
    reply.icmp_code = icmp.code;
    // A quoted TTL of 1 is not written; only an error quotes.
    const auto quoted = json.optional_integer<std::uint8_t>("ittl");
    if (quoted)
      reply.quoted_ttl = quoted;
    else if (icmp != echo_reply(reply.from.family()))
      reply.quoted_ttl = std::uint8_t{1};
  }
  const auto quoted_destination = json.optional_address("edst");
  reply.rewritten = quoted_destination && *quoted_destination != measurement.address;
  read_mpls(json, reply);
  return reply;
}

struct AtlasHops {
  std::vector<Hop> hops;
  bool failed = false;   // the probe could not send: what came last is an error
  bool gave_up = false;  // behind its gap limit, and nobody answered its last try
  int probes_sent = 0;
};

void read_probe(JsonMembers& json, const Measurement& measurement, Hop& hop) {
  if (json.has("error")) return;  // not sent
  if (json.has("x")) {
    ++hop.sent;
  } else if (json.has("from")) {
    const Reply reply = read_reply(json, measurement, hop.sent);
    if (!reply.late && !reply.duplicate) ++hop.sent;
    // A reply in time without an RTT is not possible.
    if (!reply.late && !json.has("rtt")) json.report("rtt", "is missing");
    hop.replies.push_back(reply);
  } else {
    json.report("", "is no reply: it has neither from nor x nor error");
  }
}

// A last try that nobody answered is no hop of the path, and neither is one to which nothing could be sent.
void take_hop(Hop hop, AtlasHops& read) {
  read.probes_sent += hop.sent;
  read.failed = hop.sent == 0 && hop.replies.empty();
  read.gave_up = hop.ttl.value == last_ditch && hop.replies.empty() && !read.hops.empty();
  if (!read.failed && !read.gave_up) read.hops.push_back(std::move(hop));
}

AtlasHops read_hops(JsonMembers& json, const Measurement& measurement) {
  AtlasHops read;
  json.each("result", [&](JsonMembers& item) {
    if (item.has("error") && !item.has("hop")) {
      read.failed = true;
      return;
    }
    Hop hop{.ttl = Ttl{item.integer<std::uint8_t>("hop", 1)}};
    if (!read.hops.empty() && hop.ttl <= read.hops.back().ttl)
      item.report("hop", "must be above that of the hop before");
    item.each("result", [&](JsonMembers& probe) { read_probe(probe, measurement, hop); });
    take_hop(std::move(hop), read);
  });
  return read;
}

bool is_in_time(const Reply& reply) { return !reply.late && !reply.duplicate; }

bool is_destination(const Reply& reply, const Measurement& measurement) {
  if (!is_in_time(reply) || reply.from != measurement.address) return false;
  const Family family = reply.from.family();
  const IcmpTypeAndCode icmp{.type = reply.icmp_type, .code = reply.icmp_code};
  return reply.tcp_flags || icmp == echo_reply(family) || icmp == port_unreachable(family);
}

// ICMPv6 has no codes for "network", "host" and "prohibited" of its own: no route, address unreachable, prohibited.
std::optional<StopReason> unreachable_reason(const Reply& reply) {
  const Family family = reply.from.family();
  if (!is_in_time(reply) || reply.tcp_flags || reply.icmp_type != unreachable(family, 0).type) return std::nullopt;
  const auto letter = atlas_error_letter(family, {.type = reply.icmp_type, .code = reply.icmp_code});
  if (letter == 'N') return StopReason::icmp_network_unreachable;
  if (letter == 'H') return StopReason::icmp_host_unreachable;
  if (letter == 'A') return StopReason::icmp_admin_prohibited;
  return StopReason::icmp_other;
}

void conclude(const AtlasHops& read, Measurement& measurement) {
  measurement.status = read.failed ? Status::failed : Status::silent;
  measurement.stop_reason = read.failed ? StopReason::error : StopReason::max_ttl;
  if (read.failed || read.hops.empty()) return;
  const Hop& last = read.hops.back();
  if (read.gave_up || last.answer() == nullptr) measurement.stop_reason = StopReason::gap_limit;
  for (const Reply& reply : last.replies) {
    if (is_destination(reply, measurement)) {
      measurement.status = Status::reached;
      measurement.stop_reason = StopReason::destination;
      return;
    }
    if (const auto reason = unreachable_reason(reply)) {
      measurement.status = Status::unreachable;
      measurement.stop_reason = *reason;
    }
  }
}

// Every TTL has its hop.
void fill_gaps(std::vector<Hop>& hops) {
  std::vector<Hop> filled;
  for (Hop& hop : hops) {
    if (!filled.empty())
      for (int ttl = filled.back().ttl.value + 1; ttl < hop.ttl.value; ++ttl)
        filled.push_back({.ttl = Ttl{static_cast<std::uint8_t>(ttl)}});
    filled.push_back(std::move(hop));
  }
  hops = std::move(filled);
}

void read_traceroute(JsonMembers& json, Measurement& measurement) {
  measurement.kind = Kind::trace;
  measurement.finished_at = json.has("endtime") ? second_of(json, "endtime") : measurement.started_at;
  measurement.flow = json.optional_integer<std::uint16_t>("paris_id").value_or(0);
  AtlasHops read = read_hops(json, measurement);
  conclude(read, measurement);
  measurement.probes_sent = read.probes_sent;
  fill_gaps(read.hops);
  measurement.hops = std::move(read.hops);
}

// ---- ping ----

Reply read_ping_reply(JsonMembers& json, const Measurement& measurement, std::optional<std::uint8_t> ttl,
                      int attempts) {
  const auto icmp = echo_reply(measurement.address.family());
  const bool duplicate = count_or_true(json, "dup") > 0;
  return {.from = json.optional_address("src_addr").value_or(measurement.address),
          .rtt = json.milliseconds("rtt"),
          .icmp_type = icmp.type,
          .icmp_code = icmp.code,
          .reply_ttl = json.has("ttl") ? json.optional_integer<std::uint8_t>("ttl") : ttl,
          .attempt = duplicate ? std::max(1, attempts) : attempts + 1,
          .duplicate = duplicate};
}

// A TTL that is not with an answer is that of all of them.
void read_ping(JsonMembers& json, Measurement& measurement) {
  measurement.kind = Kind::ping;
  measurement.finished_at = measurement.started_at;
  const auto ttl = json.optional_integer<std::uint8_t>("ttl");
  Hop hop{.ttl = ping_ttl};
  bool errors = false;
  json.each("result", [&](JsonMembers& item) {
    if (item.has("x")) {
      ++hop.sent;
    } else if (item.has("error")) {
      errors = true;
    } else {
      hop.replies.push_back(read_ping_reply(item, measurement, ttl, hop.sent));
      if (!hop.replies.back().duplicate) ++hop.sent;
    }
  });
  hop.sent = std::max(hop.sent, json.optional_integer<int>("sent", 0, 100'000).value_or(0));
  measurement.probes_sent = hop.sent;
  const bool reached = hop.answer() != nullptr;
  const bool failed = !reached && errors;
  measurement.status = reached ? Status::reached : failed ? Status::failed : Status::silent;
  measurement.stop_reason = reached ? StopReason::destination : failed ? StopReason::error : StopReason::gap_limit;
  if (hop.sent > 0 || !hop.replies.empty()) measurement.hops.push_back(std::move(hop));
}

}  // namespace

Result<Measurement> measurement_from_atlas_json(std::string_view text) {
  const auto value = TRY(parse_json(text));
  JsonFault fault;
  JsonMembers json(value, "", fault);
  const std::string type = json.text("type");
  if (fault.ok() && type != "traceroute" && type != "ping")
    return fail(ErrorKind::unsupported, "a result of type \"" + type.substr(0, 40) + "\" is no measurement of a path");
  if (json.optional_integer<int>("fw", 0).value_or(first_structured_firmware) < first_structured_firmware)
    return fail(ErrorKind::unsupported, "results of firmware before 4460 are text and not read");

  Measurement measurement;
  measurement.address = destination_of(json);
  measurement.target = json.optional_text("dst_name").value_or(json.optional_text("name").value_or(""));
  if (measurement.target.empty()) measurement.target = measurement.address.to_string();
  measurement.method = method_of(json);
  measurement.source = source_of(json);
  measurement.started_at = second_of(json, "timestamp");
  if (fault.ok()) read_own_words(value, json, measurement);
  if (type == "ping")
    read_ping(json, measurement);
  else
    read_traceroute(json, measurement);
  if (!fault.ok()) return std::unexpected(fault.error());
  return measurement;
}

}  // namespace cw::formats
