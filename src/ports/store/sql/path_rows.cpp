#include "ports/store/sql/path_rows.hpp"

#include <fmt/format.h>

#include <bit>

#include "platform/database_reading.hpp"
#include "platform/postgres_values.hpp"
#include "ports/store/sql/crossings.hpp"
#include "ports/store/sql/json_reading.hpp"
#include "ports/store/sql/stored_annotation.hpp"

namespace cw::store {
namespace {

using platform::Database;
using platform::SqlRow;

// FNV-1a over the bytes, then the finaliser of splitmix64, so that near paths have far ids.
class ContentHash {
 public:
  void add(std::uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3; }
  [[nodiscard]] std::uint64_t value() const {
    auto mixed = value_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

struct Annotation {
  std::string valid_from;
  std::string text;
};

// A server that keeps JSON as values gives it back in words of its own, and repaired.
bool says_the_same(std::string_view stored, const std::string& text) {
  if (stored == text) return true;
  const auto decoded = decode_annotation(stored);
  return decoded && encode_annotation(*decoded) == platform::repaired_json(text).value_or(text);
}

Result<Annotation> read_annotation(const SqlRow& row) {
  return Annotation{std::string(row.text(0)), std::string(row.text(1))};
}

}  // namespace

std::optional<PathContent> path_of(const Measurement& measurement) {
  if (measurement.kind == Kind::ping || measurement.hops.empty()) return std::nullopt;
  return PathContent{.first_ttl = measurement.hops.front().ttl,
                     .reached = measurement.status == Status::reached,
                     .addresses = path_addresses(measurement)};
}

std::int64_t hash_of(const PathContent& path) {
  ContentHash hash;
  hash.add(path.first_ttl.value);
  hash.add(path.reached ? 1 : 0);
  for (const auto& address : path.addresses) {
    hash.add(address ? 1 : 0);
    if (!address) continue;
    for (const auto byte : address->bytes()) hash.add(byte);
  }
  return std::bit_cast<std::int64_t>(hash.value());
}

std::string path_hash_text(std::int64_t path_id) {
  return fmt::format("{:016x}", std::bit_cast<std::uint64_t>(path_id));
}

// A hash that another path has already is passed over for the next number: the network chooses the addresses, so
// a collision may be made on purpose.
Result<std::int64_t> store_path(Database& database, const PathContent& path, Instant seen) {
  const auto addresses = encode_addresses(path.addresses);
  auto id = hash_of(path);
  while (true) {
    const auto same =
        TRY(platform::select_one(database, "SELECT addresses, first_ttl, reached FROM paths WHERE path_id = $1", {id},
                                 [&](const SqlRow& row) -> Result<bool> {
                                   return row.text(0) == addresses && row.integer(1) == path.first_ttl.value &&
                                          (row.integer(2) != 0) == path.reached;
                                 }));
    if (same == true) return id;
    if (!same) break;
    id = std::bit_cast<std::int64_t>(std::bit_cast<std::uint64_t>(id) + 1);
  }
  TRY(database.execute(
      "INSERT INTO paths (path_id, first_ttl, reached, addresses, hop_count, first_seen) "
      "VALUES ($1, $2, $3, $4, $5, $6)",
      {id, path.first_ttl.value, path.reached ? 1 : 0, addresses, path.addresses.size(), format_rfc3339(seen)}));
  TRY(record_path_addresses(database, id, path.addresses));
  return id;
}

// Measurements may arrive out of order, so:
// 1. What holds at that instant says the same already: nothing to do.
// 2. The next one says the same: it holds from this instant on.
// 3. Otherwise a row is added. Two measurements of one instant that disagree: the first one stands.
Result<> annotate_path(Database& database, std::int64_t path_id, Instant at, const AsPath& as_path) {
  const auto text = encode_annotation(as_path);
  const auto instant = format_rfc3339(at);
  const auto holding = TRY(platform::select_one(database,
                                                "SELECT valid_from, annotation FROM path_annotations WHERE path_id = "
                                                "$1 AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1",
                                                {path_id, instant}, read_annotation));
  if (holding && (says_the_same(holding->text, text) || holding->valid_from == instant)) return {};
  const auto next = TRY(platform::select_one(database,
                                             "SELECT valid_from, annotation FROM path_annotations WHERE path_id = $1 "
                                             "AND valid_from > $2 ORDER BY valid_from LIMIT 1",
                                             {path_id, instant}, read_annotation));
  if (next && says_the_same(next->text, text)) {
    TRY(database.execute("UPDATE path_annotations SET valid_from = $3 WHERE path_id = $1 AND valid_from = $2",
                         {path_id, next->valid_from, instant}));
    return {};
  }
  TRY(database.execute("INSERT INTO path_annotations (path_id, valid_from, annotation) VALUES ($1, $2, $3)",
                       {path_id, instant, text}));
  return {};
}

}  // namespace cw::store
