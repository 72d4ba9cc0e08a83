#include "app/node/open_queue.hpp"

#include <fmt/format.h>

#include <utility>

#include "app/node/password_file.hpp"
#include "app/wires.hpp"
#include "ports/queue/redis/redis_job_queue.hpp"

namespace cw::app {
namespace {

constexpr std::string_view kInStore = "store:";

}  // namespace

bool jobs_are_in_store(const Settings& settings) { return settings.text("queue.url") == kInStore; }

Result<> check_queue_url(const Settings& settings) {
  if (jobs_are_in_store(settings)) return {};
  const auto options = platform::parse_redis_url(settings.text("queue.url"));
  if (!options)
    return fail(ErrorKind::invalid,
                fmt::format("queue.url is store: or names a Redis server: {}", options.error().message));
  if (!options->password.empty())
    return fail(ErrorKind::invalid,
                "queue.url must not hold the password, as settings are shown: write it into a file of its own and name "
                "that in queue.password_file");
  for (const auto* name : {"queue.ca_file", "queue.certificate_file", "queue.key_file"})
    if (!settings.text(name).empty() && !options->server.tls)
      return fail(ErrorKind::invalid, fmt::format("{} is for rediss://, and queue.url says redis://", name));
  return {};
}

Result<platform::RedisOptions> redis_options(const Settings& settings) {
  TRY(check_queue_url(settings));
  auto options = platform::parse_redis_url(settings.text("queue.url"));
  options->password = TRY(read_password_file(settings, "queue.password_file"));
  options->seed = system_seed();
  const platform::TlsFiles files{.ca = settings.text("queue.ca_file"),
                                 .certificate = settings.text("queue.certificate_file"),
                                 .key = settings.text("queue.key_file")};
  if (options->server.tls) options->server.tls = files;
  return options;
}

Result<std::unique_ptr<queue::JobQueue>> open_redis_queue(const Settings& settings) {
  return std::make_unique<queue::RedisJobQueue>(
      queue::RedisQueueOptions{.server = TRY(redis_options(settings)), .limits = {}, .seed = system_seed()});
}

Result<std::unique_ptr<queue::JobQueue>> open_queue(const Settings& settings,
                                                    std::shared_ptr<platform::SharedDatabase> store, Instant now,
                                                    queue::EarlierLeases leases) {
  if (!jobs_are_in_store(settings)) return open_redis_queue(settings);
  auto queue = queue::EmbeddedJobQueue::open(
      std::move(store), {.limits = {}, .seed = system_seed(), .now = now, .earlier_leases = leases});
  if (!queue) return fail(ErrorKind::unavailable, std::move(queue).error().message);
  return *std::move(queue);
}

}  // namespace cw::app
