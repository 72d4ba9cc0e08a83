#pragma once

// A job as the JSON text that is kept of it on Redis. What changes while it is there (priority, due time, attempts,
// measurement id) is kept beside the text; the text says what it was in the beginning.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "model/job.hpp"

namespace cw::queue {

std::string write_job(const Job& job);
// `invalid` for what is no job.
Result<Job> read_job(std::string_view text);

}  // namespace cw::queue
