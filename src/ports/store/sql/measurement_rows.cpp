#include "ports/store/sql/measurement_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>

#include "platform/database_reading.hpp"
#include "ports/store/sql/json_reading.hpp"
#include "ports/store/sql/path_rows.hpp"
#include "ports/store/sql/stored_annotation.hpp"
#include "ports/store/sql/stored_path_details.hpp"
#include "ports/store/sql/stored_replies.hpp"

namespace cw::store {
namespace {

using platform::Database;
using platform::SqlRow;
using platform::SqlValue;

// What the measurement's path meant when it was measured.
constexpr std::string_view annotation_column =
    "(SELECT v.annotation FROM path_annotations v WHERE v.path_id = m.path_id AND v.valid_from <= m.started_at "
    "ORDER BY v.valid_from DESC LIMIT 1)";

// The columns that a measurement and its summary share, in the order of read_common.
constexpr std::string_view common_columns =
    "m.id, m.kind, m.vantage, m.target, m.address, m.method, m.started_at, m.finished_at, m.status, m.stop_reason, "
    "m.probes_sent, m.path_id, m.prober, m.source, m.job_source, m.job_reason, m.job_rate_limit_per_minute, "
    "m.job_max_concurrent_traceroutes";
constexpr int after_common = 18;

Result<int> count_column(const SqlRow& row, int column) {
  return static_cast<int>(TRY(platform::integer_column(row, column, 0, std::numeric_limits<int>::max())));
}

// Fills the members that Measurement and MeasurementSummary have in common.
template <class Record>
Result<> read_common(const SqlRow& row, Record& record) {
  record.id = TRY(platform::uuid_column(row, 0));
  record.kind = TRY(parse_kind(row.text(1)));
  record.vantage = row.text(2);
  record.target = row.text(3);
  record.address = TRY(platform::address_column(row, 4));
  record.method = TRY(parse_method(row.text(5)));
  record.started_at = TRY(platform::instant_column(row, 6));
  record.finished_at = TRY(platform::instant_column(row, 7));
  record.status = TRY(parse_status(row.text(8)));
  record.stop_reason = TRY(parse_stop_reason(row.text(9)));
  record.probes_sent = TRY(count_column(row, 10));
  record.prober = row.text(12);
  record.source = TRY(platform::optional_column(row, 13, platform::address_column));
  return {};
}

Result<JobOrigin> origin_columns(const SqlRow& row) {
  JobOrigin origin{.source = std::string(row.text(14)), .reason = std::string(row.text(15))};
  origin.rate_limit_per_minute = TRY(platform::optional_column(row, 16, count_column));
  origin.max_concurrent_traceroutes = TRY(platform::optional_column(row, 17, count_column));
  return origin;
}

std::string path_hash_column(const SqlRow& row) {
  return row.is_null(11) ? std::string{} : path_hash_text(row.integer(11));
}

Result<std::optional<AsPath>> annotation_at(const SqlRow& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return TRY(decode_annotation(row.text(column)));
}

Result<std::uint16_t> word_column(const SqlRow& row, int column) {
  return static_cast<std::uint16_t>(TRY(platform::integer_column(row, column, 0, 65535)));
}

Result<std::vector<Hop>> read_hops(const SqlRow& row, const Measurement& measurement, int first_column) {
  ReplyContext context{.address = measurement.address, .method = measurement.method, .first_ttl = {}};
  if (!row.is_null(first_column)) {
    const auto first_ttl = TRY(platform::integer_column(row, first_column, 0, 255));
    context.first_ttl = Ttl{static_cast<std::uint8_t>(first_ttl)};
    context.path_addresses = TRY(decode_addresses(row.text(first_column + 1)));
  }
  return decode_replies(context, row.text(first_column + 2), row.text(first_column + 3));
}

// What most measurements have nothing of.
Result<> read_details(const SqlRow& row, Measurement& measurement, int first_column) {
  measurement.dscp = static_cast<std::uint8_t>(TRY(platform::integer_column(row, first_column, 0, 63)));
  if (!row.is_null(first_column + 1)) measurement.path_mtu = TRY(decode_path_mtu(row.text(first_column + 1)));
  if (!row.is_null(first_column + 2)) measurement.graph = TRY(decode_graph(row.text(first_column + 2)));
  const auto raw = row.blob(first_column + 3);
  measurement.raw_output.assign(raw.begin(), raw.end());
  return {};
}

Result<StoredMeasurement> read_columns(const SqlRow& row) {
  StoredMeasurement stored;
  auto& measurement = stored.measurement;
  TRY(read_common(row, measurement));
  measurement.port = TRY(platform::optional_column(row, after_common, word_column));
  measurement.flow = TRY(word_column(row, after_common + 1));
  measurement.hops = TRY(read_hops(row, measurement, after_common + 2));
  TRY(read_details(row, measurement, after_common + 6));
  stored.as_path = TRY(annotation_at(row, after_common + 10));
  stored.path_hash = path_hash_column(row);
  stored.origin = TRY(origin_columns(row));
  return stored;
}

Result<MeasurementSummary> read_summary_columns(const SqlRow& row) {
  MeasurementSummary summary;
  TRY(read_common(row, summary));
  summary.hop_count = static_cast<int>(TRY(platform::integer_column(row, after_common, 0, 255)));
  if (!row.is_null(after_common + 1)) summary.rtt = std::chrono::microseconds(row.integer(after_common + 1));
  if (auto as_path = TRY(annotation_at(row, after_common + 2))) summary.as_path = std::move(as_path->networks);
  summary.path_hash = path_hash_column(row);
  summary.origin = TRY(origin_columns(row));
  return summary;
}

// A reader of rows whose failure names the measurement.
template <class Record, Result<Record> (*read)(const SqlRow&)>
Result<Record> named(const SqlRow& row) {
  auto record = read(row);
  if (!record) return platform::unreadable(fmt::format("measurement {}", row.text(0)), record.error());
  return record;
}

platform::SqlValue text_or_null(const std::string& text) {
  return text.empty() ? platform::SqlValue() : platform::SqlValue(text);
}

// The columns that are NULL in most rows, and what they refer to.
struct Details {
  explicit Details(const Measurement& measurement)
      : source(measurement.source ? std::optional(measurement.source->to_string()) : std::nullopt),
        path_mtu(measurement.path_mtu ? std::optional(encode_path_mtu(*measurement.path_mtu)) : std::nullopt),
        graph(measurement.graph ? std::optional(encode_graph(*measurement.graph)) : std::nullopt) {
    if (measurement.dscp != 0) dscp = measurement.dscp;
    const auto& raw = measurement.raw_output;
    if (!raw.empty()) raw_output = platform::Bytes(reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size());
  }

