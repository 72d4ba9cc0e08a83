#pragma once

// What the operations of job_queue.lua take and give, as text.

#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/job.hpp"
#include "platform/redis_reply.hpp"
#include "ports/queue/job_queue.hpp"

namespace cw::queue {

// Microseconds since 1970: the sorted sets of Redis hold them without loss until the year 2255.
std::string to_argument(Instant instant);
std::string to_argument(std::size_t number);
Result<Instant> read_instant(const std::string& text);

// The arguments of `enqueue`.
std::vector<std::string> enqueue_arguments(const Job& job, const QueueLimits& limits);
// What `enqueue`, `accept` and `retry` say.
Result<Enqueued> read_enqueued(const platform::RedisReply& reply, const QueueLimits& limits);

// A job as the script gives it: {id, body, priority, not_before, attempt, measurement_id}. `invalid` where somebody has
// changed it into something else.
Result<Job> read_job_fields(const platform::RedisReply& fields);
// The same with {…, error, died_at}: whatever of the job can be read.
Result<DeadJob> read_dead_fields(const platform::RedisReply& fields);

}  // namespace cw::queue
