#include "ports/queue/redis/script_arguments.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "platform/redis_connection.hpp"
#include "ports/queue/redis/job_json.hpp"

namespace cw::queue {
namespace {

using platform::RedisReply;

constexpr std::size_t kJobFields = 6;
constexpr std::size_t kDeadFields = 8;
constexpr int kMostAttempts = 1'000'000;

Result<int> read_number(const std::string& text, std::string_view what, int most) {
  const auto number = parse_number<int>(text);
  if (number && *number >= 0 && *number <= most) return *number;
  return fail(ErrorKind::invalid, fmt::format("{} is \"{}\"", what, printable(text, 40)));
}

std::unexpected<Error> no_fields() {
  return fail(ErrorKind::internal, "the script of the queue answers in another form than it should");
}

}  // namespace

std::string to_argument(Instant instant) {
  const auto since = instant.time_since_epoch();
  return fmt::format("{}", std::chrono::floor<std::chrono::microseconds>(since).count());
}

std::string to_argument(std::size_t number) { return fmt::format("{}", number); }

Result<Instant> read_instant(const std::string& text) {
  constexpr std::int64_t most = 9'000'000'000'000'000;
  const auto microseconds = parse_number<std::int64_t>(text);
  if (microseconds && *microseconds > -most && *microseconds < most)
    return Instant(std::chrono::microseconds(*microseconds));
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is no instant of the queue", printable(text, 40)));
}

std::vector<std::string> enqueue_arguments(const Job& job, const QueueLimits& limits) {
  return {job.id.to_string(),
          fmt::format("{} {}", job.target_ip.to_string(), to_string(job.kind)),
          fmt::format("{}", job.priority),
          to_argument(job.not_before),
          to_argument(job.created_at),
          write_job(job),
          to_argument(limits.most_waiting)};
}

Result<Enqueued> read_enqueued(const RedisReply& reply, const QueueLimits& limits) {
  if (reply.type == RedisReply::Type::error) return std::unexpected(platform::redis_error(reply));
  if (reply.text == "added") return Enqueued::added;
  if (reply.text == "repeated") return Enqueued::repeated;
  if (reply.text == "full")
    return fail(ErrorKind::exhausted, fmt::format("the queue is full with {} jobs: try later", limits.most_waiting));
  if (reply.text == "known") return fail(ErrorKind::conflict, "the queue has another job of that id");
  if (reply.text == "missing") return fail(ErrorKind::not_found, "there is no such dead job");
  return no_fields();
}

Result<Job> read_job_fields(const RedisReply& fields) {
  if (fields.items.size() < kJobFields) return no_fields();
  auto job = TRY(read_job(fields.items[1].text));
  if (job.id.to_string() != fields.items[0].text)
    return fail(ErrorKind::invalid, "the text of the job is of another job");
  job.priority = TRY(read_number(fields.items[2].text, "the priority of the job", 9));
  job.not_before = TRY(read_instant(fields.items[3].text));
  job.attempt = TRY(read_number(fields.items[4].text, "the number of attempts", kMostAttempts));
  if (const auto& id = fields.items[5].text; !id.empty()) job.measurement_id = TRY(Uuid::parse(id));
  return job;
}

Result<DeadJob> read_dead_fields(const RedisReply& fields) {
  if (fields.items.size() < kDeadFields) return no_fields();
  auto job = read_job_fields(fields);
  if (!job) job = Job{.id = Uuid::parse(fields.items[0].text).value_or(Uuid())};
  return DeadJob{
      .job = *std::move(job), .error = fields.items[6].text, .died_at = TRY(read_instant(fields.items[7].text))};
}

}  // namespace cw::queue
