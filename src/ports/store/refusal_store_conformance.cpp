#include "ports/store/refusal_store_conformance.hpp"

#include "ports/store/sample_measurements.hpp"

namespace cw::store {
namespace {

using std::chrono::seconds;

NewRefusal refusal(int number, std::string reason = "special_use") {
  return {.address = samples::host(number), .reason = std::move(reason), .detail = "TEST-NET-3", .source = "schedule"};
}

std::vector<IpAddress> addresses_of(const Result<std::vector<Refusal>>& refusals) {
  std::vector<IpAddress> addresses;
  if (!refusals) return addresses;
  for (const auto& one : *refusals) addresses.push_back(one.address);
  return addresses;
}

TEST_P(RefusalStoreConformance, a_refusal_reads_back_as_it_was_noted) {
  ASSERT_TRUE(store().note({refusal(1)}, samples::start()));
  const auto listed = store().list({});
  ASSERT_TRUE(listed) << listed.error().message;
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->front(), (Refusal{.id = listed->front().id,
                                      .address = samples::host(1),
                                      .reason = "special_use",
                                      .detail = "TEST-NET-3",
                                      .source = "schedule",
                                      .first_at = samples::start(),
                                      .last_at = samples::start(),
                                      .count = 1}));
}

TEST_P(RefusalStoreConformance, the_same_address_and_reason_is_one_row_that_counts) {
  ASSERT_TRUE(store().note({refusal(1), refusal(1), refusal(1, "excluded")}, samples::start()));
  auto again = refusal(1);
  again.source = "api";
  again.detail = "still TEST-NET-3";
  ASSERT_TRUE(store().note({again}, samples::start() + seconds(9)));
  const auto listed = store().list({});
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ(listed->at(0).count, 3);
  EXPECT_EQ(listed->at(0).first_at, samples::start());
  EXPECT_EQ(listed->at(0).last_at, samples::start() + seconds(9));
  EXPECT_EQ(listed->at(0).source, "api");
  EXPECT_EQ(listed->at(0).detail, "still TEST-NET-3");
  EXPECT_EQ(listed->at(1).reason, "excluded");
  EXPECT_EQ(listed->at(1).count, 1);
}

TEST_P(RefusalStoreConformance, the_last_refused_comes_first_and_pages_follow_without_gap) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(store().note({refusal(i)}, samples::start() + seconds(i)));
  ASSERT_TRUE(store().note({refusal(0)}, samples::start() + seconds(9)));
  std::vector<IpAddress> seen;
  RefusalQuery query{.limit = 2};
  for (auto page = store().list(query); page && !page->empty(); page = store().list(query)) {
    for (const auto& one : *page) seen.push_back(one.address);
    query.before_id = page->back().id;
  }
  EXPECT_EQ(seen,
            (std::vector{samples::host(0), samples::host(4), samples::host(3), samples::host(2), samples::host(1)}));
}

TEST_P(RefusalStoreConformance, the_refusals_of_one_address_are_found) {
  ASSERT_TRUE(store().note({refusal(1), refusal(2), refusal(1, "opted_out")}, samples::start()));
  EXPECT_EQ(store().list({.address = samples::host(1)})->size(), 2u);
  EXPECT_EQ(store().list({.address = samples::host(3)})->size(), 0u);
}

TEST_P(RefusalStoreConformance, at_the_bound_the_longest_unseen_are_forgotten) {
  std::vector<NewRefusal> many;
  for (std::size_t i = 0; i < RefusalStore::kMostRows; ++i)
    many.push_back({.address = IpAddress::v4(0x0a000000 + static_cast<std::uint32_t>(i)), .reason = "special_use"});
  ASSERT_TRUE(store().note(many, samples::start()));
  ASSERT_TRUE(store().note({many[0], refusal(1)}, samples::start() + seconds(1)));
  EXPECT_EQ(store().list({.limit = 1'000'000})->size(), RefusalStore::kMostRows);
  EXPECT_EQ(store().list({.address = many[0].address})->size(), 1u) << "seen again, so kept";
  EXPECT_EQ(store().list({.address = many[1].address})->size(), 0u);
  EXPECT_EQ(addresses_of(store().list({.limit = 2})), (std::vector{samples::host(1), many[0].address}));
}

TEST_P(RefusalStoreConformance, of_more_than_the_bound_at_once_the_last_are_kept) {
  std::vector<NewRefusal> many;
  for (std::size_t i = 0; i < RefusalStore::kMostRows + 5; ++i)
    many.push_back({.address = IpAddress::v4(0x0a000000 + static_cast<std::uint32_t>(i)), .reason = "special_use"});
  ASSERT_TRUE(store().note(many, samples::start()));
  EXPECT_EQ(store().list({.limit = 1'000'000})->size(), RefusalStore::kMostRows);
  EXPECT_EQ(store().list({.address = many[4].address})->size(), 0u);
  EXPECT_EQ(store().list({.address = many[5].address})->size(), 1u);
}

}  // namespace
}  // namespace cw::store