  std::optional<std::string> source;
  std::optional<int> dscp;
  std::optional<std::string> path_mtu;
  std::optional<std::string> graph;
  std::optional<platform::Bytes> raw_output;  // the measurement's own
};

// The first id that may lie at or after the instant: ids count whole milliseconds.
std::string first_id_from(Instant instant) {
  return Uuid::first_at(std::chrono::ceil<std::chrono::milliseconds>(instant)).to_string();
}

// A WHERE clause that grows with the query, and the values it speaks of.
class Conditions {
 public:
  void add(std::string_view condition, std::string value) {
    texts_.push_back(std::move(value));
    fmt::format_to(std::back_inserter(where_), "{} {} ${}", where_.empty() ? " WHERE" : " AND", condition,
                   texts_.size());
  }
  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] std::vector<SqlValue> values() const { return {texts_.begin(), texts_.end()}; }

 private:
  std::string where_;
  std::vector<std::string> texts_;
};

Conditions conditions_of(const MeasurementQuery& query) {
  Conditions conditions;
  if (query.address) conditions.add("m.address =", query.address->to_string());
  if (query.kind) conditions.add("m.kind =", std::string(to_string(*query.kind)));
  if (query.status) conditions.add("m.status =", std::string(to_string(*query.status)));
  if (query.from) conditions.add("m.id >=", first_id_from(*query.from));
  if (query.to) conditions.add("m.id <", first_id_from(*query.to));
  if (query.before_id) conditions.add("m.id <", query.before_id->to_string());
  return conditions;
}

}  // namespace

