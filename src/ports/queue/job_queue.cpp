#include "ports/queue/job_queue.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cw::queue {
namespace {

constexpr int kHighestPriority = 9;

}  // namespace

Result<> check_job(const Job& job) {
  if (job.id.is_nil()) return fail(ErrorKind::invalid, "a job needs an id");
  if (job.priority < 0 || job.priority > kHighestPriority)
    return fail(ErrorKind::invalid, fmt::format("priority {} is not from 0 to {}", job.priority, kHighestPriority));
  return {};
}

Duration backoff_after(const QueueLimits& limits, int attempt) {
  auto backoff = limits.first_backoff;
  for (int i = 1; i < attempt && backoff < limits.longest_backoff; ++i) backoff *= 2;
  return std::min(backoff, limits.longest_backoff);
}

}  // namespace cw::queue
