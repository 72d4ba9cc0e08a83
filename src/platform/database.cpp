#include "platform/database.hpp"

namespace cw::platform {

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

SharedDatabase::SharedDatabase(std::unique_ptr<Database> writer, std::unique_ptr<Database> reader)
    : name_(writer->name()), has_reader_(reader != nullptr), writer_(std::move(writer)), reader_(std::move(reader)) {}

}  // namespace cw::platform
