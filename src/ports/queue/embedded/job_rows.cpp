#include "ports/queue/embedded/job_rows.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "platform/database_reading.hpp"

namespace cw::queue {
namespace {

using platform::Database;
using platform::SqlRow;

constexpr std::string_view job_columns =
    "id, target_ip, target_name, target_type, kind, priority, source, reason, created_at, not_before, attempt, "
    "measurement_id, prober, method, port, multipath, mtu_search, dscp";
constexpr int after_job = 18;

Result<std::uint16_t> port_column(const SqlRow& row, int column) {
  return static_cast<std::uint16_t>(TRY(platform::integer_column(row, column, 0, 65535)));
}

Result<ProbeOptions> read_options(const SqlRow& row, int first_column) {
  ProbeOptions options{.method = TRY(parse_method(row.text(first_column)))};
  options.port = TRY(platform::optional_column(row, first_column + 1, port_column));
  options.multipath = row.integer(first_column + 2) != 0 ? Multipath::on : Multipath::off;
  options.mtu_search = row.integer(first_column + 3) != 0 ? MtuSearch::on : MtuSearch::off;
  options.dscp = static_cast<std::uint8_t>(TRY(platform::integer_column(row, first_column + 4, 0, 63)));
  return options;
}

Result<Job> read_job(const SqlRow& row) {
  Job job;
  job.id = TRY(platform::uuid_column(row, 0));
  job.target_ip = TRY(platform::address_column(row, 1));
  job.target_name = row.text(2);
  job.target_type = TRY(parse_target_source(row.text(3)));
  job.kind = TRY(parse_kind(row.text(4)));
  job.priority = static_cast<int>(TRY(platform::integer_column(row, 5, 0, 9)));
  job.source = row.text(6);
  job.reason = row.text(7);
  job.created_at = TRY(platform::instant_column(row, 8));
  job.not_before = TRY(platform::instant_column(row, 9));
  job.attempt = static_cast<int>(TRY(platform::integer_column(row, 10, 0, 1'000'000)));
  const auto measurement_id = TRY(platform::optional_column(row, 11, platform::uuid_column));
  job.measurement_id = measurement_id.value_or(Uuid{});
  job.prober = row.text(12);
  job.options = TRY(read_options(row, 13));
  return job;
}

Result<DueJob> read_due(const SqlRow& row) { return DueJob{std::string(row.text(0)), read_job(row)}; }

// A dead job is shown with whatever of it can be read.
Result<DeadJob> read_dead(const SqlRow& row) {
  DeadJob dead{.job = read_job(row).value_or(Job{}), .error = std::string(row.text(after_job)), .died_at = {}};
  dead.died_at = TRY(platform::instant_column(row, after_job + 1));
  return dead;
}

}  // namespace

Result<std::optional<KnownJob>> find_queued(Database& database, const Job& job) {
  return platform::select_one(
      database, "SELECT id, priority FROM jobs WHERE target_ip = $1 AND kind = $2 AND state <> 'dead'",
      {job.target_ip.to_string(), to_string(job.kind)}, [](const SqlRow& row) -> Result<KnownJob> {
        return KnownJob{.id = std::string(row.text(0)), .priority = static_cast<int>(row.integer(1))};
      });
}

Result<> insert_waiting(Database& database, const Job& job) {
  TRY(database.execute(
      "INSERT INTO jobs (id, target_ip, target_name, target_type, kind, priority, source, reason, created_at, "
      "not_before, attempt, state, prober, method, port, multipath, mtu_search, dscp) VALUES ($1, $2, $3, $4, $5, $6, "
      "$7, $8, $9, $10, 0, 'waiting', $11, $12, $13, $14, $15, $16)",
      {job.id.to_string(), job.target_ip.to_string(), job.target_name, to_string(job.target_type), to_string(job.kind),
       job.priority, job.source, job.reason, format_rfc3339(job.created_at), format_rfc3339(job.not_before), job.prober,
       to_string(job.options.method), job.options.port, job.options.multipath == Multipath::on,
       job.options.mtu_search == MtuSearch::on, job.options.dscp}));
  return {};
}

Result<> raise_priority(Database& database, const std::string& id, int priority) {
  TRY(database.execute("UPDATE jobs SET priority = $2 WHERE id = $1", {id, priority}));
  return {};
}

Result<std::vector<DueJob>> find_due(Database& database, Instant now, std::optional<int> priority, std::size_t most) {
  static const auto of_all = fmt::format(
      "SELECT {} FROM jobs WHERE state = 'waiting' AND not_before <= $1 ORDER BY not_before, id LIMIT $2", job_columns);
  static const auto of_one = fmt::format(
      "SELECT {} FROM jobs WHERE state = 'waiting' AND priority = $3 AND not_before <= $1 ORDER BY not_before, id "
      "LIMIT "
      "$2",
      job_columns);
  if (!priority) return platform::select_all(database, of_all, {format_rfc3339(now), most}, read_due);
  return platform::select_all(database, of_one, {format_rfc3339(now), most, *priority}, read_due);
}

Result<> mark_leased(Database& database, std::string_view id, const Job& job, Instant until) {
  TRY(database.execute(
      "UPDATE jobs SET state = 'leased', attempt = $2, measurement_id = $3, lease_until = $4 WHERE id = $1",
      {id, job.attempt, job.measurement_id.to_string(), format_rfc3339(until)}));
  return {};
}

Result<bool> remove_leased(Database& database, const Job& job) {
  return TRY(database.execute("DELETE FROM jobs WHERE id = $1 AND attempt = $2 AND state = 'leased'",
                              {job.id.to_string(), job.attempt})) > 0;
}

Result<bool> mark_waiting(Database& database, const Job& job, Instant not_before) {
  return TRY(database.execute(
             "UPDATE jobs SET state = 'waiting', lease_until = NULL, not_before = $3 WHERE id = $1 AND "
             "attempt = $2 AND state = 'leased'",
             {job.id.to_string(), job.attempt, format_rfc3339(not_before)})) > 0;
}

Result<bool> mark_released(Database& database, const Job& job, Instant not_before) {
  return TRY(database.execute(
             "UPDATE jobs SET state = 'waiting', lease_until = NULL, attempt = attempt - 1, not_before = $3 WHERE id = "
             "$1 AND attempt = $2 AND state = 'leased'",
             {job.id.to_string(), job.attempt, format_rfc3339(not_before)})) > 0;
}

Result<> mark_dead(Database& database, std::string_view id, Instant now, std::string_view error) {
  TRY(database.execute("UPDATE jobs SET state = 'dead', lease_until = NULL, died_at = $2, error = $3 WHERE id = $1",
                       {id, format_rfc3339(now), error}));
  return {};
}

Result<std::vector<EndedLease>> find_ended_leases(Database& database, std::optional<Instant> by) {
  const auto read = [](const SqlRow& row) -> Result<EndedLease> {
    return EndedLease{.id = std::string(row.text(0)), .attempt = static_cast<int>(row.integer(1))};
  };
  if (!by)
    return platform::select_all(database, "SELECT id, attempt FROM jobs WHERE state = 'leased' ORDER BY lease_until",
                                {}, read);
  return platform::select_all(
      database, "SELECT id, attempt FROM jobs WHERE state = 'leased' AND lease_until <= $1 ORDER BY lease_until",
      {format_rfc3339(*by)}, read);
}

Result<> offer_again(Database& database, std::string_view id, Instant not_before) {
  TRY(database.execute("UPDATE jobs SET state = 'waiting', lease_until = NULL, not_before = $2 WHERE id = $1",
                       {id, format_rfc3339(not_before)}));
  return {};
}

Result<> trim_dead(Database& database, std::size_t most) {
  TRY(database.execute(
      "DELETE FROM jobs WHERE state = 'dead' AND id IN (SELECT id FROM jobs WHERE state = 'dead' ORDER "
      "BY died_at DESC, id DESC LIMIT 1000 OFFSET $1)",
      {most}));
  return {};
}

Result<std::vector<DeadJob>> find_dead(Database& database, std::size_t most) {
  static const auto sql = fmt::format(
      "SELECT {}, error, died_at FROM jobs WHERE state = 'dead' ORDER BY died_at DESC, id DESC LIMIT $1", job_columns);
  return platform::select_all(database, sql, {most}, read_dead);
}

Result<std::optional<Job>> find_job(Database& database, const Uuid& id, std::string_view state) {
  static const auto sql = fmt::format("SELECT {} FROM jobs WHERE id = $1 AND state = $2", job_columns);
  return platform::select_one(database, sql, {id.to_string(), state}, read_job);
}

Result<std::optional<std::string>> find_state(Database& database, const Uuid& id) {
  return platform::select_one(database, "SELECT state FROM jobs WHERE id = $1", {id.to_string()},
                              [](const SqlRow& row) -> Result<std::string> { return std::string(row.text(0)); });
}

Result<> raise_dead(Database& database, const Uuid& id, Instant not_before) {
  TRY(database.execute(
      "UPDATE jobs SET state = 'waiting', attempt = 0, not_before = $2, error = NULL, died_at = NULL WHERE id = $1",
      {id.to_string(), format_rfc3339(not_before)}));
  return {};
}

Result<> remove_job(Database& database, const Uuid& id) {
  TRY(database.execute("DELETE FROM jobs WHERE id = $1", {id.to_string()}));
  return {};
}

Result<QueueStatus> find_status(Database& database) {
  QueueStatus status;
  const auto count = [&](std::string_view sql) { return platform::select_integer(database, sql); };
  status.waiting = static_cast<std::size_t>(TRY(count("SELECT count(*) FROM jobs WHERE state = 'waiting'")));
  status.leased = static_cast<std::size_t>(TRY(count("SELECT count(*) FROM jobs WHERE state = 'leased'")));
  status.dead = static_cast<std::size_t>(TRY(count("SELECT count(*) FROM jobs WHERE state = 'dead'")));
  const auto oldest = TRY(
      platform::select_one(database, "SELECT created_at FROM jobs WHERE state = 'waiting' ORDER BY created_at LIMIT 1",
                           {}, [](const SqlRow& row) { return platform::instant_column(row, 0); }));
  status.oldest_waiting = oldest;
  return status;
}

Result<std::optional<Instant>> find_next_due(Database& database) {
  return platform::select_one(database,
                              "SELECT not_before FROM jobs WHERE state = 'waiting' ORDER BY not_before, id LIMIT 1", {},
                              [](const SqlRow& row) { return platform::instant_column(row, 0); });
}

}  // namespace cw::queue
