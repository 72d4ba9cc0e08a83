// PostgreSQL against the contracts of the stores, on a real server.

#include <gtest/gtest.h>

#include "platform/postgres_for_tests.hpp"
#include "ports/store/measurement_store_conformance.hpp"
#include "ports/store/refusal_store_conformance.hpp"
#include "ports/store/settings_store_conformance.hpp"
#include "ports/store/sql/sql_store.hpp"
#include "ports/store/target_store_conformance.hpp"
#include "ports/store/trace_feed_conformance.hpp"

namespace cw::store {
namespace {

struct Opened {
  platform::TemporaryPostgres server;
  std::unique_ptr<SqlStore> store = *SqlStore::open(server.url());
};

TargetStoreUnderTest targets() {
  auto opened = std::make_shared<Opened>();
  return {.backend = opened, .store = &opened->store->targets()};
}

SettingsStoreUnderTest settings() {
  auto opened = std::make_shared<Opened>();
  return {.backend = opened, .store = &opened->store->settings()};
}

RefusalStoreUnderTest refusals() {
  auto opened = std::make_shared<Opened>();
  return {.backend = opened, .store = &opened->store->refusals()};
}

MeasurementStoreUnderTest measurements() {
  auto opened = std::make_shared<Opened>();
  return {.backend = opened, .store = &opened->store->measurements(), .targets = &opened->store->targets()};
}

TraceFeedUnderTest feed() {
  auto opened = std::make_shared<Opened>();
  return {.backend = opened, .feed = &opened->store->feed(), .measurements = &opened->store->measurements()};
}

template <class Open>
auto on_postgres(Open open) {
  return testing::ValuesIn(platform::where_postgres_is<Open>({std::move(open)}));
}

TEST(PostgresStore, is_tested_on_a_real_server) { CW_NEEDS_POSTGRES(); }

INSTANTIATE_TEST_SUITE_P(Postgres, TargetStoreConformance, on_postgres<OpenTargetStore>(targets));
INSTANTIATE_TEST_SUITE_P(Postgres, SettingsStoreConformance, on_postgres<OpenSettingsStore>(settings));
INSTANTIATE_TEST_SUITE_P(Postgres, RefusalStoreConformance, on_postgres<OpenRefusalStore>(refusals));
INSTANTIATE_TEST_SUITE_P(Postgres, MeasurementStoreConformance, on_postgres<OpenMeasurementStore>(measurements));
INSTANTIATE_TEST_SUITE_P(Postgres, TraceFeedConformance, on_postgres<OpenTraceFeed>(feed));

}  // namespace
}  // namespace cw::store
