// `cyberwatch queue status|peek|retry|drop`: the jobs where the settings say that they wait.

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>

#include "app/commands/commands.hpp"
#include "app/node/node_api.hpp"
#include "app/node/node_client.hpp"
#include "app/node/open_queue.hpp"
#include "app/places.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "core/text.hpp"
#include "formats/json_reading.hpp"
#include "formats/json_writer.hpp"
#include "platform/sqlite_database.hpp"
#include "platform/system_clock.hpp"

namespace cw::app {
namespace {

constexpr std::size_t kAtOnce = 1000;

// A queue, and the store that it may lie in.
struct OpenedQueue {
  Stores stores;
  std::unique_ptr<queue::JobQueue> server;
  queue::JobQueue& queue() { return server ? *server : *stores.queue; }
};

// A store that is not there is not made: there are no jobs in it.
Result<OpenedQueue> open_jobs(const Settings& settings, JobsUse use, Instant now) {
  OpenedQueue opened;
  if (!jobs_are_in_store(settings)) {
    opened.server = TRY(open_redis_queue(settings));
    return opened;
  }
  auto url = store_url(settings);
  const auto file = platform::parse_sqlite_url(url);
  std::error_code error;
  if (file && *file && !std::filesystem::exists(**file, error)) url = "sqlite::memory:";
  opened.stores = TRY(open_stores(url, settings, now, use));
  return opened;
}

// In the store they may be a running node's, which is asked then.
Result<queue::QueueStatus> find_status(const Settings& settings) {
  if (!jobs_are_in_store(settings)) return TRY(open_redis_queue(settings))->status();
  const auto node = TRY(NodeClient::open(settings, StoreUse::read));
  const auto answer = TRY(node->call("GET", "/api/v1/queue"));
  const auto value = TRY(formats::parse_json(answer));
  formats::JsonFault fault;
  formats::JsonMembers members(value, "", fault);
  const auto count = [&](std::string_view name) {
    return static_cast<std::size_t>(members.integer<std::int64_t>(name, 0));
  };
  const queue::QueueStatus status{.waiting = count("waiting"),
                                  .leased = count("leased"),
                                  .dead = count("dead"),
                                  .oldest_waiting = members.optional_instant("oldest_waiting_at")};
  if (!fault.ok()) return fail(ErrorKind::unavailable, "what answers for the node is no cyberwatch");
  return status;
}

std::string status_json(const queue::QueueStatus& status) {
  formats::JsonWriter json;
  json.begin_object();
  json.key("waiting").integer(static_cast<std::int64_t>(status.waiting));
  json.key("leased").integer(static_cast<std::int64_t>(status.leased));
  json.key("dead").integer(static_cast<std::int64_t>(status.dead));
  json.key("oldest_waiting_at").string_or_null(status.oldest_waiting ? format_rfc3339(*status.oldest_waiting) : "");
  json.key("inbox").integer(static_cast<std::int64_t>(status.inbox));
  json.key("rejected").integer(static_cast<std::int64_t>(status.rejected));
  json.end_object();
  return json.take() + "\n";
}

std::string status_text(const queue::QueueStatus& status) {
  const auto oldest = status.oldest_waiting
                          ? fmt::format(", the oldest since {}", format_rfc3339(*status.oldest_waiting))
                          : std::string();
  auto text =
      fmt::format("waiting   {}{}\nleased    {}\ndead      {}\n", status.waiting, oldest, status.leased, status.dead);
  if (status.inbox + status.rejected > 0)
    text += fmt::format("inbox     {} tasks to be read, {} refused ones are kept in cyberwatch:rejected\n",
                        status.inbox, status.rejected);
  return text;
}

void write_job(formats::JsonWriter& json, const Job& job, std::string_view state) {
  json.key("id").string(job.id.to_string());
  json.key("state").string(state);
  json.key("target_ip").string(job.target_ip.to_string());
  json.key("target_name").string_or_null(job.target_name);
  json.key("target_type").string(to_string(job.target_type));
  json.key("kind").string(to_string(job.kind));
  json.key("priority").integer(job.priority);
  json.key("source").string(job.source);
  json.key("reason").string(job.reason);
  json.key("created_at").string(format_rfc3339(job.created_at));
  json.key("not_before").string(format_rfc3339(job.not_before));
  json.key("attempt").integer(job.attempt);
}

std::string waiting_line(const Job& job, Output output) {
  if (output == Output::text)
    return fmt::format("{}  {:<5} {:<26} priority {}  due {}  attempts {}  {}\n", job.id.to_string(),
                       to_string(job.kind), job.target_ip.to_string(), job.priority, format_rfc3339(job.not_before),
                       job.attempt, printable(job.source, 40));
  formats::JsonWriter json;
  json.begin_object();
  write_job(json, job, "waiting");
  json.end_object();
  return json.take() + "\n";
}

std::string dead_line(const queue::DeadJob& dead, Output output) {
  if (output == Output::text)
    return fmt::format("{}  {:<5} {:<26} died {} after {} attempts: {}\n", dead.job.id.to_string(),
                       to_string(dead.job.kind), dead.job.target_ip.to_string(), format_rfc3339(dead.died_at),
                       dead.job.attempt, printable(dead.error, 200));
  formats::JsonWriter json;
  json.begin_object();
  write_job(json, dead.job, "dead");
  json.key("died_at").string(format_rfc3339(dead.died_at));
  json.key("error").string(dead.error);
  json.end_object();
  return json.take() + "\n";
}

Result<ExitCode> peek(queue::JobQueue& queue, const QueueCommand& command) {
  const auto most = static_cast<std::size_t>(command.most);
  if (command.jobs == QueueJobs::dead)
    for (const auto& dead : TRY(queue.dead(most))) write_out(dead_line(dead, command.output));
  else
    for (const auto& job : TRY(queue.peek(most))) write_out(waiting_line(job, command.output));
  return ExitCode::done;
}

// What became of the job, in a word.
Result<std::string_view> change(queue::JobQueue& queue, QueueAction action, const Uuid& id, Instant now) {
  if (action == QueueAction::retry)
    return TRY(queue.retry(id, now)) == queue::Enqueued::added ? "offered again" : "is queued already";
  TRY(queue.drop(id));
  return "dropped";
}

void tell_changed(const Uuid& id, std::string_view what, Output output) {
  if (output == Output::text) {
    write_out(fmt::format("{}  {}\n", id.to_string(), what));
    return;
  }
  formats::JsonWriter json;
  json.begin_object();
  json.key("id").string(id.to_string());
  json.key("result").string(what);
  json.end_object();
  write_out(json.take() + "\n");
}

// One that fails does not keep the others from being done, unless the queue is away or full.
Result<ExitCode> change_named(queue::JobQueue& queue, const QueueCommand& command, Instant now) {
  auto code = ExitCode::done;
  for (const auto& id : command.ids) {
    const auto changed = change(queue, command.action, id, now);
    if (changed) {
      tell_changed(id, *changed, command.output);
      continue;
    }
    const auto& error = changed.error();
    if (error.kind != ErrorKind::not_found && error.kind != ErrorKind::conflict) return std::unexpected(error);
    say_error(error.message);
    code = ExitCode::failed;
  }
  return code;
}

// What dies meanwhile is not chased.
Result<ExitCode> change_all_dead(queue::JobQueue& queue, QueueCommand command, Instant now) {
  for (auto left = TRY(queue.status()).dead; left > 0;) {
    command.ids.clear();
    for (const auto& dead : TRY(queue.dead(std::min(left, kAtOnce)))) command.ids.push_back(dead.job.id);
    if (command.ids.empty()) break;
    if (TRY(change_named(queue, command, now)) != ExitCode::done) return ExitCode::failed;
    left -= std::min(left, command.ids.size());
  }
  return ExitCode::done;
}

}  // namespace

Result<ExitCode> run(const QueueCommand& command) {
  const auto settings =
      TRY(load_settings({command.settings.config, process_environment(), command.settings.overrides}));
  if (command.action == QueueAction::status) {
    const auto status = TRY(find_status(settings));
    write_out(command.output == Output::json_lines ? status_json(status) : status_text(status));
    return ExitCode::done;
  }
  const platform::SystemClock clock;
  const bool looks = command.action == QueueAction::peek;
  auto opened = TRY(open_jobs(settings, looks ? JobsUse::look : JobsUse::lease, clock.now()));
  if (looks) return peek(opened.queue(), command);
  if (command.jobs == QueueJobs::dead) return change_all_dead(opened.queue(), command, clock.now());
  return change_named(opened.queue(), command, clock.now());
}

}  // namespace cw::app
