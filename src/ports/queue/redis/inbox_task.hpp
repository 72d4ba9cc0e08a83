#pragma once

// What any program may push to the list `cyberwatch:targets`: the JSON task
// {"target_ip", "target_type", "priority", "source", "created_at"}. Only the address must be said; `target_name`,
// `kind` and `reason` may be. Anybody may have written it.

#include <cstddef>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/job.hpp"

namespace cw::queue {

inline constexpr std::size_t kLongestTask = 16UL << 10;

// A job without an id, due now. `invalid` with the reason for what is no task.
Result<Job> read_inbox_task(std::string_view text, Instant now);

}  // namespace cw::queue
