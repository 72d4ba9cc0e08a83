#pragma once

// The runtime settings and their history in an SQL database.

#include <memory>

#include "platform/database.hpp"
#include "ports/store/settings_store.hpp"

namespace cw::store {

class SqlSettingsStore final : public SettingsStore {
 public:
  explicit SqlSettingsStore(std::shared_ptr<platform::SharedDatabase> database) : database_(std::move(database)) {}

  Result<std::string> get(std::string_view key) override;
  Result<> set(std::string_view key, std::string_view json, std::string_view changed_by, Instant now) override;
  Result<std::vector<SettingChange>> history(std::string_view key, int limit) override;

 private:
  std::shared_ptr<platform::SharedDatabase> database_;
};

}  // namespace cw::store
