#include "roles/worker/worker_pool.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "ports/queue/embedded/embedded_job_queue.hpp"
#include "ports/store/sql/sql_store.hpp"
#include "roles/worker/worker_settings.hpp"

namespace cw::roles {
namespace {

const Instant kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

// Takes everything and never ends anything by itself.
class BusyProber final : public probe::Prober {
 public:
  [[nodiscard]] std::string_view name() const override { return "busy"; }
  Result<> start(const MeasurementRequest& request, probe::Observer observer) override {
    running.with([&](auto& held) { held.emplace(request.id, std::move(observer)); });
    return {};
  }
  void cancel(const Uuid& id) override {
    auto observer = running.with([&](auto& held) { return held.extract(id); });
    if (!observer.empty()) observer.mapped().on_finished(fail(ErrorKind::cancelled, "cancelled"));
  }
  [[nodiscard]] probe::Counters counters() const override { return {}; }
  [[nodiscard]] std::size_t count() const {
    return running.with([](const auto& held) { return held.size(); });
  }

  Guarded<std::map<Uuid, probe::Observer>> running;
};

class NoRoutes final : public routing::RouteTable {
 public:
  [[nodiscard]] std::optional<routing::Origin> origin(const IpAddress&) const override { return std::nullopt; }
  [[nodiscard]] std::string_view org_name(Asn) const override { return {}; }
  [[nodiscard]] routing::TableInfo info() const override { return {.source = "none"}; }
};

class WorkerPoolTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = store::SqlStore::open("sqlite::memory:").value();
    queue_ = queue::EmbeddedJobQueue::open(store_->database(), {.seed = 1, .now = kStart}).value();
  }

  WorkerPoolOptions options() {
    return {.make_worker =
                [this](int) {
                  return std::make_unique<Worker>(WorkerPorts{.queue = *queue_,
                                                              .prober = prober_,
                                                              .measurements = store_->measurements(),
                                                              .refusals = store_->refusals(),
                                                              .settings = store_->settings(),
                                                              .routes = routes_,
                                                              .admission = admission_},
                                                  WorkerOptions{}, clock_);
                },
            .start_thread =
                [this](const std::string& name, std::function<void(const std::stop_token&)> work) {
                  names_.with([&](auto& names) { names.insert(name); });
                  return std::make_shared<std::jthread>(std::move(work));
                },
            .settings = {},
            .settings_age = std::chrono::milliseconds(1)};
  }

  void want(int workers) {
    ASSERT_TRUE(store_->settings().set(kWorkerSettingsKey, to_json({.worker_count = workers}), "test", kStart));
  }
  void enqueue(int count) {
    for (int i = 0; i < count; ++i)
      ASSERT_TRUE(queue_->enqueue({.id = Uuid::make_v7(kStart, random_),
                                   .target_ip = IpAddress::v4(0x01000000u + static_cast<std::uint32_t>(i) * 256),
                                   .created_at = kStart,
                                   .not_before = kStart}));
  }

  ManualClock clock_{kStart};
  Random random_{3};
  BusyProber prober_;
  routing::RouteTables routes_{std::make_shared<NoRoutes>()};
  schedule::ProbeAdmission admission_;
  std::unique_ptr<store::SqlStore> store_;
  std::unique_ptr<queue::EmbeddedJobQueue> queue_;
  Guarded<std::set<std::string>> names_;
};

TEST_F(WorkerPoolTest, there_are_as_many_workers_as_the_settings_say_each_with_its_name) {
  WorkerPool pool(store_->settings(), options());
  pool.follow_settings();
  EXPECT_EQ(pool.size(), 2u);
  want(4);
  pool.follow_settings();
  EXPECT_EQ(pool.size(), 4u);
  EXPECT_EQ(names_.with([](const auto& names) { return names; }),
            (std::set<std::string>{"cw-worker-1", "cw-worker-2", "cw-worker-3", "cw-worker-4"}));
  want(1);
  pool.follow_settings();
  EXPECT_EQ(pool.size(), 1u);
}

TEST_F(WorkerPoolTest, settings_out_of_bounds_leave_the_number_as_it_is) {
  WorkerPool pool(store_->settings(), options());
  want(3);
  pool.follow_settings();
  ASSERT_TRUE(store_->settings().set(kWorkerSettingsKey, R"({"worker_count":33})", "test", kStart));
  pool.follow_settings();
  EXPECT_EQ(pool.size(), 3u);
}

TEST_F(WorkerPoolTest, each_worker_has_a_concurrency_of_its_own_and_a_stopped_one_gives_its_jobs_back) {
  enqueue(40);
  want(3);
  WorkerPool pool(store_->settings(), options());
  pool.follow_settings();
  while (prober_.count() < 15) std::this_thread::yield();
  want(1);
  pool.follow_settings();
  EXPECT_EQ(prober_.count(), 5u);
  EXPECT_EQ(queue_->status()->leased, 5u);
  EXPECT_EQ(queue_->status()->waiting, 35u);
}

TEST_F(WorkerPoolTest, the_loop_ends_with_the_stop_and_all_workers_with_it) {
  enqueue(3);
  WorkerPool pool(store_->settings(), options());
  std::jthread thread([&](const std::stop_token& stop) { pool.run(stop); });
  while (prober_.count() < 3) std::this_thread::yield();
  thread.request_stop();
  thread.join();
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_EQ(prober_.count(), 0u);
  EXPECT_EQ(queue_->status()->waiting, 3u);
}

}  // namespace
}  // namespace cw::roles
