#include "ports/store/sql/target_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "platform/database_reading.hpp"
#include "ports/store/sql/json_reading.hpp"

namespace cw::store {
namespace {

using platform::Database;
using platform::SqlRow;

constexpr int highest_priority = 9;
constexpr std::int64_t longest_interval_seconds = 1'000'000'000;

// Each once, in the order of their first mention.
std::vector<std::string> without_repeats(const std::vector<std::string>& labels) {
  std::vector<std::string> once;
  for (const auto& label : labels)
    if (std::ranges::find(once, label) == once.end()) once.push_back(label);
  return once;
}

std::optional<std::int64_t> number(const std::optional<Asn>& asn) {
  return asn ? std::optional<std::int64_t>(asn->value) : std::nullopt;
}

std::optional<std::string> text(const std::optional<Instant>& instant) {
  return instant ? std::optional(format_rfc3339(*instant)) : std::nullopt;
}

Result<> write_labels(Database& database, const Target& target) {
  TRY(database.execute("DELETE FROM target_labels WHERE target_id = $1", {target.id}));
  for (const auto& label : target.labels)
    TRY(database.execute("INSERT INTO target_labels (label, target_id) VALUES ($1, $2)", {label, target.id}));
  return {};
}

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

Result<Target> read_columns(const SqlRow& row) {
  Target target{.id = row.integer(0)};
  target.address = TRY(platform::address_column(row, 1));
  target.name = row.text(2);
  target.asn = TRY(platform::optional_column(row, 3, platform::asn_column));
  target.labels = TRY(decode_texts(row.text(4)));
  target.source = TRY(parse_target_source(row.text(5)));
  target.reason = row.text(6);
  target.priority = static_cast<int>(TRY(platform::integer_column(row, 7, 0, highest_priority)));
  target.interval = std::chrono::seconds(TRY(platform::integer_column(row, 8, 1, longest_interval_seconds)));
  target.state = TRY(parse_target_state(row.text(9)));
  target.first_seen = TRY(platform::instant_column(row, 10));
  target.last_seen = TRY(platform::instant_column(row, 11));
  target.last_measurement_at = TRY(platform::optional_column(row, 12, platform::instant_column));
  target.kind = TRY(parse_kind(row.text(13)));
  target.prober = row.text(14);
  target.options = TRY(read_options(row, 15));
  return target;
}

}  // namespace

const std::string_view target_columns =
    "t.id, t.address, t.name, t.asn, t.labels, t.source, t.reason, t.priority, t.interval_seconds, t.state, "
    "t.first_seen, t.last_seen, t.last_measurement_at, t.kind, t.prober, t.method, t.port, t.multipath, t.mtu_search, "
    "t.dscp";

Target joined(const Target& known, const Target& reported) {
  auto target = known;
  target.labels.insert(target.labels.end(), reported.labels.begin(), reported.labels.end());
  target.labels = without_repeats(target.labels);
  if (!target.asn) target.asn = reported.asn;
  target.priority = std::max(known.priority, reported.priority);
  target.interval = std::min(known.interval, reported.interval);
  target.last_seen = std::max(known.last_seen, reported.last_seen);
  return target;
}

Result<> check_target(const Target& target) {
  if (target.priority < 0 || target.priority > highest_priority)
    return fail(ErrorKind::invalid, fmt::format("priority {} is not from 0 to {}", target.priority, highest_priority));
  if (target.interval.count() < 1 || target.interval.count() > longest_interval_seconds)
    return fail(ErrorKind::invalid, fmt::format("an interval of {} s is not from 1 to {} s", target.interval.count(),
                                                longest_interval_seconds));
  return {};
}

Instant next_due(const Target& target) {
  return target.last_measurement_at ? *target.last_measurement_at + target.interval : target.first_seen;
}

Result<Target> read_target(const SqlRow& row) {
  auto target = read_columns(row);
  if (!target) return platform::unreadable(fmt::format("target {}", row.integer(0)), target.error());
  return target;
}

Result<std::optional<Target>> find_target(Database& database, std::int64_t id) {
  static const auto sql = fmt::format("SELECT {} FROM targets t WHERE t.id = $1", target_columns);
  return platform::select_one(database, sql, {id}, read_target);
}

Result<std::optional<Target>> find_target(Database& database, const IpAddress& address) {
  static const auto sql = fmt::format("SELECT {} FROM targets t WHERE t.address = $1", target_columns);
  return platform::select_one(database, sql, {address.to_string()}, read_target);
}

Result<Target> insert_target(Database& database, Target target) {
  constexpr std::string_view sql =
      "INSERT INTO targets (address, name, asn, labels, source, reason, priority, interval_seconds, state, first_seen, "
      "last_seen, last_measurement_at, next_due_at, kind, prober, method, port, multipath, mtu_search, dscp) VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) RETURNING id";
  const auto& options = target.options;
  target.labels = without_repeats(target.labels);
  const auto id = TRY(platform::select_integer(database, sql,
                                               {target.address.to_string(),
                                                target.name,
                                                number(target.asn),
                                                encode_texts(target.labels),
                                                to_string(target.source),
                                                target.reason,
                                                target.priority,
                                                std::int64_t{target.interval.count()},
                                                to_string(target.state),
                                                format_rfc3339(target.first_seen),
                                                format_rfc3339(target.last_seen),
                                                text(target.last_measurement_at),
                                                format_rfc3339(next_due(target)),
                                                to_string(target.kind),
                                                target.prober,
                                                to_string(options.method),
                                                options.port,
                                                options.multipath == Multipath::on,
                                                options.mtu_search == MtuSearch::on,
                                                options.dscp}));
  target.id = id;
  TRY(write_labels(database, target));
  return target;
}

Result<> update_target(Database& database, const Target& target) {
  constexpr std::string_view sql =
      "UPDATE targets SET asn = $2, labels = $3, reason = $4, priority = $5, interval_seconds = $6, state = $7, "
      "last_seen = $8, next_due_at = $9, kind = $10, prober = $11, method = $12, port = $13, multipath = $14, "
      "mtu_search = $15, dscp = $16 WHERE id = $1";
  const auto& options = target.options;
  TRY(database.execute(
      sql, {target.id, number(target.asn), encode_texts(target.labels), target.reason, target.priority,
            std::int64_t{target.interval.count()}, to_string(target.state), format_rfc3339(target.last_seen),
            format_rfc3339(next_due(target)), to_string(target.kind), target.prober, to_string(options.method),
            options.port, options.multipath == Multipath::on, options.mtu_search == MtuSearch::on, options.dscp}));
  return write_labels(database, target);
}

Result<> record_measured(Database& database, const std::map<IpAddress, Instant>& measured_at) {
  for (const auto& [address, instant] : measured_at) {
    auto target = TRY(find_target(database, address));
    if (!target || (target->last_measurement_at && *target->last_measurement_at >= instant)) continue;
    target->last_measurement_at = instant;
    TRY(database.execute("UPDATE targets SET last_measurement_at = $2, next_due_at = $3 WHERE id = $1",
                         {target->id, format_rfc3339(instant), format_rfc3339(next_due(*target))}));
  }
  return {};
}

}  // namespace cw::store
