#include "ports/store/sql/sql_refusal_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/text.hpp"
#include "platform/database_reading.hpp"
#include "ports/store/sql/write_locks.hpp"

namespace cw::store {
namespace {

using platform::Database;
using platform::SqlRow;

constexpr std::size_t most_detail_bytes = 300;

struct Earlier {
  std::string first_at;
  std::int64_t count = 0;
};

// Taken out and put in again, so that its id is the newest. True when it is a row more.
Result<bool> note_one(Database& database, const NewRefusal& refusal, const std::string& at) {
  const auto address = refusal.address.to_string();
  const auto earlier = TRY(platform::select_one(
      database, "SELECT first_at, refused_count FROM refused_probes WHERE address = $1 AND reason = $2",
      {address, refusal.reason},
      [](const SqlRow& row) -> Result<Earlier> { return Earlier{std::string(row.text(0)), row.integer(1)}; }));
  if (earlier)
    TRY(database.execute("DELETE FROM refused_probes WHERE address = $1 AND reason = $2", {address, refusal.reason}));
  TRY(database.execute(
      "INSERT INTO refused_probes (address, reason, detail, source, first_at, last_at, refused_count) VALUES ($1, $2, "
      "$3, $4, $5, $6, $7)",
      {address, refusal.reason, printable(refusal.detail, most_detail_bytes), refusal.source,
       earlier ? earlier->first_at : at, at, earlier ? earlier->count + 1 : 1}));
  return !earlier;
}

// Returns how many rows are left of `count`.
Result<std::int64_t> trim(Database& database, std::int64_t count) {
  for (; count > static_cast<std::int64_t>(RefusalStore::kMostRows); --count)
    TRY(database.execute("DELETE FROM refused_probes WHERE id = (SELECT min(id) FROM refused_probes)"));
  return count;
}

Result<Refusal> read_refusal(const SqlRow& row) {
  Refusal refusal{.id = row.integer(0)};
  refusal.address = TRY(platform::address_column(row, 1));
  refusal.reason = row.text(2);
  refusal.detail = row.text(3);
  refusal.source = row.text(4);
  refusal.first_at = TRY(platform::instant_column(row, 5));
  refusal.last_at = TRY(platform::instant_column(row, 6));
  refusal.count = row.integer(7);
  return refusal;
}

}  // namespace

Result<> SqlRefusalStore::note(const std::vector<NewRefusal>& refusals, Instant now) {
  if (refusals.empty()) return {};
  const auto skipped = refusals.size() > kMostRows ? refusals.size() - kMostRows : 0;
  const auto at = format_rfc3339(now);
  return database_->write([&](Database& database) -> Result<> {
    TRY(lock_for_write(database, WriteLock::refusals));
    auto count =
        TRY(platform::select_integer(database, "SELECT row_count FROM row_counts WHERE table_name = 'refused_probes'"));
    for (std::size_t i = skipped; i < refusals.size(); ++i)
      if (TRY(note_one(database, refusals[i], at))) ++count;
    count = TRY(trim(database, count));
    TRY(database.execute("UPDATE row_counts SET row_count = $1 WHERE table_name = 'refused_probes'", {count}));
    return {};
  });
}

Result<std::vector<Refusal>> SqlRefusalStore::list(const RefusalQuery& query) {
  constexpr std::string_view columns =
      "SELECT id, address, reason, detail, source, first_at, last_at, refused_count FROM refused_probes";
  static const auto of_all = fmt::format("{} WHERE id < $1 ORDER BY id DESC LIMIT $2", columns);
  // Few reasons an address: they are sorted when they are there.
  static const auto of_one = fmt::format("{} WHERE address = $3 AND id < $1 LIMIT $2", columns);
  const auto before = query.before_id.value_or(std::numeric_limits<std::int64_t>::max());
  const auto limit = std::max(query.limit, 0);
  return database_->read([&](Database& database) -> Result<std::vector<Refusal>> {
    if (!query.address) return platform::select_all(database, of_all, {before, limit}, read_refusal);
    auto found = TRY(platform::select_all(database, of_one, {before, limit, query.address->to_string()}, read_refusal));
    std::ranges::sort(found, std::ranges::greater(), &Refusal::id);
    return found;
  });
}

}  // namespace cw::store
