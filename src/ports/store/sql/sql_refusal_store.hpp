#pragma once

// The refusals in an SQL database.

#include <memory>

#include "platform/database.hpp"
#include "ports/store/refusal_store.hpp"

namespace cw::store {

class SqlRefusalStore final : public RefusalStore {
 public:
  explicit SqlRefusalStore(std::shared_ptr<platform::SharedDatabase> database) : database_(std::move(database)) {}

  Result<> note(const std::vector<NewRefusal>& refusals, Instant now) override;
  Result<std::vector<Refusal>> list(const RefusalQuery& query) override;

 private:
  std::shared_ptr<platform::SharedDatabase> database_;
};

}  // namespace cw::store
