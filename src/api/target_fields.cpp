#include "api/target_fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/text.hpp"
#include "model/job.hpp"
#include "model/settings.hpp"

namespace cw::api {
namespace {

constexpr std::size_t kMostLabels = 32;
constexpr std::size_t kMostLabelBytes = 64;
constexpr std::size_t kMostReasonBytes = 200;
constexpr std::string_view kIntervalSetting = "target.interval_seconds";

}  // namespace

std::optional<std::string> read_prober(const ApiContext& context, RequestBody& body) {
  constexpr std::size_t most_name_bytes = 40;
  auto name = body.text("prober", most_name_bytes);
  if (!name || name->empty()) return name;
  const auto probers = context.options.settings.words("worker.probers");
  if (std::ranges::find(probers, *name) != probers.end()) return name;
  const auto known = check_prober_name(*name);
  body.note("prober", known ? fmt::format("this node does not use {}: worker.probers names {}", printable(*name),
                                          fmt::join(probers, ", "))
                            : known.error().message);
  return std::nullopt;
}

std::optional<Multipath> read_multipath(RequestBody& body) {
  const auto on = body.boolean("multipath");
  if (!on) return std::nullopt;
  return *on ? Multipath::on : Multipath::off;
}

std::optional<MtuSearch> read_mtu_search(RequestBody& body) {
  const auto on = body.boolean("mtu_search");
  if (!on) return std::nullopt;
  return *on ? MtuSearch::on : MtuSearch::off;
}

std::optional<std::uint8_t> read_dscp(RequestBody& body) {
  const auto dscp = body.whole_number("dscp", 0, 63);
  if (!dscp) return std::nullopt;
  return static_cast<std::uint8_t>(*dscp);
}

TargetFields read_target_fields(const ApiContext& context, RequestBody& body) {
  const auto* interval = find_setting(kIntervalSetting);
  TargetFields fields;
  fields.labels = body.texts("labels", kMostLabels, kMostLabelBytes);
  if (fields.labels && std::ranges::find(*fields.labels, std::string()) != fields.labels->end())
    body.note("labels", "a label is empty");
  if (const auto seconds = body.whole_number("interval_s", interval->least, interval->most))
    fields.interval = std::chrono::seconds(*seconds);
  if (const auto priority = body.whole_number("priority", 0, 9)) fields.priority = static_cast<int>(*priority);
  fields.reason = body.text("reason", kMostReasonBytes);
  fields.kind = body.word("kind", parse_kind);
  fields.prober = read_prober(context, body);
  fields.method = body.word("method", parse_method);
  if (const auto port = body.whole_number("port", 1, 65535)) fields.port = static_cast<std::uint16_t>(*port);
  fields.multipath = read_multipath(body);
  fields.mtu_search = read_mtu_search(body);
  fields.dscp = read_dscp(body);
  return fields;
}

void apply(const TargetFields& fields, Target& target) {
  if (fields.labels) target.labels = *fields.labels;
  if (fields.interval) target.interval = *fields.interval;
  if (fields.priority) target.priority = *fields.priority;
  if (fields.reason) target.reason = *fields.reason;
  if (fields.kind) target.kind = *fields.kind;
  if (fields.prober) target.prober = *fields.prober;
  auto& options = target.options;
  if (fields.method) {
    options.method = *fields.method;
    options.port = std::nullopt;
  }
  if (fields.port) options.port = fields.port;
  if (fields.multipath) options.multipath = *fields.multipath;
  if (fields.mtu_search) options.mtu_search = *fields.mtu_search;
  if (fields.dscp) options.dscp = *fields.dscp;
}

std::expected<void, Problem> check_measurable(const Target& target) {
  const auto request = request_of(
      Job{.target_ip = target.address, .kind = target.kind, .options = target.options, .prober = target.prober});
  if (auto valid = validate(request); !valid) return refuse(ProblemType::validation_failed, valid.error().message);
  return {};
}

Target new_target(const ApiContext& context, const IpAddress& address, std::string_view name,
                  const TargetFields& fields) {
  const auto now = context.ports.clock.now();
  Target target{.address = address,
                .name = name.empty() ? address.to_string() : std::string(name),
                .source = context.options.added_as,
                .interval = std::chrono::seconds(context.options.settings.whole_number(kIntervalSetting)),
                .first_seen = now,
                .last_seen = now};
  target.asn = routing::facts_of(*context.ports.routes.current(), address).asn;
  apply(fields, target);
  return target;
}

}  // namespace cw::api