Result<bool> has_measurement(Database& database, const Uuid& id) {
  return TRY(platform::select_integer(database, "SELECT count(*) FROM measurements WHERE id = $1", {id.to_string()})) >
         0;
}

Result<bool> insert_measurement(Database& database, const NewMeasurement& added, std::optional<std::int64_t> path_id) {
  constexpr std::string_view sql =
      "INSERT INTO measurements (id, kind, vantage, target, address, prober, method, port, flow, started_at, "
      "finished_at, status, stop_reason, probes_sent, hop_count, rtt_us, path_id, rtts, detail, source, dscp, "
      "path_mtu, "
      "graph, raw_output, job_source, job_reason, job_rate_limit_per_minute, job_max_concurrent_traceroutes) VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, "
      "$25, $26, $27, $28) ON CONFLICT (id) DO NOTHING";
  const auto& measurement = added.measurement;
  const auto& origin = added.origin;
  if (measurement.dscp > 63) return fail(ErrorKind::invalid, "the DSCP is not from 0 to 63");
  if (measurement.probes_sent < 0) return fail(ErrorKind::invalid, "the number of probes sent is negative");
  const auto replies = TRY(encode_replies(measurement));
  std::optional<std::int64_t> rtt_us;
  if (const auto rtt = destination_rtt(measurement))
    rtt_us = std::chrono::round<std::chrono::microseconds>(*rtt).count();
  const auto details = Details(measurement);
  const auto inserted = TRY(database.execute(sql, {measurement.id.to_string(),
                                                   to_string(measurement.kind),
                                                   measurement.vantage,
                                                   measurement.target,
                                                   measurement.address.to_string(),
                                                   measurement.prober,
                                                   to_string(measurement.method),
                                                   measurement.port,
                                                   measurement.flow,
                                                   format_rfc3339(measurement.started_at),
                                                   format_rfc3339(measurement.finished_at),
                                                   to_string(measurement.status),
                                                   to_string(measurement.stop_reason),
                                                   measurement.probes_sent,
                                                   measurement.hops.size(),
                                                   rtt_us,
                                                   path_id,
                                                   replies.rtts,
                                                   replies.detail,
                                                   details.source,
                                                   details.dscp,
                                                   details.path_mtu,
                                                   details.graph,
                                                   details.raw_output,
                                                   text_or_null(origin.source),
                                                   text_or_null(origin.reason),
                                                   origin.rate_limit_per_minute,
                                                   origin.max_concurrent_traceroutes}));
  return inserted > 0;
}

Result<std::optional<StoredMeasurement>> find_measurement(Database& database, const Uuid& id) {
  static const auto sql = fmt::format(
      "SELECT {}, m.port, m.flow, p.first_ttl, p.addresses, m.rtts, m.detail, m.dscp, m.path_mtu, m.graph, "
      "m.raw_output, {} FROM measurements m LEFT JOIN paths p ON p.path_id = m.path_id WHERE m.id = $1",
      common_columns, annotation_column);
  return platform::select_one(database, sql, {id.to_string()}, named<StoredMeasurement, read_columns>);
}

Result<std::optional<MeasurementSummary>> find_summary(Database& database, const Uuid& id) {
  static const auto sql = fmt::format("SELECT {}, m.hop_count, m.rtt_us, {} FROM measurements m WHERE m.id = $1",
                                      common_columns, annotation_column);
  return platform::select_one(database, sql, {id.to_string()}, named<MeasurementSummary, read_summary_columns>);
}

Result<std::vector<MeasurementSummary>> list_measurements(Database& database, const MeasurementQuery& query) {
  const auto conditions = conditions_of(query);
  auto values = conditions.values();
  values.emplace_back(std::max(query.limit, 0));
  const auto sql =
      fmt::format("SELECT {}, m.hop_count, m.rtt_us, {} FROM measurements m{} ORDER BY m.id DESC LIMIT ${}",
                  common_columns, annotation_column, conditions.where(), values.size());
  return platform::select_all(database, sql, platform::SqlValues(values),
                              named<MeasurementSummary, read_summary_columns>);
}

}  // namespace cw::store
