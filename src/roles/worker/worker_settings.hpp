#pragma once

// What may change while the workers run. Kept in the store as one JSON object under `worker_settings`; its members,
// defaults and bounds are those `worker.` rows of model/settings that may change while the node runs.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "model/settings.hpp"
#include "rules/schedule/probe_admission.hpp"

namespace cw::roles {

inline constexpr std::string_view kWorkerSettingsKey = "worker_settings";

struct WorkerSettings {
  int rate_limit_per_minute = 30;
  int max_concurrent_traceroutes = 5;
  int worker_count = 2;
  std::chrono::seconds destination_spacing{10};
  std::chrono::milliseconds network_spacing{1000};
  std::chrono::seconds longest_backoff{3600};
  friend bool operator==(const WorkerSettings&, const WorkerSettings&) = default;
};

WorkerSettings worker_settings_of(const Settings& settings);

schedule::AdmissionLimits admission_limits_of(const WorkerSettings& settings);

// Puts the members of the object over `settings`, as from the store. A member that no row names is left alone:
// it may be another version's. `invalid` when the text is no JSON object or a value is outside its bounds.
Result<> apply_worker_settings(Settings& settings, std::string_view json);

// {"rate_limit_per_minute":30,"max_concurrent_traceroutes":5,…}
std::string to_json(const WorkerSettings& settings);

}  // namespace cw::roles
