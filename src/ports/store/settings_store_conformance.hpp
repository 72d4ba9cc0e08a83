#pragma once

// The contract of the settings store as tests. A back end joins with one line:
//   INSTANTIATE_TEST_SUITE_P(Name, SettingsStoreConformance, testing::Values(open_it));

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "ports/store/settings_store.hpp"

namespace cw::store {

// An empty store, with whatever it needs to live.
struct SettingsStoreUnderTest {
  std::shared_ptr<void> backend;
  SettingsStore* store = nullptr;
};
using OpenSettingsStore = std::function<SettingsStoreUnderTest()>;

class SettingsStoreConformance : public testing::TestWithParam<OpenSettingsStore> {
 protected:
  SettingsStore& store() { return *opened_.store; }

 private:
  SettingsStoreUnderTest opened_ = GetParam()();
};

}  // namespace cw::store
