#include "ports/store/trace_feed_conformance.hpp"

#include <gmock/gmock.h>

#include "ports/store/sample_measurements.hpp"

namespace cw::store {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

NewMeasurement annotated_trace(Random& random, Instant at) {
  auto added = samples::plain_trace(random, at);
  added.as_path = samples::plain_as_path();
  return added;
}

std::vector<Uuid> ids_of(const std::vector<FedTrace>& traces) {
  std::vector<Uuid> ids;
  for (const auto& trace : traces) ids.push_back(trace.measurement);
  return ids;
}

TEST_P(TraceFeedConformance, an_empty_feed_ends_at_zero) {
  EXPECT_THAT(*feed().after(0, 10), IsEmpty());
  EXPECT_EQ(*feed().last(), 0);
}

TEST_P(TraceFeedConformance, traces_come_in_the_order_they_were_stored_not_in_that_of_their_ids) {
  const auto young = annotated_trace(random(), samples::start() + seconds(60));
  const auto old = annotated_trace(random(), samples::start());
  ASSERT_TRUE(measurements().put({young}));
  ASSERT_TRUE(measurements().put({old}));
  const auto all = *feed().after(0, 10);
  EXPECT_THAT(ids_of(all), ElementsAre(young.measurement.id, old.measurement.id));
  EXPECT_LT(all[0].position, all[1].position);
  EXPECT_EQ(*feed().last(), all[1].position);
}

TEST_P(TraceFeedConformance, reading_goes_on_behind_a_position) {
  std::vector<NewMeasurement> batch;
  for (int i = 0; i < 5; ++i) batch.push_back(annotated_trace(random(), samples::start() + seconds(i)));
  ASSERT_TRUE(measurements().put(batch));
  const auto first = *feed().after(0, 3);
  ASSERT_EQ(first.size(), 3u);
  const auto rest = *feed().after(first.back().position, 3);
  EXPECT_THAT(ids_of(rest), ElementsAre(batch[3].measurement.id, batch[4].measurement.id));
  EXPECT_THAT(*feed().after(rest.back().position, 3), IsEmpty());
}

TEST_P(TraceFeedConformance, a_trace_that_is_stored_twice_is_fed_once) {
  const auto trace = annotated_trace(random(), samples::start());
  ASSERT_TRUE(measurements().put({trace, trace}));
  ASSERT_TRUE(measurements().put({trace}));
  EXPECT_EQ(feed().after(0, 10)->size(), 1u);
}

TEST_P(TraceFeedConformance, a_measurement_without_an_as_path_is_not_fed) {
  auto ping = samples::plain_trace(random(), samples::start());
  ping.measurement.kind = Kind::ping;
  ping.measurement.hops.resize(1);
  ASSERT_TRUE(measurements().put({ping}));
  EXPECT_THAT(*feed().after(0, 10), IsEmpty());
}

}  // namespace

}  // namespace cw::store
