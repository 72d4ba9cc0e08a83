#include "roles/worker/worker.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "ports/queue/embedded/embedded_job_queue.hpp"
#include "ports/store/sql/sql_store.hpp"

namespace cw::roles {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const Instant kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

// Keeps what was started until the test says how it ends.
class ScriptedProber final : public probe::Prober {
 public:
  [[nodiscard]] std::string_view name() const override { return "scripted"; }

  Result<> start(const MeasurementRequest& request, probe::Observer observer) override {
    if (refusal) return fail(*refusal, "the script says no");
    if (running.size() >= room) return fail(ErrorKind::exhausted, "no room");
    started.push_back(request);
    running.push_back({request, std::move(observer)});
    return {};
  }
  void cancel(const Uuid& id) override {
    const auto found = std::ranges::find(running, id, [](const auto& one) { return one.request.id; });
    if (found == running.end()) return;
    found->observer.on_finished(fail(ErrorKind::cancelled, "cancelled"));
    running.erase(found);
  }
  [[nodiscard]] probe::Counters counters() const override { return {}; }

  void finish_all(Status status = Status::reached) {
    for (auto& [request, observer] : std::exchange(running, {})) {
      auto measurement = answer_to(request);
      measurement.status = status;
      observer.on_finished(std::move(measurement));
    }
  }
  void fail_all(ErrorKind kind) {
    for (auto& [request, observer] : std::exchange(running, {})) observer.on_finished(fail(kind, "the script says no"));
  }

  static Measurement answer_to(const MeasurementRequest& request) {
    Measurement measurement{.id = request.id,
                            .vantage = "?",
                            .target = request.target,
                            .address = request.address,
                            .prober = "scripted",
                            .started_at = kStart,
                            .finished_at = kStart,
                            .status = Status::reached,
                            .stop_reason = StopReason::destination,
                            .probes_sent = 2};
    measurement.hops.push_back(
        {.ttl = Ttl{1}, .sent = 1, .replies = {{.from = address("192.168.1.1"), .icmp_type = 11}}});
    measurement.hops.push_back({.ttl = Ttl{2}, .sent = 1, .replies = {{.from = request.address}}});
    return measurement;
  }

  struct Running {
    MeasurementRequest request;
    probe::Observer observer;
  };
  std::vector<MeasurementRequest> started;
  std::vector<Running> running;
  std::optional<ErrorKind> refusal;
  std::size_t room = 1000;
};

class OneNetwork final : public routing::RouteTable {
 public:
  [[nodiscard]] std::optional<routing::Origin> origin(const IpAddress& of) const override {
    if (of.is_v4() && of.v4_value() >> 24 == 1) return routing::Origin{.asn = Asn{13335}, .org_name = "Example"};
    return std::nullopt;
  }
  [[nodiscard]] std::string_view org_name(Asn) const override { return "Example"; }
  [[nodiscard]] routing::TableInfo info() const override { return {.source = "test"}; }
};

// Refuses or takes, as the test says; what it takes goes to the real store.
class MoodyStore final : public store::MeasurementStore {
 public:
  explicit MoodyStore(store::MeasurementStore& real) : real_(real) {}

  Result<int> put(const std::vector<store::NewMeasurement>& batch) override {
    ++puts;
    largest = std::max(largest, batch.size());
    if (refusal) return fail(*refusal, "disk is full");
    for (const auto& one : batch)
      if (one.measurement.target == poison) return fail(ErrorKind::invalid, "value too big");
    return real_.put(batch);
  }
  Result<store::StoredMeasurement> by_id(const Uuid& id) override { return real_.by_id(id); }
  Result<std::vector<store::MeasurementSummary>> list(const store::MeasurementQuery& query) override {
    return real_.list(query);
  }
  Result<std::vector<store::MeasurementSummary>> crossing(const store::CrossingQuery& query) override {
    return real_.crossing(query);
  }
  Result<std::int64_t> count() override { return real_.count(); }
  Result<std::vector<AddressFacts>> facts(const std::vector<IpAddress>& addresses) override {
    return real_.facts(addresses);
  }

  std::optional<ErrorKind> refusal;
  std::string poison;
  int puts = 0;
  std::size_t largest = 0;

