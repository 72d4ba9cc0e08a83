#pragma once

// The contract of the feed of traces as tests. A back end joins with one line:
//   INSTANTIATE_TEST_SUITE_P(Name, TraceFeedConformance, testing::Values(open_it));

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "core/random.hpp"
#include "ports/store/measurement_store.hpp"
#include "ports/store/trace_feed.hpp"

namespace cw::store {

// An empty feed, with the measurements that it follows and whatever it needs to live.
struct TraceFeedUnderTest {
  std::shared_ptr<void> backend;
  TraceFeed* feed = nullptr;
  MeasurementStore* measurements = nullptr;
};
using OpenTraceFeed = std::function<TraceFeedUnderTest()>;

class TraceFeedConformance : public testing::TestWithParam<OpenTraceFeed> {
 protected:
  TraceFeed& feed() { return *opened_.feed; }
  MeasurementStore& measurements() { return *opened_.measurements; }
  Random& random() { return random_; }

 private:
  TraceFeedUnderTest opened_ = GetParam()();
  Random random_{20'260'101};
};

}  // namespace cw::store
