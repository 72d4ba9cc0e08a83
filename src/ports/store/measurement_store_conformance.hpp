#pragma once

// The contract of the measurement store as tests. A back end joins with one line:
//   INSTANTIATE_TEST_SUITE_P(Name, MeasurementStoreConformance, testing::Values(open_it));

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "core/random.hpp"
#include "ports/store/measurement_store.hpp"
#include "ports/store/target_store.hpp"

namespace cw::store {

// An empty store, with the targets beside it and whatever it needs to live.
struct MeasurementStoreUnderTest {
  std::shared_ptr<void> backend;
  MeasurementStore* store = nullptr;
  TargetStore* targets = nullptr;
};
using OpenMeasurementStore = std::function<MeasurementStoreUnderTest()>;

class MeasurementStoreConformance : public testing::TestWithParam<OpenMeasurementStore> {
 protected:
  MeasurementStore& store() { return *opened_.store; }
  TargetStore& targets() { return *opened_.targets; }
  Random& random() { return random_; }

 private:
  MeasurementStoreUnderTest opened_ = GetParam()();
  Random random_{20'260'101};
};

}  // namespace cw::store