 private:
  store::MeasurementStore& real_;
};

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() : routes_(std::make_shared<OneNetwork>()) {}

  void SetUp() override {
    auto store = store::SqlStore::open("sqlite::memory:");
    ASSERT_TRUE(store) << store.error().message;
    store_ = *std::move(store);
    measurements_.emplace(store_->measurements());
    auto queue = queue::EmbeddedJobQueue::open(store_->database(), {.seed = 1, .now = kStart});
    ASSERT_TRUE(queue) << queue.error().message;
    queue_ = *std::move(queue);
  }

  Worker worker(WorkerOptions options = {}) {
    return Worker({.queue = *queue_,
                   .prober = prober_,
                   .measurements = *measurements_,
                   .refusals = store_->refusals(),
                   .settings = store_->settings(),
                   .routes = routes_,
                   .admission = admission_},
                  std::move(options), clock_);
  }

  Job job_for(std::string_view text) {
    return {.id = Uuid::make_v7(clock_.now(), random_),
            .target_ip = address(text),
            .target_name = std::string(text),
            .source = "test",
            .created_at = clock_.now(),
            .not_before = clock_.now()};
  }
  void enqueue(std::string_view text) { ASSERT_TRUE(queue_->enqueue(job_for(text))); }
  // Each in a /24 of its own.
  void enqueue_many(int count) {
    for (int i = 0; i < count; ++i) enqueue(fmt::format("1.{}.{}.1", i / 250, 1 + i % 250));
  }

  // Steps as `run` does, on the test's clock.
  void run_for(Worker& worker, Duration duration) {
    const auto end = clock_.now() + duration;
    while (true) {
      const auto next = std::max(worker.step(clock_.now()), clock_.now() + milliseconds(1));
      if (next > end) break;
      clock_.advance_to(next);
    }
    clock_.advance_to(end);
  }

  void set_worker_settings(std::string_view json) {
    ASSERT_TRUE(store_->settings().set(kWorkerSettingsKey, json, "test", clock_.now()));
  }

  ManualClock clock_{kStart};
  Random random_{7};
  ScriptedProber prober_;
  schedule::ProbeAdmission admission_;
  routing::RouteTables routes_;
  std::unique_ptr<store::SqlStore> store_;
  std::optional<MoodyStore> measurements_;
  std::unique_ptr<queue::EmbeddedJobQueue> queue_;
};

TEST_F(WorkerTest, a_job_is_measured_annotated_stored_and_only_then_acknowledged) {
  enqueue("1.1.1.1");
  auto role = worker({.vantage = "attic"});
  role.step(clock_.now());
  ASSERT_EQ(prober_.running.size(), 1u);
  EXPECT_EQ(queue_->status()->leased, 1u);
  prober_.finish_all();
  role.step(clock_.now());
  EXPECT_EQ(queue_->status()->leased, 1u) << "not stored yet, so not acknowledged";
  run_for(role, milliseconds(200));
  EXPECT_EQ(queue_->status()->leased, 0u);
  const auto stored = store_->measurements().by_id(prober_.started[0].id);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->measurement.vantage, "attic");
  ASSERT_TRUE(stored->as_path);
  ASSERT_EQ(stored->as_path->networks.size(), 1u);
  EXPECT_EQ(stored->as_path->networks[0].asn, Asn{13335});
  EXPECT_EQ(store_->measurements().facts({address("192.168.1.1")})->at(0).special, "Private-Use");
}

TEST_F(WorkerTest, a_stored_measurement_says_who_asked_and_under_which_budget) {
  auto job = job_for("1.1.1.1");
  job.source = "api";
  job.reason = "asked for";
  ASSERT_TRUE(queue_->enqueue(job));
  auto role = worker();
  role.step(clock_.now());
  prober_.finish_all();
  run_for(role, seconds(1));
  EXPECT_EQ(store_->measurements().by_id(prober_.started.at(0).id)->origin,
            (JobOrigin{
                .source = "api", .reason = "asked for", .rate_limit_per_minute = 30, .max_concurrent_traceroutes = 5}));
}

