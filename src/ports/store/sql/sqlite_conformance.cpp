// SQLite, in memory and in a file, against the contracts of the stores.

#include <gtest/gtest.h>

#include "platform/temporary_folder.hpp"
#include "ports/store/measurement_store_conformance.hpp"
#include "ports/store/refusal_store_conformance.hpp"
#include "ports/store/settings_store_conformance.hpp"
#include "ports/store/sql/sql_store.hpp"
#include "ports/store/target_store_conformance.hpp"
#include "ports/store/trace_feed_conformance.hpp"

namespace cw::store {
namespace {

struct Opened {
  platform::TemporaryFolder folder;
  std::unique_ptr<SqlStore> store;
};

std::shared_ptr<Opened> in_memory() {
  auto opened = std::make_shared<Opened>();
  opened->store = *SqlStore::open("sqlite::memory:");
  return opened;
}

std::shared_ptr<Opened> in_file() {
  auto opened = std::make_shared<Opened>();
  opened->store = *SqlStore::open("sqlite://" + (opened->folder / "node.db").string());
  return opened;
}

template <std::shared_ptr<Opened> (*open)()>
TargetStoreUnderTest targets() {
  auto opened = open();
  return {.backend = opened, .store = &opened->store->targets()};
}

template <std::shared_ptr<Opened> (*open)()>
SettingsStoreUnderTest settings() {
  auto opened = open();
  return {.backend = opened, .store = &opened->store->settings()};
}

template <std::shared_ptr<Opened> (*open)()>
RefusalStoreUnderTest refusals() {
  auto opened = open();
  return {.backend = opened, .store = &opened->store->refusals()};
}

template <std::shared_ptr<Opened> (*open)()>
MeasurementStoreUnderTest measurements() {
  auto opened = open();
  return {.backend = opened, .store = &opened->store->measurements(), .targets = &opened->store->targets()};
}

template <std::shared_ptr<Opened> (*open)()>
TraceFeedUnderTest feed() {
  auto opened = open();
  return {.backend = opened, .feed = &opened->store->feed(), .measurements = &opened->store->measurements()};
}

INSTANTIATE_TEST_SUITE_P(SqliteMemory, TargetStoreConformance, testing::Values(targets<in_memory>));
INSTANTIATE_TEST_SUITE_P(SqliteMemory, SettingsStoreConformance, testing::Values(settings<in_memory>));
INSTANTIATE_TEST_SUITE_P(SqliteMemory, MeasurementStoreConformance, testing::Values(measurements<in_memory>));
INSTANTIATE_TEST_SUITE_P(SqliteMemory, RefusalStoreConformance, testing::Values(refusals<in_memory>));
INSTANTIATE_TEST_SUITE_P(SqliteMemory, TraceFeedConformance, testing::Values(feed<in_memory>));
INSTANTIATE_TEST_SUITE_P(Sqlite, TargetStoreConformance, testing::Values(targets<in_file>));
INSTANTIATE_TEST_SUITE_P(Sqlite, SettingsStoreConformance, testing::Values(settings<in_file>));
INSTANTIATE_TEST_SUITE_P(Sqlite, RefusalStoreConformance, testing::Values(refusals<in_file>));
INSTANTIATE_TEST_SUITE_P(Sqlite, MeasurementStoreConformance, testing::Values(measurements<in_file>));
INSTANTIATE_TEST_SUITE_P(Sqlite, TraceFeedConformance, testing::Values(feed<in_file>));

}  // namespace
}  // namespace cw::store
