#include "ports/store/target_store_conformance.hpp"

#include "ports/store/sample_measurements.hpp"

namespace cw::store {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Target sample_target(int number) {
  return {.address = samples::host(number),
          .name = "host" + std::to_string(number) + ".example.net",
          .labels = {"home"},
          .source = TargetSource::api,
          .reason = "asked for",
          .priority = 5,
          .interval = minutes(15),
          .first_seen = samples::start(),
          .last_seen = samples::start()};
}

std::vector<std::int64_t> ids_of(const std::vector<Target>& targets) {
  std::vector<std::int64_t> ids;
  for (const auto& target : targets) ids.push_back(target.id);
  return ids;
}

TEST_P(TargetStoreConformance, a_target_reads_back_as_it_was_put) {
  auto target = sample_target(1);
  target.asn = Asn{4'200'000'000};
  target.labels = {"zürich", "\"quoted\"", ""};
  target.state = TargetState::paused;
  target.last_measurement_at = samples::start() + seconds(7);
  target.kind = Kind::mtr;
  target.prober = "mtr";
  target.options = {
      .method = Method::tcp_ack, .port = 443, .multipath = Multipath::on, .mtu_search = MtuSearch::on, .dscp = 46};
  const auto stored = store().put(target);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_GT(stored->id, 0);
  target.id = stored->id;
  EXPECT_EQ(*stored, target);
  EXPECT_EQ(store().by_id(target.id), target);
  EXPECT_EQ(store().by_address(target.address), target);
}

TEST_P(TargetStoreConformance, an_ipv6_target_reads_back_as_it_was_put) {
  auto target = sample_target(1);
  target.address = *IpAddress::parse("2001:db8::5");
  const auto stored = store().put(target);
  ASSERT_TRUE(stored);
  EXPECT_EQ(store().by_address(target.address), *stored);
}

TEST_P(TargetStoreConformance, two_reports_of_one_address_are_one_target) {
  const auto known = store().put(sample_target(1));
  ASSERT_TRUE(known);
  auto again = sample_target(1);
  again.name = "other-name.example.net";
  again.source = TargetSource::dns;
  again.asn = Asn{64500};
  again.labels = {"lab", "home", "lab"};
  again.priority = 8;
  again.interval = minutes(5);
  again.first_seen = again.last_seen = samples::start() + minutes(1);

  auto expected = *known;
  expected.labels = {"home", "lab"};
  expected.asn = Asn{64500};
  expected.priority = 8;
  expected.interval = minutes(5);
  expected.last_seen = again.last_seen;
  EXPECT_EQ(store().put(again), expected);
  EXPECT_EQ(store().by_id(known->id), expected);
  EXPECT_EQ(store().count(), 1);
}

TEST_P(TargetStoreConformance, a_weaker_report_takes_nothing_away) {
  const auto known = store().put(sample_target(1));
  ASSERT_TRUE(known);
  auto weaker = sample_target(1);
  weaker.labels = {};
  weaker.kind = Kind::ping;
  weaker.prober = "nping";
  weaker.priority = 1;
  weaker.interval = minutes(60);
  weaker.last_seen = samples::start() - minutes(1);
  EXPECT_EQ(store().put(weaker), *known);
}

TEST_P(TargetStoreConformance, a_list_of_targets_is_put_whole_or_not_at_all) {
  const auto stored = store().put_all({sample_target(1), sample_target(2), sample_target(1)});
  ASSERT_TRUE(stored);
  ASSERT_EQ(stored->size(), 3u);
  EXPECT_EQ(stored->at(0).id, stored->at(2).id);
  EXPECT_EQ(store().count(), 2);

  auto wrong = sample_target(4);
  wrong.priority = 10;
  const auto refused = store().put_all({sample_target(3), wrong});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_EQ(store().count(), 2);
}

TEST_P(TargetStoreConformance, values_out_of_bounds_are_invalid) {
  auto wrong = sample_target(1);
  wrong.priority = -1;
  EXPECT_EQ(store().put(wrong).error().kind, ErrorKind::invalid);
  wrong = sample_target(1);
  wrong.interval = seconds(0);
  EXPECT_EQ(store().put(wrong).error().kind, ErrorKind::invalid);
  auto stored = store().put(sample_target(1));
  ASSERT_TRUE(stored);
  stored->priority = 10;
  EXPECT_EQ(store().update(*stored).error().kind, ErrorKind::invalid);
}

TEST_P(TargetStoreConformance, an_update_replaces_what_its_owner_may_change) {
  const auto stored = store().put(sample_target(1));
  ASSERT_TRUE(stored);
  auto changed = *stored;
  changed.labels = {"lab"};
  changed.priority = 1;
  changed.interval = minutes(60);
  changed.state = TargetState::paused;
  changed.reason = "changed";
  changed.kind = Kind::ping;
  changed.prober = "ping";
  changed.options = {.method = Method::udp, .port = 53};
  auto asked = changed;
  asked.first_seen = samples::start() + minutes(9);
  EXPECT_EQ(store().update(asked), changed);
  EXPECT_EQ(store().by_id(stored->id), changed);
  EXPECT_EQ(store().list({.label = "home"})->size(), 0u);
  EXPECT_EQ(store().list({.label = "lab"})->size(), 1u);
}

TEST_P(TargetStoreConformance, what_is_not_there_is_not_found) {
  EXPECT_EQ(store().by_id(1).error().kind, ErrorKind::not_found);
  EXPECT_EQ(store().by_address(samples::host(1)).error().kind, ErrorKind::not_found);
  EXPECT_EQ(store().remove(1).error().kind, ErrorKind::not_found);
  auto unknown = sample_target(1);
  unknown.id = 1;
  EXPECT_EQ(store().update(unknown).error().kind, ErrorKind::not_found);
}

TEST_P(TargetStoreConformance, a_removed_target_is_gone_and_its_id_is_not_given_again) {
  const auto stored = store().put(sample_target(1));
  ASSERT_TRUE(stored);
  ASSERT_TRUE(store().remove(stored->id));
  EXPECT_EQ(store().by_id(stored->id).error().kind, ErrorKind::not_found);
  EXPECT_EQ(store().list({.label = "home"})->size(), 0u);
  const auto again = store().put(sample_target(1));
  ASSERT_TRUE(again);
  EXPECT_GT(again->id, stored->id);
}

TEST_P(TargetStoreConformance, pages_follow_each_other_without_gap_or_repeat) {
  std::vector<Target> targets;
  for (int i = 0; i < 7; ++i) targets.push_back(sample_target(i));
  const auto stored = store().put_all(targets);
  ASSERT_TRUE(stored);
  std::vector<std::int64_t> seen;
  TargetQuery query{.limit = 3};
  for (auto page = store().list(query); page && !page->empty(); page = store().list(query)) {
    EXPECT_LE(page->size(), 3u);
    for (const auto id : ids_of(*page)) seen.push_back(id);
    query.after_id = seen.back();
  }
  EXPECT_EQ(seen, ids_of(*stored));
}

TEST_P(TargetStoreConformance, a_list_can_be_narrowed_by_label_and_state) {
  auto labelled = sample_target(1);
  labelled.labels = {"lab", "home"};
  auto paused = sample_target(2);
  paused.labels = {"lab"};
  paused.state = TargetState::paused;
  const auto stored = store().put_all({labelled, paused, sample_target(3)});
  ASSERT_TRUE(stored);
  const auto id = [&](std::size_t i) { return stored->at(i).id; };
  using Ids = std::vector<std::int64_t>;
  EXPECT_EQ(ids_of(*store().list({.label = "lab"})), (Ids{id(0), id(1)}));
  EXPECT_EQ(ids_of(*store().list({.state = TargetState::active})), (Ids{id(0), id(2)}));
  EXPECT_EQ(ids_of(*store().list({.label = "lab", .state = TargetState::paused})), (Ids{id(1)}));
  EXPECT_EQ(ids_of(*store().list({.after_id = id(0), .label = "lab"})), (Ids{id(1)}));
  EXPECT_EQ(ids_of(*store().list({.label = "nobody's"})), (Ids{}));
}

TEST_P(TargetStoreConformance, a_target_never_measured_is_due_at_once) {
  const auto stored = store().put(sample_target(1));
  ASSERT_TRUE(stored);
  EXPECT_EQ(ids_of(*store().due(samples::start(), 10)), std::vector{stored->id});
}

TEST_P(TargetStoreConformance, a_measured_target_is_due_an_interval_later) {
  auto target = sample_target(1);
  target.last_measurement_at = samples::start();
  ASSERT_TRUE(store().put(target));
  EXPECT_EQ(store().due(samples::start() + minutes(15) - seconds(1), 10)->size(), 0u);
  EXPECT_EQ(store().due(samples::start() + minutes(15), 10)->size(), 1u);
}

TEST_P(TargetStoreConformance, a_changed_interval_changes_when_a_target_is_due) {
  auto target = sample_target(1);
  target.last_measurement_at = samples::start();
  auto stored = store().put(target);
  ASSERT_TRUE(stored);
  stored->interval = minutes(1);
  ASSERT_TRUE(store().update(*stored));
  EXPECT_EQ(store().due(samples::start() + minutes(1), 10)->size(), 1u);
}

TEST_P(TargetStoreConformance, the_longest_overdue_comes_first_and_a_paused_one_never) {
  auto recent = sample_target(1);
  recent.last_measurement_at = samples::start() + minutes(2);
  auto longest = sample_target(2);
  longest.last_measurement_at = samples::start() - minutes(30);
  auto paused = sample_target(3);
  paused.state = TargetState::paused;
  const auto stored = store().put_all({recent, longest, paused});
  ASSERT_TRUE(stored);
  const auto now = samples::start() + minutes(60);
  EXPECT_EQ(ids_of(*store().due(now, 10)), (std::vector{stored->at(1).id, stored->at(0).id}));
  EXPECT_EQ(ids_of(*store().due(now, 1)), std::vector{stored->at(1).id});
}

}  // namespace
}  // namespace cw::store