TEST_F(WorkerTest, the_prober_is_asked_for_what_the_job_says) {
  auto job = job_for("1.1.1.1");
  job.kind = Kind::trace;
  job.prober = "scamper";
  job.options = {.method = Method::tcp, .port = 443, .mtu_search = MtuSearch::on};
  ASSERT_TRUE(queue_->enqueue(job));
  auto role = worker({.dscp = 8});
  role.step(clock_.now());
  ASSERT_EQ(prober_.started.size(), 1u);
  const auto& request = prober_.started[0];
  EXPECT_EQ(request.prober, "scamper");
  EXPECT_EQ(request.method, Method::tcp);
  EXPECT_EQ(request.port, 443);
  EXPECT_EQ(request.mtu_search, MtuSearch::on);
  EXPECT_EQ(request.dscp, 8) << "the node's, as the job names none";
}

TEST_F(WorkerTest, only_a_scheduled_repeat_joins_known_hops) {
  auto repeat = job_for("1.1.1.1");
  repeat.source = kScheduleSource;
  repeat.reason = kRepeatReason;
  auto first = job_for("1.1.2.1");
  first.source = kScheduleSource;
  first.reason = kFirstReason;
  ASSERT_TRUE(queue_->enqueue(repeat));
  ASSERT_TRUE(queue_->enqueue(first));
  auto role = worker({.known_hops = KnownHops::join});
  role.step(clock_.now());
  ASSERT_EQ(prober_.started.size(), 2u);
  for (const auto& request : prober_.started)
    EXPECT_EQ(request.known_hops == KnownHops::join, request.address == repeat.target_ip);
}

TEST_F(WorkerTest, measurements_towards_one_network_keep_their_distance_and_none_is_lost) {
  for (int i = 1; i <= 10; ++i) enqueue(fmt::format("1.0.0.{}", i));
  set_worker_settings(R"({"rate_limit_per_minute":60000,"max_concurrent_traceroutes":500,"network_spacing_ms":2000})");
  auto role = worker();
  run_for(role, seconds(1));
  EXPECT_EQ(prober_.started.size(), 1u);
  EXPECT_EQ(queue_->status()->waiting, 9u);
  run_for(role, seconds(5));
  EXPECT_LE(prober_.started.size(), 4u);
  EXPECT_GE(prober_.started.size(), 3u);
  run_for(role, seconds(20));
  EXPECT_EQ(prober_.started.size(), 10u);
  EXPECT_GE(role.status().postponed, 9u);
}

TEST_F(WorkerTest, two_workers_keep_one_distance) {
  enqueue("1.0.0.1");
  enqueue("1.0.0.2");
  auto one = worker();
  auto other = worker();
  one.step(clock_.now());
  other.step(clock_.now());
  EXPECT_EQ(prober_.started.size(), 1u);
}

TEST_F(WorkerTest, a_target_that_keeps_silent_is_measured_less_and_less_often) {
  auto role = worker();
  std::size_t silent_starts = 0;
  for (int minute = 0; minute < 120; ++minute) {
    ASSERT_TRUE(queue_->enqueue(job_for("1.1.1.1")));
    run_for(role, seconds(30));
    prober_.finish_all(Status::silent);
    run_for(role, seconds(30));
  }
  silent_starts = prober_.started.size();
  EXPECT_GE(silent_starts, 7u);
  EXPECT_LE(silent_starts, 12u);
  while (prober_.started.size() == silent_starts) run_for(role, minutes(1));
  prober_.finish_all();
  run_for(role, minutes(1));
  ASSERT_TRUE(queue_->enqueue(job_for("1.1.1.1")));
  run_for(role, seconds(1));
  EXPECT_EQ(prober_.running.size(), 1u) << "it has answered";
}

TEST_F(WorkerTest, no_more_run_at_once_than_the_limit) {
  enqueue_many(20);
  auto role = worker();
  run_for(role, minutes(5));
  EXPECT_EQ(prober_.running.size(), 5u);
}

