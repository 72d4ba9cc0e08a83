#pragma once

// The contract of the target store as tests. A back end joins with one line:
//   INSTANTIATE_TEST_SUITE_P(Name, TargetStoreConformance, testing::Values(open_it));

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "ports/store/target_store.hpp"

namespace cw::store {

// An empty store, with whatever it needs to live.
struct TargetStoreUnderTest {
  std::shared_ptr<void> backend;
  TargetStore* store = nullptr;
};
using OpenTargetStore = std::function<TargetStoreUnderTest()>;

class TargetStoreConformance : public testing::TestWithParam<OpenTargetStore> {
 protected:
  TargetStore& store() { return *opened_.store; }

 private:
  TargetStoreUnderTest opened_ = GetParam()();
};

}  // namespace cw::store
