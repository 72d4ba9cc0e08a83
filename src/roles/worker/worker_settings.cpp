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
  return {.rate_limit_per_minute = static_cast<int>(settings.whole_number("worker.rate_limit_per_minute")),
          .max_concurrent_traceroutes = static_cast<int>(settings.whole_number("worker.max_concurrent_traceroutes"))};
}

Result<> apply_worker_settings(Settings& settings, std::string_view json) {
  const auto members = TRY(parse_object(json));
  auto changed = settings;
  for (const auto& row : settings_table()) {
    if (!row.key.starts_with(kTable)) continue;
    const auto* member = members.if_contains(row.key.substr(kTable.size()));
    if (member != nullptr) TRY(changed.set(row.key, boost::json::serialize(*member), SettingOrigin::store));
  }
  settings = std::move(changed);
  return {};
}

std::string to_json(const WorkerSettings& settings) {
  return fmt::format(R"({{"rate_limit_per_minute":{},"max_concurrent_traceroutes":{}}})",
                     settings.rate_limit_per_minute, settings.max_concurrent_traceroutes);
}

}  // namespace cw::roles
