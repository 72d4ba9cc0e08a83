#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "core/text.hpp"
#include "formats/derived_id.hpp"
#include "formats/scamper_json.hpp"
#include "formats/scamper_json_parts.hpp"
#include "formats/scamper_json_words.hpp"

namespace cw::formats {
namespace {

constexpr std::int64_t latest_second = 9'000'000'000;
constexpr Duration longest_believable_rtt = std::chrono::minutes(30);

struct TypeRow {
  std::string_view name;
  void (*read)(JsonMembers& json, ScamperRecord& record);
};
constexpr std::array types{
    TypeRow{"trace", read_scamper_trace},
    TypeRow{"ping", read_scamper_ping},
    TypeRow{"tracelb", read_scamper_tracelb},
};

void read_head(JsonMembers& json, ScamperRecord& record) {
  auto& measurement = record.measurement;
  record.user_id = json.optional_integer<std::uint32_t>("userid").value_or(0);
  measurement.address = json.address("dst");
  measurement.source = json.optional_address("src");
  measurement.target = measurement.address.to_string();
  measurement.vantage = json.optional_text("monitor").value_or("");
  measurement.prober = "scamper";
  const auto started_at = scamper_instant(json, "start");
  if (!started_at) json.report("start", "is missing");
  measurement.started_at = measurement.finished_at = started_at.value_or(Instant{});
  measurement.dscp = static_cast<std::uint8_t>(json.optional_integer<std::uint8_t>("tos").value_or(0) >> 2);
  read_scamper_method(json, measurement);
}

void read_own_words(JsonMembers& json, std::string_view line, Measurement& measurement) {
  auto own = json.object("cyberwatch");
  if (!own) {
    measurement.id = derived_id(line, measurement.started_at);
    return;
  }
  measurement.id = own->named("id", &Uuid::parse);
  const auto kind = own->named("kind", &parse_kind);
  if (measurement.kind == Kind::trace && kind == Kind::mtr) measurement.kind = kind;
  measurement.vantage = own->text("vantage");
  measurement.target = own->text("target");
  measurement.prober = own->text("prober");
  measurement.flow = own->integer<std::uint16_t>("flow");
  measurement.finished_at = own->instant("finished_at");
}

// Of M-Lab's traceroute caller.
bool is_identifiers(const JsonMembers& json) { return json.has("UUID") && !json.has("type"); }

}  // namespace

std::optional<Instant> scamper_instant(JsonMembers& json, std::string_view name) {
  auto time = json.object(name);
  if (!time) return std::nullopt;
  const auto seconds = time->integer<std::int64_t>("sec", 0, latest_second);
  const auto microseconds = time->integer<std::int64_t>("usec", 0, 999'999);
  return Instant(std::chrono::seconds(seconds) + std::chrono::microseconds(microseconds));
}

Duration scamper_rtt(JsonMembers& json) {
  const auto rtt = json.milliseconds("rtt");
  return rtt > longest_believable_rtt ? Duration{} : rtt;
}

void read_scamper_answer(JsonMembers& json, std::uint8_t tos, Reply& reply) {
  reply.late = reply.late || json.flag("late");
  reply.rewritten = json.flag("rewritten");
  reply.tcp_flags = json.optional_integer<std::uint8_t>("tcp_flags");
  if (!reply.tcp_flags) {
    reply.icmp_type = json.optional_integer<std::uint8_t>("icmp_type").value_or(0);
    reply.icmp_code = json.optional_integer<std::uint8_t>("icmp_code").value_or(0);
  }
  reply.quoted_ttl = json.optional_integer<std::uint8_t>("icmp_q_ttl");
  reply.quoted_tos = json.optional_integer<std::uint8_t>("icmp_q_tos");
  // Bits of congestion notification (RFC 3168) that were sent are not in the model, so their loss is not either.
  if (reply.quoted_tos == tos || reply.quoted_tos == (tos & 0xfc)) reply.quoted_tos.reset();
  // The key of a trace's hop has a colon too many in it, in all versions so far.
  for (const std::string_view name : {"icmp_nhmtu", "icmp_nhmtu:"})
    if (json.has(name)) reply.next_hop_mtu = json.integer<std::uint16_t>(name);
  json.each("icmpext", [&](JsonMembers& extension) {
    extension.each("mpls_labels", [&](JsonMembers& label) {
      reply.mpls.push_back({.label = label.integer<std::uint32_t>("mpls_label", 0, 0xfffff),
                            .traffic_class = label.integer<std::uint8_t>("mpls_exp", 0, 7),
                            .bottom = label.integer<std::uint8_t>("mpls_s", 0, 1) == 1,
                            .ttl = label.integer<std::uint8_t>("mpls_ttl")});
    });
  });
}

void read_scamper_method(JsonMembers& json, Measurement& measurement) {
  const auto name = json.text("method");
  if (!json.ok()) return;
  const auto method = parse_scamper_method(name);
  if (!method) return json.report("method", fmt::format("\"{}\" is not known", printable(name, 40)));
  measurement.method = *method;
  if (measurement.method == Method::icmp) return;
  measurement.port = json.optional_integer<std::uint16_t>("dport");
  if (const auto port = json.optional_integer<std::uint16_t>("sport")) measurement.flow = flow_of_source_port(*port);
}

std::uint16_t flow_of_source_port(std::uint16_t port) {
  return port >= 0x8000 ? static_cast<std::uint16_t>(port & 0x7fff) : port;
}

Result<std::optional<ScamperRecord>> read_scamper_line(std::string_view line) {
  line = trim(line);
  if (line.empty()) return std::nullopt;
  const auto value = TRY(parse_json(line));
  JsonFault fault;
  JsonMembers json(value, "", fault);
  if (fault.ok() && is_identifiers(json)) return std::nullopt;
  const auto type = json.text("type");
  if (!fault.ok()) return std::unexpected(fault.error());
  if (type == "cycle-start" || type == "cycle-stop") return std::nullopt;
  const auto* const row = std::ranges::find(types, type, &TypeRow::name);
  if (row == types.end())
    return fail(ErrorKind::unsupported,
                fmt::format("a result of type \"{}\" is neither trace, tracelb nor ping", printable(type, 40)));
  ScamperRecord record;
  read_head(json, record);
  if (fault.ok()) row->read(json, record);
  if (fault.ok()) read_own_words(json, line, record.measurement);
  if (!fault.ok()) return std::unexpected(fault.error());
  return record;
}

Result<std::vector<Measurement>> read_scamper_json(std::string_view text) {
  std::vector<Measurement> measurements;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = text.find('\n');
    auto record = read_scamper_line(text.substr(0, end));
    if (!record) return fail(fmt::format("line {}", number), std::move(record).error());
    if (*record && (*record)->state == ScamperState::in_progress)
      return fail(ErrorKind::invalid, fmt::format("line {}: the measurement has not ended", number));
    if (*record) measurements.push_back(std::move((*record)->measurement));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return measurements;
}

}  // namespace cw::formats
