#pragma once

// The contract of the refusal store as tests. A back end joins with one line:
//   INSTANTIATE_TEST_SUITE_P(Name, RefusalStoreConformance, testing::Values(open_it));

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "ports/store/refusal_store.hpp"

namespace cw::store {

// An empty store, with whatever it needs to live.
struct RefusalStoreUnderTest {
  std::shared_ptr<void> backend;
  RefusalStore* store = nullptr;
};
using OpenRefusalStore = std::function<RefusalStoreUnderTest()>;

class RefusalStoreConformance : public testing::TestWithParam<OpenRefusalStore> {
 protected:
  RefusalStore& store() { return *opened_.store; }

 private:
  RefusalStoreUnderTest opened_ = GetParam()();
};

}  // namespace cw::store
