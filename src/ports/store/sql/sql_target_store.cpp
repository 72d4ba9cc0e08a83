#include "ports/store/sql/sql_target_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "platform/database_reading.hpp"
#include "ports/store/sql/target_rows.hpp"
#include "ports/store/sql/write_locks.hpp"

namespace cw::store {
namespace {

using platform::Database;

Result<Target> put_one(Database& database, const Target& reported) {
  TRY(check_target(reported));
  const auto known = TRY(find_target(database, reported.address));
  if (!known) return insert_target(database, reported);
  auto target = joined(*known, reported);
  if (target != *known) TRY(update_target(database, target));
  return target;
}

std::unexpected<Error> no_such_target(std::int64_t id) {
  return fail(ErrorKind::not_found, fmt::format("there is no target {}", id));
}

}  // namespace

Result<Target> SqlTargetStore::put(const Target& target) {
  return database_->write([&](Database& database) -> Result<Target> {
    TRY(lock_for_write(database, WriteLock::targets));
    return put_one(database, target);
  });
}

Result<std::vector<Target>> SqlTargetStore::put_all(const std::vector<Target>& targets) {
  return database_->write([&](Database& database) -> Result<std::vector<Target>> {
    TRY(lock_for_write(database, WriteLock::targets));
    std::vector<Target> stored;
    for (const auto& target : targets) stored.push_back(TRY(put_one(database, target)));
    return stored;
  });
}

Result<Target> SqlTargetStore::update(const Target& target) {
  TRY(check_target(target));
  return database_->write([&](Database& database) -> Result<Target> {
    TRY(lock_for_write(database, WriteLock::targets));
    auto known = TRY(find_target(database, target.id));
    if (!known) return no_such_target(target.id);
    known->labels = target.labels;
    known->priority = target.priority;
    known->interval = target.interval;
    known->state = target.state;
    known->reason = target.reason;
    known->kind = target.kind;
    known->prober = target.prober;
    known->options = target.options;
    TRY(update_target(database, *known));
    return *std::move(known);
  });
}

Result<> SqlTargetStore::remove(std::int64_t id) {
  return database_->write([&](Database& database) -> Result<> {
    if (TRY(database.execute("DELETE FROM targets WHERE id = $1", {id})) == 0) return no_such_target(id);
    return {};
  });
}

Result<Target> SqlTargetStore::by_id(std::int64_t id) {
  auto found = TRY(database_->read([&](Database& database) { return find_target(database, id); }));
  if (!found) return no_such_target(id);
  return *std::move(found);
}

Result<Target> SqlTargetStore::by_address(const IpAddress& address) {
  auto found = TRY(database_->read([&](Database& database) { return find_target(database, address); }));
  if (!found) return fail(ErrorKind::not_found, fmt::format("{} is no target", address.to_string()));
  return *std::move(found);
}

Result<std::vector<Target>> SqlTargetStore::list(const TargetQuery& query) {
  std::vector<platform::SqlValue> values{query.after_id, std::max(query.limit, 0)};
  std::string from = "targets t";
  std::string where = "t.id > $1";
  std::string order = "t.id";
  if (query.label) {
    values.emplace_back(*query.label);
    from = "target_labels l JOIN targets t ON t.id = l.target_id";
    where = fmt::format("l.label = ${} AND l.target_id > $1", values.size());
    order = "l.target_id";
  }
  std::string state;
  if (query.state) {
    state = to_string(*query.state);
    values.emplace_back(state);
    where += fmt::format(" AND t.state = ${}", values.size());
  }
  const auto sql = fmt::format("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT $2", target_columns, from, where, order);
  return database_->read([&](Database& database) {
    return platform::select_all(database, sql, platform::SqlValues(values), read_target);
  });
}

Result<std::int64_t> SqlTargetStore::count() {
  return database_->read(
      [](Database& database) { return platform::select_integer(database, "SELECT count(*) FROM targets"); });
}

Result<std::vector<Target>> SqlTargetStore::due(Instant now, int limit) {
  static const auto sql = fmt::format(
      "SELECT {} FROM targets t WHERE t.state = 'active' AND t.next_due_at <= $1 ORDER BY t.next_due_at, t.id LIMIT $2",
      target_columns);
  return database_->read([&](Database& database) {
    return platform::select_all(database, sql, {format_rfc3339(now), std::max(limit, 0)}, read_target);
  });
}

}  // namespace cw::store
