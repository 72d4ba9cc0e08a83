#include "ports/store/measurement_store_conformance.hpp"

#include <algorithm>

#include "ports/store/sample_measurements.hpp"

namespace cw::store {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

NewMeasurement trace_at(Random& random, Duration after_start) {
  return samples::plain_trace(random, samples::start() + after_start);
}

std::vector<Uuid> ids_of(const Result<std::vector<MeasurementSummary>>& summaries) {
  std::vector<Uuid> ids;
  if (!summaries) return ids;
  for (const auto& summary : *summaries) ids.push_back(summary.id);
  return ids;
}

TEST_P(MeasurementStoreConformance, a_trace_reads_back_as_it_was_put) {
  auto added = trace_at(random(), seconds(0));
  added.as_path = samples::plain_as_path();
  added.origin = {
      .source = "schedule", .reason = "interval", .rate_limit_per_minute = 30, .max_concurrent_traceroutes = 5};
  const auto stored = store().put({added});
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(*stored, 1);
  const auto read = store().by_id(added.measurement.id);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->measurement, added.measurement);
  EXPECT_EQ(read->as_path, added.as_path);
  EXPECT_EQ(read->origin, added.origin);
  EXPECT_EQ(read->path_hash.size(), 16u);
}

TEST_P(MeasurementStoreConformance, measurements_of_every_shape_read_back_as_they_were_put) {
  std::vector<NewMeasurement> batch;
  for (int i = 0; i < 400; ++i)
    batch.push_back({.measurement = samples::random_measurement(random(), samples::start() + seconds(i))});
  ASSERT_EQ(store().put(batch), 400);
  for (const auto& added : batch) {
    const auto read = store().by_id(added.measurement.id);
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->measurement, added.measurement);
    ASSERT_EQ(read->path_hash.empty(), added.measurement.kind == Kind::ping || added.measurement.hops.empty());
  }
}

