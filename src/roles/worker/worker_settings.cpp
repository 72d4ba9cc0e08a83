#include "roles/worker/worker_settings.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace cw::roles {
namespace {

constexpr std::string_view kTable = "worker.";

Result<boost::json::object> parse_object(std::string_view json) {
  boost::system::error_code error;
  auto value = boost::json::parse(json, error);
  if (error || !value.is_object())
    return fail(ErrorKind::invalid,
                fmt::format("{} must be a JSON object, such as {}", kWorkerSettingsKey, to_json(WorkerSettings{})));
  return std::move(value.as_object());
}

}  // namespace

WorkerSettings worker_settings_of(const Settings& settings) {
  const auto number = [&](std::string_view key) { return static_cast<int>(settings.whole_number(key)); };
  return {.rate_limit_per_minute = number("worker.rate_limit_per_minute"),
          .max_concurrent_traceroutes = number("worker.max_concurrent_traceroutes"),
          .worker_count = number("worker.worker_count"),
          .destination_spacing = std::chrono::seconds(number("worker.destination_spacing_seconds")),
          .network_spacing = std::chrono::milliseconds(number("worker.network_spacing_ms")),
          .longest_backoff = std::chrono::seconds(number("worker.longest_backoff_seconds"))};
}

schedule::AdmissionLimits admission_limits_of(const WorkerSettings& settings) {
  schedule::AdmissionLimits limits{
      .spacing = {.destination = settings.destination_spacing, .network = settings.network_spacing}};
  limits.target_backoff.longest_wait = settings.longest_backoff;
  limits.network_backoff.longest_wait = settings.longest_backoff;
  return limits;
}

Result<> apply_worker_settings(Settings& settings, std::string_view json) {
  const auto members = TRY(parse_object(json));
  auto changed = settings;
  for (const auto& row : settings_table()) {
    if (!row.key.starts_with(kTable) || row.scope != SettingScope::running) continue;
    const auto* member = members.if_contains(row.key.substr(kTable.size()));
    if (member != nullptr) TRY(changed.set(row.key, boost::json::serialize(*member), SettingOrigin::store));
  }
  settings = std::move(changed);
  return {};
}

std::string to_json(const WorkerSettings& settings) {
  return fmt::format(R"({{"rate_limit_per_minute":{},"max_concurrent_traceroutes":{},"worker_count":{},)"
                     R"("destination_spacing_seconds":{},"network_spacing_ms":{},"longest_backoff_seconds":{}}})",
                     settings.rate_limit_per_minute, settings.max_concurrent_traceroutes, settings.worker_count,
                     settings.destination_spacing.count(), settings.network_spacing.count(),
                     settings.longest_backoff.count());
}

}  // namespace cw::roles
