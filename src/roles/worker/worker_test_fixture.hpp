#pragma once

// What the tests of a worker stand on: a prober that waits for the test, a store that may refuse, and a clock of
// their own; queue and store are the real ones, in memory.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/queue/embedded/embedded_job_queue.hpp"
#include "ports/store/sql/sql_store.hpp"
#include "roles/worker/worker.hpp"

namespace cw::roles {

inline const Instant kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

inline IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

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
      const auto next = std::max(worker.step(clock_.now()), clock_.now() + std::chrono::milliseconds(1));
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

}  // namespace cw::roles
