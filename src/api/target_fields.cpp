#include "api/target_fields.hpp"

#include <algorithm>

#include "model/settings.hpp"

namespace cw::api {
namespace {

constexpr std::size_t kMostLabels = 32;
constexpr std::size_t kMostLabelBytes = 64;
constexpr std::size_t kMostReasonBytes = 200;
constexpr std::string_view kIntervalSetting = "target.interval_seconds";

}  // namespace

TargetFields read_target_fields(RequestBody& body) {
  const auto* interval = find_setting(kIntervalSetting);
  TargetFields fields;
  fields.labels = body.texts("labels", kMostLabels, kMostLabelBytes);
  if (fields.labels && std::ranges::find(*fields.labels, std::string()) != fields.labels->end())
    body.note("labels", "a label is empty");
  if (const auto seconds = body.whole_number("interval_s", interval->least, interval->most))
    fields.interval = std::chrono::seconds(*seconds);
  if (const auto priority = body.whole_number("priority", 0, 9)) fields.priority = static_cast<int>(*priority);
  fields.reason = body.text("reason", kMostReasonBytes);
  return fields;
}

void apply(const TargetFields& fields, Target& target) {
  if (fields.labels) target.labels = *fields.labels;
  if (fields.interval) target.interval = *fields.interval;
  if (fields.priority) target.priority = *fields.priority;
  if (fields.reason) target.reason = *fields.reason;
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