TEST_F(WorkerTest, no_more_begin_in_an_hour_than_the_rate_allows) {
  enqueue_many(3000);
  auto role = worker();
  for (int second = 0; second < 3599; ++second) {
    run_for(role, seconds(1));
    prober_.finish_all();
  }
  EXPECT_LE(prober_.started.size(), 30u * 60);
  EXPECT_GE(prober_.started.size(), 30u * 60 - 30);
}

TEST_F(WorkerTest, new_settings_are_followed_within_seconds) {
  enqueue_many(100);
  auto role = worker();
  run_for(role, seconds(1));
  EXPECT_EQ(prober_.running.size(), 5u);
  set_worker_settings(R"({"rate_limit_per_minute":60000,"max_concurrent_traceroutes":50})");
  run_for(role, seconds(2));
  EXPECT_EQ(prober_.running.size(), 50u);
  set_worker_settings(R"({"rate_limit_per_minute":60000,"max_concurrent_traceroutes":1})");
  run_for(role, seconds(2));
  prober_.finish_all();
  run_for(role, seconds(2));
  EXPECT_EQ(prober_.running.size(), 1u);
}

TEST_F(WorkerTest, settings_that_are_out_of_bounds_leave_those_in_use) {
  enqueue_many(20);
  set_worker_settings(R"({"max_concurrent_traceroutes":2})");
  auto role = worker();
  run_for(role, seconds(1));
  EXPECT_EQ(prober_.running.size(), 2u);
  set_worker_settings(R"({"max_concurrent_traceroutes":"many"})");
  run_for(role, seconds(30));
  EXPECT_EQ(prober_.running.size(), 2u);
}

TEST_F(WorkerTest, results_are_stored_in_batches) {
  enqueue_many(500);
  set_worker_settings(R"({"rate_limit_per_minute":60000,"max_concurrent_traceroutes":500})");
  auto role = worker({.batch_size = 100});
  run_for(role, seconds(2));
  ASSERT_EQ(prober_.running.size(), 500u);
  measurements_->puts = 0;
  prober_.finish_all();
  run_for(role, seconds(1));
  EXPECT_EQ(measurements_->puts, 5);
  EXPECT_EQ(measurements_->largest, 100u);
  EXPECT_EQ(store_->measurements().count().value(), 500);
}

TEST_F(WorkerTest, while_the_store_refuses_results_are_kept_and_nothing_new_begins) {
  enqueue_many(20);
  auto role = worker({.lease = hours(24)});
  run_for(role, seconds(1));
  measurements_->refusal = ErrorKind::exhausted;
  prober_.finish_all();
  run_for(role, minutes(10));
  EXPECT_EQ(prober_.started.size(), 5u);
  EXPECT_EQ(role.status().kept, 5u);
  EXPECT_TRUE(role.status().store_refuses);
  EXPECT_LT(measurements_->puts, 40) << "it backs off";
  measurements_->refusal.reset();
  run_for(role, seconds(31));
  EXPECT_FALSE(role.status().store_refuses);
  EXPECT_EQ(store_->measurements().count().value(), 5);
  EXPECT_GT(prober_.started.size(), 5u) << "and goes on";
}

TEST_F(WorkerTest, one_result_that_cannot_be_stored_does_not_hold_up_the_others) {
  enqueue_many(3);
  measurements_->poison = "1.0.2.1";
  auto role = worker();
  role.step(clock_.now());
  prober_.finish_all();
  run_for(role, seconds(1));
  EXPECT_EQ(store_->measurements().count().value(), 2);
  EXPECT_EQ(queue_->status()->waiting, 1u) << "failed, to be tried again";
}

TEST_F(WorkerTest, a_forbidden_target_is_refused_although_it_is_on_the_queue) {
  enqueue("192.168.1.1");
  auto role = worker();
  run_for(role, minutes(20));
  EXPECT_TRUE(prober_.started.empty());
  const auto dead = queue_->dead(10);
  ASSERT_TRUE(dead);
  ASSERT_EQ(dead->size(), 1u);
  EXPECT_NE(dead->at(0).error.find("Private-Use"), std::string::npos) << dead->at(0).error;
  EXPECT_EQ(role.status().forbidden, 5u);
  const auto refusals = store_->refusals().list({});
  ASSERT_EQ(refusals->size(), 1u);
  EXPECT_EQ(refusals->at(0).reason, "special_use");
  EXPECT_EQ(refusals->at(0).source, "test");
  EXPECT_EQ(refusals->at(0).count, 5);
}

