#pragma once

// Instants and durations. Kernel timestamps are wall-clock nanoseconds, so that is the one clock of the
// project; text is RFC 3339 in UTC with microseconds, as in the JSON contract.

#include <chrono>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cw {

using Duration = std::chrono::nanoseconds;
using Instant = std::chrono::sys_time<Duration>;

// "2026-11-22T10:00:00.000123Z"
std::string format_rfc3339(Instant instant);
Result<Instant> parse_rfc3339(std::string_view text);

// Milliseconds as the JSON contract has them: 0.412 with microsecond resolution.
double to_milliseconds(Duration duration);

}  // namespace cw
