// Asks SQLite how it answers every statement that the stores ever prepare: none may read a whole table or sort.

#include <gtest/gtest.h>

#include "platform/database_reading.hpp"
#include "ports/store/sample_measurements.hpp"
#include "ports/store/sql/sql_store.hpp"

namespace cw::store {
namespace {

using platform::Database;
using platform::SqlRow;
using std::chrono::seconds;

// Every statement at least once, and enough rows that a plan matters.
void use_everything(SqlStore& store) {
  Random random(1);
  auto& targets = store.targets();
  auto& measurements = store.measurements();
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(targets.put({.address = samples::host(i), .name = "x", .labels = {"a"}}));
    auto added = samples::plain_trace(random, samples::start() + seconds(i % 7));
    added.measurement.hops[0].replies[0].from = samples::router(10 + i % 3);
    added.as_path = samples::plain_as_path();
    added.as_path->networks[0].asn.value += static_cast<std::uint32_t>(i);
    added.facts = {samples::facts_of(samples::router(i), Asn{64500}, "Near Net")};
    ASSERT_TRUE(measurements.put({added}));
    ASSERT_TRUE(measurements.by_id(added.measurement.id));
  }
  for (const auto& label : {std::optional<std::string>{}, std::optional<std::string>{"a"}})
    for (const auto state : {std::optional<TargetState>{}, std::optional{TargetState::active}})
      ASSERT_TRUE(targets.list({.label = label, .state = state}));
  ASSERT_TRUE(targets.due(samples::start(), 10));
  auto target = targets.by_address(samples::host(1));
  ASSERT_TRUE(target);
  ASSERT_TRUE(targets.update(*target));
  ASSERT_TRUE(targets.remove(target->id));
  for (int mask = 0; mask < 64; ++mask) {
    MeasurementQuery query;
    if (mask & 1) query.address = samples::host(1);
    if (mask & 2) query.kind = Kind::trace;
    if (mask & 4) query.status = Status::reached;
    if (mask & 8) query.from = samples::start();
    if (mask & 16) query.to = samples::start() + seconds(9);
    if (mask & 32) query.before_id = Uuid::first_at(samples::start() + seconds(9));
    ASSERT_TRUE(measurements.list(query));
  }
  ASSERT_TRUE(measurements.crossing({.address = samples::router(1)}));
  ASSERT_TRUE(measurements.crossing({.address = samples::router(1), .most_paths = 0}));
  ASSERT_TRUE(measurements.count());
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(store.refusals().note(
        {{.address = samples::host(i), .reason = "excluded"}, {.address = samples::host(1), .reason = "excluded"}},
        samples::start()));
  ASSERT_TRUE(store.refusals().list({}));
  ASSERT_TRUE(store.refusals().list({.address = samples::host(1)}));
  ASSERT_TRUE(measurements.facts({samples::router(1)}));
  ASSERT_TRUE(store.settings().set("a", "1", "owner", samples::start()));
  ASSERT_TRUE(store.settings().set("a", "2", "owner", samples::start()));
  ASSERT_TRUE(store.settings().get("a"));
  ASSERT_TRUE(store.settings().history("a", 10));
}

Result<std::vector<std::string>> plan_of(Database& database, const std::string& sql) {
  std::vector<platform::SqlValue> values;
  while (sql.find("$" + std::to_string(values.size() + 1)) != std::string::npos) values.emplace_back();
  return platform::select_all(database, "EXPLAIN QUERY PLAN " + sql, platform::SqlValues(values),
                              [](const SqlRow& row) -> Result<std::string> { return std::string(row.text(3)); });
}

// Two statements read a whole table because they were asked to: the newest of all measurements, which stops at
// its limit, and the number of targets.
bool may_scan(const std::string& sql) {
  return sql.find(" FROM measurements m ORDER BY m.id DESC LIMIT") != std::string::npos ||
         sql == "SELECT count(*) FROM targets";
}

bool is_about_tables(const std::string& sql) {
  return sql.starts_with("SELECT") || sql.starts_with("UPDATE") || sql.starts_with("DELETE") ||
         sql.starts_with("INSERT");
}

Result<int> check_plans(Database& database) {
  int checked = 0;
  for (const auto& sql : database.statements()) {
    if (!is_about_tables(sql) || sql.find("sqlite_schema") != std::string::npos) continue;
    for (const auto& step : TRY(plan_of(database, sql))) {
      EXPECT_EQ(step.find("TEMP B-TREE"), std::string::npos) << step << ": " << sql;
      const bool scans = step.starts_with("SCAN ") && step != "SCAN CONSTANT ROW";
      EXPECT_TRUE(!scans || may_scan(sql)) << step << ": " << sql;
    }
    ++checked;
  }
  return checked;
}

TEST(QueryPlan, no_statement_of_the_stores_reads_a_whole_table_or_sorts) {
  const auto store = SqlStore::open("sqlite::memory:");
  ASSERT_TRUE(store);
  use_everything(**store);
  const auto checked = (*store)->database()->read(check_plans);
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_GT(*checked, 64 + 20);
}

TEST(QueryPlan, the_hops_of_one_measurement_are_found_by_its_id) {
  const auto store = SqlStore::open("sqlite::memory:");
  ASSERT_TRUE(store);
  const auto plan = (*store)->database()->read(
      [](Database& database) { return plan_of(database, "SELECT * FROM hops WHERE measurement_id = $1"); });
  ASSERT_TRUE(plan);
  for (const auto& step : *plan)
    EXPECT_TRUE(!step.starts_with("SCAN ") || step.find("VIRTUAL TABLE") != std::string::npos) << step;
}

}  // namespace
}  // namespace cw::store