TEST_F(WorkerTest, a_failed_attempt_is_tried_again_under_the_same_id) {
  enqueue("1.1.1.1");
  auto role = worker();
  role.step(clock_.now());
  prober_.fail_all(ErrorKind::unavailable);
  run_for(role, minutes(2));
  ASSERT_EQ(prober_.started.size(), 2u);
  EXPECT_EQ(prober_.started[0].id, prober_.started[1].id);
  EXPECT_EQ(store_->measurements().count().value(), 0);
}

TEST_F(WorkerTest, a_prober_without_room_gets_the_job_later) {
  enqueue_many(3);
  prober_.room = 1;
  auto role = worker();
  run_for(role, seconds(1));
  EXPECT_EQ(prober_.running.size(), 1u);
  EXPECT_EQ(queue_->status()->waiting, 2u);
  prober_.room = 10;
  run_for(role, seconds(1));
  EXPECT_EQ(prober_.running.size(), 3u);
}

TEST_F(WorkerTest, a_stop_gives_leases_back_and_stores_what_has_come) {
  enqueue_many(5);
  auto role = worker();
  role.step(clock_.now());
  ASSERT_EQ(prober_.running.size(), 5u);
  auto& [request, observer] = prober_.running.back();
  observer.on_finished(ScriptedProber::answer_to(request));
  prober_.running.pop_back();
  role.finish(clock_.now());
  EXPECT_EQ(store_->measurements().count().value(), 1);
  EXPECT_EQ(queue_->status()->leased, 0u);
  EXPECT_EQ(queue_->status()->waiting, 4u);
  EXPECT_TRUE(prober_.running.empty());
}

TEST_F(WorkerTest, what_a_full_store_does_not_take_at_the_stop_is_offered_again) {
  enqueue("1.1.1.1");
  auto role = worker();
  role.step(clock_.now());
  measurements_->refusal = ErrorKind::exhausted;
  prober_.finish_all();
  role.finish(clock_.now());
  EXPECT_EQ(queue_->status()->waiting, 1u);
}

// The moment between storing and acknowledging: the process died there.
TEST_F(WorkerTest, a_job_that_was_stored_but_not_acknowledged_is_not_measured_again) {
  enqueue("1.1.1.1");
  const auto lost = queue_->lease(clock_.now(), seconds(10), 1).value();
  ASSERT_EQ(lost.size(), 1u);
  ASSERT_TRUE(store_->measurements().put(
      {{.measurement = ScriptedProber::answer_to(
            {.id = lost[0].measurement_id, .target = "1.1.1.1", .address = address("1.1.1.1")})}}));
  clock_.advance(seconds(11));
  ASSERT_EQ(queue_->reap(clock_.now()).value(), 1u);
  auto role = worker();
  run_for(role, minutes(10));
  EXPECT_TRUE(prober_.started.empty());
  EXPECT_EQ(store_->measurements().count().value(), 1);
  EXPECT_EQ(queue_->status()->waiting + queue_->status()->leased, 0u);
}

TEST_F(WorkerTest, whoever_wants_to_know_is_told_what_was_stored) {
  std::vector<Uuid> told;
  enqueue("1.1.1.1");
  auto role =
      worker({.on_stored = [&](const store::NewMeasurement& stored) { told.push_back(stored.measurement.id); }});
  role.step(clock_.now());
  prober_.finish_all();
  EXPECT_TRUE(told.empty());
  run_for(role, seconds(1));
  EXPECT_EQ(told, std::vector<Uuid>{prober_.started[0].id});
}

TEST_F(WorkerTest, the_loop_ends_with_the_stop_and_gives_back_what_it_holds) {
  enqueue("1.1.1.1");
  auto role = worker();
  role.step(clock_.now());
  std::jthread thread([&](const std::stop_token& stop) { role.run(stop); });
  thread.request_stop();
  thread.join();
  EXPECT_EQ(queue_->status()->waiting, 1u);
}

}  // namespace
}  // namespace cw::roles