TEST_P(MeasurementStoreConformance, parts_of_a_microsecond_are_rounded) {
  auto added = trace_at(random(), seconds(0));
  added.measurement.hops[0].replies[0].rtt = std::chrono::nanoseconds(411'600);
  ASSERT_TRUE(store().put({added}));
  EXPECT_EQ(store().by_id(added.measurement.id)->measurement.hops[0].replies[0].rtt, microseconds(412));
}

TEST_P(MeasurementStoreConformance, storing_twice_stores_once) {
  auto added = trace_at(random(), seconds(0));
  added.as_path = samples::plain_as_path();
  EXPECT_EQ(store().put({added, added}), 1);
  const auto first = store().by_id(added.measurement.id);
  ASSERT_TRUE(first);
  auto changed = added;
  changed.measurement.status = Status::failed;
  changed.measurement.hops.clear();
  EXPECT_EQ(store().put({changed}), 0);
  EXPECT_EQ(store().by_id(added.measurement.id), *first);
  EXPECT_EQ(store().count(), 1);
}

TEST_P(MeasurementStoreConformance, random_batches_stored_twice_equal_stored_once) {
  std::vector<NewMeasurement> all;
  for (int i = 0; i < 60; ++i)
    all.push_back({.measurement = samples::random_measurement(random(), samples::start() + seconds(i))});
  ASSERT_EQ(store().put(all), 60);
  const auto once = store().list({.limit = 100});
  for (int round = 0; round < 20; ++round) {
    std::vector<NewMeasurement> batch;
    for (int i = 0; i < 10; ++i) batch.push_back(all[random().below(all.size())]);
    ASSERT_EQ(store().put(batch), 0);
  }
  EXPECT_EQ(store().count(), 60);
  EXPECT_EQ(ids_of(store().list({.limit = 100})), ids_of(once));
  for (const auto& added : all) EXPECT_EQ(store().by_id(added.measurement.id)->measurement, added.measurement);
}

TEST_P(MeasurementStoreConformance, a_batch_is_stored_whole_or_not_at_all) {
  auto broken = trace_at(random(), seconds(1));
  broken.measurement.hops[1].ttl = Ttl{9};
  const auto refused = store().put({trace_at(random(), seconds(0)), broken});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_EQ(store().count(), 0);
  EXPECT_EQ(store().list({})->size(), 0u);
}

TEST_P(MeasurementStoreConformance, a_negative_count_is_invalid) {
  auto broken = trace_at(random(), seconds(0));
  broken.measurement.probes_sent = -1;
  EXPECT_EQ(store().put({broken}).error().kind, ErrorKind::invalid);
  broken = trace_at(random(), seconds(0));
  broken.measurement.hops[0].sent = -1;
  EXPECT_EQ(store().put({broken}).error().kind, ErrorKind::invalid);
}

TEST_P(MeasurementStoreConformance, an_inferred_hop_with_replies_is_invalid) {
  auto broken = trace_at(random(), seconds(0));
  broken.measurement.hops[0].inferred = {.from = samples::router(1), .verified_at = samples::start()};
  EXPECT_EQ(store().put({broken}).error().kind, ErrorKind::invalid);
  broken.measurement.hops[0].replies.clear();
  EXPECT_EQ(store().put({broken}), 1);
}

TEST_P(MeasurementStoreConformance, an_address_is_found_on_the_ways_to_others) {
  const auto direct = trace_at(random(), seconds(0));  // over routers 1 and 2 to host 1
  auto beside = trace_at(random(), seconds(1));
  beside.measurement.address = samples::host(2);
  auto second_answer = samples::reply_from(samples::router(7), milliseconds(3), 11);
  second_answer.attempt = 2;
  beside.measurement.hops[0].replies.push_back(second_answer);
  ASSERT_TRUE(store().put({direct, beside}));
  const auto found = [&](const IpAddress& address) { return ids_of(store().crossing({.address = address})); };
  const auto searched = [&](const IpAddress& address, int look_back) {
    return ids_of(store().crossing({.address = address, .most_paths = 0, .look_back = look_back}));
  };
  using Ids = std::vector<Uuid>;
  EXPECT_EQ(found(samples::router(1)), (Ids{beside.measurement.id, direct.measurement.id}));
  EXPECT_EQ(ids_of(store().crossing({.address = samples::router(1), .limit = 1})), (Ids{beside.measurement.id}));
  EXPECT_EQ(searched(samples::router(1), 100), (Ids{beside.measurement.id, direct.measurement.id}));
  EXPECT_EQ(searched(samples::router(1), 1), (Ids{beside.measurement.id}));
  EXPECT_EQ(searched(samples::router(7), 100), (Ids{beside.measurement.id}));
  EXPECT_EQ(found(samples::router(7)), (Ids{beside.measurement.id})) << "one of several at its TTL";
  EXPECT_EQ(found(samples::router(9)), Ids{});
  EXPECT_EQ(found(samples::host(1)), (Ids{beside.measurement.id})) << "not of its own measurements";
  EXPECT_EQ(found(IpAddress::v4(samples::router(1).v4_value() / 10)), Ids{}) << "a part of another is not it";
}

TEST_P(MeasurementStoreConformance, an_address_is_found_however_many_measurements_came_since) {
  auto rare = trace_at(random(), seconds(0));
  rare.measurement.hops[0].replies[0].from = samples::router(50);
  std::vector<NewMeasurement> batch{rare};
  for (int i = 1; i <= 1100; ++i) batch.push_back(trace_at(random(), seconds(i)));
  ASSERT_EQ(store().put(batch), 1101);
  EXPECT_EQ(ids_of(store().crossing({.address = samples::router(50)})), std::vector{rare.measurement.id});
  EXPECT_EQ(ids_of(store().crossing({.address = samples::router(1), .limit = 5})).size(), 5U);
}

TEST_P(MeasurementStoreConformance, an_inferred_hop_counts_as_on_the_way) {
  auto joined = trace_at(random(), seconds(0));
  auto& hop = joined.measurement.hops[0];
  hop = {.ttl = hop.ttl, .inferred = InferredHop{samples::router(60), samples::start()}};
  ASSERT_EQ(store().put({joined}), 1);
  EXPECT_EQ(ids_of(store().crossing({.address = samples::router(60)})), std::vector{joined.measurement.id});
}

TEST_P(MeasurementStoreConformance, an_empty_batch_is_nothing_to_do) { EXPECT_EQ(store().put({}), 0); }

TEST_P(MeasurementStoreConformance, what_is_not_there_is_not_found) {
  EXPECT_EQ(store().by_id(Uuid::make_v7(samples::start(), random())).error().kind, ErrorKind::not_found);
}

TEST_P(MeasurementStoreConformance, a_summary_says_what_its_measurement_says) {
  auto added = trace_at(random(), seconds(0));
  added.measurement.source = samples::host(9);
  added.origin = {.source = "api", .reason = "asked for"};
  added.as_path = samples::plain_as_path();
  ASSERT_TRUE(store().put({added}));
  const auto list = store().list({});
  ASSERT_TRUE(list) << list.error().message;
  ASSERT_EQ(list->size(), 1u);
  const auto& summary = list->front();
  const auto& measurement = added.measurement;
  EXPECT_EQ(summary.id, measurement.id);
  EXPECT_EQ(summary.kind, measurement.kind);
  EXPECT_EQ(summary.vantage, measurement.vantage);
  EXPECT_EQ(summary.target, measurement.target);
  EXPECT_EQ(summary.address, measurement.address);
  EXPECT_EQ(summary.prober, measurement.prober);
  EXPECT_EQ(summary.source, measurement.source);
  EXPECT_EQ(summary.origin, added.origin);
  EXPECT_EQ(summary.method, measurement.method);
  EXPECT_EQ(summary.started_at, measurement.started_at);
  EXPECT_EQ(summary.finished_at, measurement.finished_at);
  EXPECT_EQ(summary.status, measurement.status);
  EXPECT_EQ(summary.stop_reason, measurement.stop_reason);
  EXPECT_EQ(summary.hop_count, 4);
  EXPECT_EQ(summary.probes_sent, 5);
  EXPECT_EQ(summary.rtt, microseconds(12'345));
  EXPECT_EQ(summary.path_hash, store().by_id(measurement.id)->path_hash);
  EXPECT_EQ(summary.as_path, added.as_path->networks);
}

TEST_P(MeasurementStoreConformance, pages_go_from_the_newest_back_without_gap_or_repeat) {
  std::vector<Uuid> expected;
  std::vector<NewMeasurement> batch;
  for (int i = 0; i < 7; ++i) {
    batch.push_back(trace_at(random(), seconds(i)));
    expected.insert(expected.begin(), batch.back().measurement.id);
  }
  std::ranges::reverse(batch);
  ASSERT_TRUE(store().put(batch));
  std::vector<Uuid> seen;
  MeasurementQuery query{.limit = 3};
  for (auto page = ids_of(store().list(query)); !page.empty(); page = ids_of(store().list(query))) {
    EXPECT_LE(page.size(), 3u);
    seen.insert(seen.end(), page.begin(), page.end());
    query.before_id = seen.back();
  }
  EXPECT_EQ(seen, expected);
}

TEST_P(MeasurementStoreConformance, a_list_can_be_narrowed) {
  auto ping = trace_at(random(), seconds(0));
  ping.measurement.kind = Kind::ping;
  ping.measurement.hops.resize(1);
  auto failed = trace_at(random(), seconds(1));
  failed.measurement.status = Status::failed;
  auto elsewhere = trace_at(random(), seconds(2));
  elsewhere.measurement.address = samples::host(2);
  ASSERT_TRUE(store().put({ping, failed, elsewhere}));
  const auto id = [](const NewMeasurement& added) { return added.measurement.id; };
  using Ids = std::vector<Uuid>;
  EXPECT_EQ(ids_of(store().list({.kind = Kind::ping})), (Ids{id(ping)}));
  EXPECT_EQ(ids_of(store().list({.status = Status::failed})), (Ids{id(failed)}));
  EXPECT_EQ(ids_of(store().list({.address = samples::host(2)})), (Ids{id(elsewhere)}));
  EXPECT_EQ(ids_of(store().list({.address = samples::host(1)})), (Ids{id(failed), id(ping)}));
  EXPECT_EQ(ids_of(store().list({.address = samples::host(1), .kind = Kind::trace, .status = Status::reached})),
            (Ids{}));
  EXPECT_EQ(ids_of(store().list({.kind = Kind::trace, .limit = 1})), (Ids{id(elsewhere)}));
}

TEST_P(MeasurementStoreConformance, a_range_of_time_includes_its_beginning_and_not_its_end) {
  std::vector<NewMeasurement> batch;
  for (int i = 0; i < 4; ++i) batch.push_back(trace_at(random(), milliseconds(10 * i)));
  ASSERT_TRUE(store().put(batch));
  const auto id = [&](std::size_t i) { return batch[i].measurement.id; };
  const auto at = [](Duration after) { return samples::start() + after; };
  using Ids = std::vector<Uuid>;
  EXPECT_EQ(ids_of(store().list({.from = at(milliseconds(10)), .to = at(milliseconds(30))})), (Ids{id(2), id(1)}));
  EXPECT_EQ(ids_of(store().list({.from = at(microseconds(10'001))})), (Ids{id(3), id(2)}));
  EXPECT_EQ(ids_of(store().list({.to = at(microseconds(10'001))})), (Ids{id(1), id(0)}));
}

TEST_P(MeasurementStoreConformance, equal_paths_have_equal_hashes_and_others_others) {
  const auto first = trace_at(random(), seconds(0));
  auto same_path = trace_at(random(), seconds(1));
  same_path.measurement.hops[0].replies[0].rtt = milliseconds(7);
  auto other_router = trace_at(random(), seconds(2));
  other_router.measurement.hops[0].replies[0].from = samples::router(9);
  auto later_start = trace_at(random(), seconds(3));
  for (auto& hop : later_start.measurement.hops) ++hop.ttl.value;
  auto not_reached = trace_at(random(), seconds(4));
  not_reached.measurement.status = Status::silent;
  ASSERT_TRUE(store().put({first, same_path, other_router, later_start, not_reached}));
  const auto hash = [&](const NewMeasurement& added) { return store().by_id(added.measurement.id)->path_hash; };
  EXPECT_EQ(hash(first), hash(same_path));
  EXPECT_NE(hash(first), hash(other_router));
  EXPECT_NE(hash(first), hash(later_start));
  EXPECT_NE(hash(first), hash(not_reached));
}

TEST_P(MeasurementStoreConformance, a_new_meaning_of_a_path_does_not_change_its_past) {
  auto before = trace_at(random(), seconds(0));
  before.as_path = samples::plain_as_path();
  auto after = trace_at(random(), seconds(10));
  after.as_path = samples::plain_as_path();
  after.as_path->networks[0].asn = Asn{65000};
  auto between = trace_at(random(), seconds(5));
  ASSERT_TRUE(store().put({before}));
  ASSERT_TRUE(store().put({after}));
  ASSERT_TRUE(store().put({between}));
  EXPECT_EQ(store().by_id(before.measurement.id)->as_path, before.as_path);
  EXPECT_EQ(store().by_id(after.measurement.id)->as_path, after.as_path);
  EXPECT_EQ(store().by_id(between.measurement.id)->as_path, before.as_path);
}

TEST_P(MeasurementStoreConformance, a_measurement_that_comes_late_has_its_own_meaning) {
  auto late = trace_at(random(), seconds(0));
  late.as_path = samples::plain_as_path();
  auto later_still = trace_at(random(), seconds(-5));
  later_still.as_path = samples::plain_as_path();
  later_still.as_path->networks[0].asn = Asn{65000};
  auto in_time = trace_at(random(), seconds(10));
  in_time.as_path = samples::plain_as_path();
  for (const auto& added : {in_time, late, later_still}) ASSERT_TRUE(store().put({added}));
  for (const auto& added : {in_time, late, later_still})
    EXPECT_EQ(store().by_id(added.measurement.id)->as_path, added.as_path);
}

TEST_P(MeasurementStoreConformance, a_path_without_a_meaning_has_none) {
  const auto added = trace_at(random(), seconds(0));
  ASSERT_TRUE(store().put({added}));
  EXPECT_EQ(store().by_id(added.measurement.id)->as_path, std::nullopt);
  EXPECT_TRUE(store().list({})->front().as_path.empty());
}

TEST_P(MeasurementStoreConformance, a_stored_measurement_moves_its_target_on_and_never_back) {
  const auto target = targets().put({.address = samples::host(1),
                                     .name = "www.example.net",
                                     .interval = minutes(15),
                                     .first_seen = samples::start(),
                                     .last_seen = samples::start()});
  ASSERT_TRUE(target);
  ASSERT_TRUE(store().put({trace_at(random(), minutes(10)), trace_at(random(), minutes(20))}));
  EXPECT_EQ(targets().by_id(target->id)->last_measurement_at, samples::start() + minutes(20));
  ASSERT_TRUE(store().put({trace_at(random(), minutes(5))}));
  EXPECT_EQ(targets().by_id(target->id)->last_measurement_at, samples::start() + minutes(20));
  EXPECT_EQ(targets().due(samples::start() + minutes(35) - seconds(1), 9)->size(), 0u);
  EXPECT_EQ(targets().due(samples::start() + minutes(35), 9)->size(), 1u);
}

TEST_P(MeasurementStoreConformance, measurements_outlive_their_target) {
  const auto target = targets().put({.address = samples::host(1), .name = "x"});
  ASSERT_TRUE(target);
  const auto added = trace_at(random(), seconds(0));
  ASSERT_TRUE(store().put({added}));
  ASSERT_TRUE(targets().remove(target->id));
  EXPECT_TRUE(store().by_id(added.measurement.id));
}

TEST_P(MeasurementStoreConformance, facts_read_back_as_they_were_put) {
  auto added = trace_at(random(), seconds(0));
  AddressFacts bare{.address = samples::router(2), .source = "builtin"};
  AddressFacts special{.address = *IpAddress::parse("fe80::1"), .special = "Link-Local Unicast", .source = "iana"};
  AddressFacts exchange{
      .address = samples::router(3), .ixp = "SwissIX", .source = "peeringdb", .as_of = samples::start()};
  added.facts = {samples::facts_of(samples::router(1), Asn{64500}, "Near Net"), bare, special, exchange};
  ASSERT_TRUE(store().put({added}));
  const auto facts =
      store().facts({special.address, samples::router(77), bare.address, samples::router(1), exchange.address});
  ASSERT_TRUE(facts);
  EXPECT_EQ(*facts, (std::vector{special, bare, added.facts[0], exchange}));
}

TEST_P(MeasurementStoreConformance, older_facts_do_not_replace_newer_ones) {
  auto added = trace_at(random(), seconds(0));
  const auto newer = samples::facts_of(samples::router(1), Asn{64500}, "New Net");
  added.facts = {newer};
  ASSERT_TRUE(store().put({added}));
  auto late = trace_at(random(), seconds(1));
  late.facts = {samples::facts_of(samples::router(1), Asn{64400}, "Old Net")};
  late.facts[0].as_of = samples::start() - minutes(1);
  ASSERT_TRUE(store().put({late}));
  auto undated = trace_at(random(), seconds(2));
  undated.facts = {samples::facts_of(samples::router(1), Asn{64400}, "No Date")};
  undated.facts[0].as_of = std::nullopt;
  ASSERT_TRUE(store().put({undated}));
  EXPECT_EQ(store().facts({samples::router(1)}), std::vector{newer});

  auto fresh = trace_at(random(), seconds(3));
  fresh.facts = {samples::facts_of(samples::router(1), Asn{64600}, "Newest Net")};
  fresh.facts[0].as_of = samples::start() + minutes(1);
  ASSERT_TRUE(store().put({fresh}));
  EXPECT_EQ(store().facts({samples::router(1)}), fresh.facts);
}

}  // namespace
}  // namespace cw::store
