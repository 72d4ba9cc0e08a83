#pragma once

// Runtime settings by key, each a JSON text, every change kept (when, who, before, after).
// settings_store_conformance.cpp is the contract as tests.

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"

namespace cw::store {

struct SettingChange {
  std::string key;
  Instant changed_at;
  std::string changed_by;
  std::string before;  // empty: there was none
  std::string after;
};

class SettingsStore {
 public:
  virtual ~SettingsStore() = default;
  virtual Result<std::string> get(std::string_view key) = 0;  // `not_found`
  // `invalid` when it is not JSON. To set what is set already is no change.
  virtual Result<> set(std::string_view key, std::string_view json, std::string_view changed_by, Instant now) = 0;
  virtual Result<std::vector<SettingChange>> history(std::string_view key, int limit) = 0;  // newest first
};

}  // namespace cw::store
