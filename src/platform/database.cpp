#include "platform/database.hpp"

namespace cw::platform {
namespace {

// Two transactions that met once have passed each other on the second try; the rest is for crowds.
constexpr int most_attempts = 6;

std::vector<std::unique_ptr<Database>> pool_of(std::unique_ptr<Database> connection) {
  std::vector<std::unique_ptr<Database>> one;
  one.push_back(std::move(connection));
  return one;
}

}  // namespace

void SqlBatch::add(std::initializer_list<SqlValue> values) {
  auto& row = rows_.emplace_back();
  for (const auto& value : values) {
    const auto* const text = std::get_if<std::string_view>(&value.get());
    row.push_back(text == nullptr ? value : SqlValue(texts_.emplace_back(*text)));
  }
}

Result<std::int64_t> Database::execute_all(std::string_view sql, const SqlBatch& batch) {
  std::int64_t changed = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) changed += TRY(execute(sql, batch[i]));
  return changed;
}

Result<Transaction> Transaction::begin(Database& database) {
  TRY(database.begin());
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ != nullptr) database_->rollback();
}

Result<> Transaction::commit() {
  auto* const database = std::exchange(database_, nullptr);
  auto committed = database->commit();
  if (!committed) database->rollback();
  return committed;
}

std::unique_ptr<Database> ConnectionPool::take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return !idle_.empty(); });
  auto connection = std::move(idle_.back());  // the one used last: the others may rest
  idle_.pop_back();
  return connection;
}

void ConnectionPool::give_back(std::unique_ptr<Database> connection) {
  {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

SharedDatabase::SharedDatabase(std::unique_ptr<Database> writer, std::unique_ptr<Database> reader)
    : name_(writer->name()), dialect_(writer->dialect()), writers_(pool_of(std::move(writer))) {
  if (reader != nullptr) readers_.emplace(pool_of(std::move(reader)));
}

SharedDatabase::SharedDatabase(std::vector<std::unique_ptr<Database>> connections)
    : name_(connections.front()->name()),
      dialect_(connections.front()->dialect()),
      attempts_(most_attempts),
      writers_(std::move(connections)) {}

}  // namespace cw::platform
