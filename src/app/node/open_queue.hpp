#pragma once

// The queue that the settings name: in the store, or on a Redis server.

#include <memory>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/settings.hpp"
#include "platform/database.hpp"
#include "platform/redis_connection.hpp"
#include "ports/queue/embedded/embedded_job_queue.hpp"
#include "ports/queue/job_queue.hpp"

namespace cw::app {

bool jobs_are_in_store(const Settings& settings);

// What can be wrong with queue.url and its neighbours without a look at files: `invalid`, in words that say what to
// change. A password in the URL is such a fault, as everybody who may read the settings would see it.
Result<> check_queue_url(const Settings& settings);

// The server that they name.
Result<platform::RedisOptions> redis_options(const Settings& settings);

// A queue on that server, which may be away.
Result<std::unique_ptr<queue::JobQueue>> open_redis_queue(const Settings& settings);
Result<std::unique_ptr<queue::JobQueue>> open_queue(const Settings& settings,
                                                    std::shared_ptr<platform::SharedDatabase> store, Instant now,
                                                    queue::EarlierLeases leases = queue::EarlierLeases::end);

}  // namespace cw::app
