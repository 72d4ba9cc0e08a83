#include "ports/queue/redis/inbox_task.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "core/text.hpp"
#include "formats/json_reading.hpp"

namespace cw::queue {
namespace {

constexpr int kStandardPriority = 5;
constexpr std::size_t kLongestName = 253;
constexpr double kMostSeconds = 9e9;  // in the year 2255, which an Instant holds

// RFC 3339, or the seconds since 1970 that many programs write. Nothing comes from the future.
Instant created_at(formats::JsonMembers& task, Instant now) {
  const auto* value = task.find("created_at");
  if (value == nullptr) return now;
  if (!value->is_number()) return std::min(now, task.instant("created_at"));
  const double seconds = value->to_number<double>();
  if (seconds >= 0 && seconds < kMostSeconds)
    return std::min(now, Instant(std::chrono::microseconds(std::llround(seconds * 1e6))));
  task.report("created_at", "must be a time, or seconds since 1970");
  return now;
}

}  // namespace

Result<Job> read_inbox_task(std::string_view text, Instant now) {
  const auto value = TRY(formats::parse_json(text));
  formats::JsonFault fault;
  formats::JsonMembers task(value, "", fault);
  Job job{.target_ip = task.address("target_ip"),
          .target_name = printable(task.optional_text("target_name").value_or(""), kLongestName),
          .target_type = TargetSource::api,
          .priority = task.optional_integer<int>("priority", 0, 9).value_or(kStandardPriority),
          .source = printable(task.optional_text("source").value_or("inbox")),
          .reason = printable(task.optional_text("reason").value_or("asked for on the inbox")),
          .created_at = created_at(task, now),
          .not_before = now};
  if (task.has("target_type")) job.target_type = task.named("target_type", parse_target_source);
  if (task.has("kind")) job.kind = task.named("kind", parse_kind);
  if (!fault.ok()) return std::unexpected(fault.error());
  return job;
}

}  // namespace cw::queue
