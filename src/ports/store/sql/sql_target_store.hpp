#pragma once

// The targets in an SQL database.

#include <memory>

#include "platform/database.hpp"
#include "ports/store/target_store.hpp"

namespace cw::store {

class SqlTargetStore final : public TargetStore {
 public:
  explicit SqlTargetStore(std::shared_ptr<platform::SharedDatabase> database) : database_(std::move(database)) {}

  Result<Target> put(const Target& target) override;
  Result<std::vector<Target>> put_all(const std::vector<Target>& targets) override;
  Result<Target> update(const Target& target) override;
  Result<> remove(std::int64_t id) override;
  Result<Target> by_id(std::int64_t id) override;
  Result<Target> by_address(const IpAddress& address) override;
  Result<std::vector<Target>> list(const TargetQuery& query) override;
  Result<std::int64_t> count() override;
  Result<std::vector<Target>> due(Instant now, int limit) override;

 private:
  std::shared_ptr<platform::SharedDatabase> database_;
};

}  // namespace cw::store
