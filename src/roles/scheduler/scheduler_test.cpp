#include "roles/scheduler/scheduler.hpp"

#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "ports/queue/embedded/embedded_job_queue.hpp"
#include "ports/store/sql/sql_store.hpp"

namespace cw::roles {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Instant kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

// 9.0.0.0/8 is AS64500's.
class OneNetwork final : public routing::RouteTable {
 public:
  [[nodiscard]] std::optional<routing::Origin> origin(const IpAddress& of) const override {
    if (of.is_v4() && of.v4_value() >> 24 == 9) return routing::Origin{.asn = Asn{64500}, .org_name = "Example"};
    return std::nullopt;
  }
  [[nodiscard]] std::string_view org_name(Asn) const override { return "Example"; }
  [[nodiscard]] routing::TableInfo info() const override { return {.source = "test"}; }
};

class SchedulerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto store = store::SqlStore::open("sqlite::memory:");
    ASSERT_TRUE(store) << store.error().message;
    store_ = *std::move(store);
    open_queue({});
  }

  void open_queue(const queue::QueueLimits& limits) {
    queue_.reset();
    auto queue = queue::EmbeddedJobQueue::open(store_->database(), {.limits = limits, .seed = 1, .now = kStart});
    ASSERT_TRUE(queue) << queue.error().message;
    queue_ = *std::move(queue);
  }

  Scheduler scheduler(SchedulerOptions options = {}) { return scheduler(admission_, std::move(options)); }
  Scheduler scheduler(const schedule::ProbeAdmission& admission, SchedulerOptions options = {}) {
    return Scheduler({.targets = store_->targets(),
                      .queue = *queue_,
                      .refusals = store_->refusals(),
                      .routes = routes_,
                      .admission = admission},
                     std::move(options));
  }

  Target add(std::string_view text, std::chrono::seconds interval = minutes(15)) {
    auto target = store_->targets().put({.address = address(text),
                                         .name = std::string(text),
                                         .interval = interval,
                                         .first_seen = kStart,
                                         .last_seen = kStart});
    EXPECT_TRUE(target) << target.error().message;
    return *target;
  }

  // As a worker does: every job that may begin is measured at that moment.
  std::vector<Job> work(Instant now) {
    auto jobs = queue_->lease(now, minutes(1), 1000).value();
    for (const auto& job : jobs) {
      Measurement measurement{.id = job.measurement_id,
                              .vantage = "home",
                              .target = job.target_name,
                              .address = job.target_ip,
                              .prober = "scripted",
                              .started_at = now,
                              .finished_at = now,
                              .status = Status::silent,
                              .stop_reason = StopReason::gap_limit};
      EXPECT_TRUE(store_->measurements().put({{.measurement = measurement}}));
      EXPECT_TRUE(queue_->acknowledge(job));
    }
    return jobs;
  }

  schedule::ProbeAdmission admission_;
  routing::RouteTables routes_{std::make_shared<OneNetwork>()};
  std::unique_ptr<store::SqlStore> store_;
  std::unique_ptr<queue::EmbeddedJobQueue> queue_;
};

TEST_F(SchedulerTest, without_targets_nothing_is_queued) {
  auto roles = scheduler();
  ASSERT_TRUE(roles.run_once(kStart));
  EXPECT_EQ(queue_->status()->waiting, 0u);
}

TEST_F(SchedulerTest, a_new_target_is_measured_at_once) {
  add("1.1.1.1");
  auto roles = scheduler();
  const auto next = roles.run_once(kStart);
  ASSERT_TRUE(next);
  EXPECT_LE(*next, kStart + seconds(1));
  const auto jobs = work(kStart);
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].target_ip, address("1.1.1.1"));
  EXPECT_EQ(jobs[0].source, "schedule");
  EXPECT_EQ(jobs[0].kind, Kind::trace);
}

TEST_F(SchedulerTest, a_target_is_measured_again_an_interval_later_with_a_spread_of_a_tenth) {
  for (int i = 1; i <= 100; ++i) add("198.51.99." + std::to_string(i), minutes(10));
  auto roles = scheduler();
  ASSERT_TRUE(roles.run_once(kStart));
  ASSERT_EQ(work(kStart).size(), 100u);
  std::map<IpAddress, Instant> again;
  for (auto now = kStart; now <= kStart + minutes(11) + seconds(2); now += seconds(1)) {
    ASSERT_TRUE(roles.run_once(now));
    for (const auto& job : work(now)) EXPECT_TRUE(again.emplace(job.target_ip, now).second) << "twice in an interval";
  }
  ASSERT_EQ(again.size(), 100u);
  int first_half = 0;
  for (const auto& [target, at] : again) {
    EXPECT_GE(at, kStart + minutes(10));
    EXPECT_LE(at, kStart + minutes(11) + seconds(1));
    first_half += at < kStart + minutes(10) + seconds(30) ? 1 : 0;
  }
  EXPECT_GT(first_half, 30);
  EXPECT_LT(first_half, 70);
}

TEST_F(SchedulerTest, a_target_that_waits_in_the_queue_is_not_queued_twice) {
  add("1.1.1.1");
  auto roles = scheduler();
  for (auto now = kStart; now < kStart + hours(2); now += minutes(1)) ASSERT_TRUE(roles.run_once(now));
  EXPECT_EQ(queue_->status()->waiting, 1u);
  auto restarted = scheduler();
  ASSERT_TRUE(restarted.run_once(kStart + hours(2)));
  EXPECT_EQ(queue_->status()->waiting, 1u);
}

TEST_F(SchedulerTest, a_target_whose_job_died_is_queued_again_after_its_interval) {
  open_queue({.most_attempts = 1});
  add("1.1.1.1", minutes(10));
  auto roles = scheduler();
  ASSERT_TRUE(roles.run_once(kStart));
  const auto jobs = queue_->lease(kStart, minutes(1), 1).value();
  ASSERT_EQ(jobs.size(), 1u);
  ASSERT_TRUE(queue_->fail_attempt(jobs[0], kStart, "no route"));
  ASSERT_TRUE(roles.run_once(kStart + minutes(9)));
  EXPECT_EQ(queue_->status()->waiting, 0u);
  ASSERT_TRUE(roles.run_once(kStart + minutes(10)));
  EXPECT_EQ(queue_->status()->waiting, 1u);
}

TEST_F(SchedulerTest, a_forbidden_target_is_never_queued_unless_the_owner_allows_its_prefix) {
  add("192.168.1.1");
  auto strict = scheduler();
  ASSERT_TRUE(strict.run_once(kStart));
  EXPECT_EQ(queue_->status()->waiting, 0u);
  const auto refusals = store_->refusals().list({});
  ASSERT_EQ(refusals->size(), 1u);
  EXPECT_EQ(refusals->at(0).address, address("192.168.1.1"));
  EXPECT_EQ(refusals->at(0).reason, "special_use");
  EXPECT_EQ(refusals->at(0).source, "schedule");
  const schedule::ProbeAdmission allowing({.allowed = {Prefix::parse("192.168.1.0/24").value()}});
  auto owner = scheduler(allowing);
  ASSERT_TRUE(owner.run_once(kStart));
  EXPECT_EQ(queue_->status()->waiting, 1u);
}

TEST_F(SchedulerTest, a_network_that_opts_out_while_the_node_runs_is_queued_no_more) {
  add("9.9.9.9", minutes(1));
  add("1.1.1.1", minutes(1));
  auto roles = scheduler();
  ASSERT_TRUE(roles.run_once(kStart));
  ASSERT_EQ(work(kStart).size(), 2u);
  admission_.set_opt_outs(std::make_shared<schedule::OptOuts>(schedule::parse_opt_outs("AS64500\n")));
  ASSERT_TRUE(roles.run_once(kStart + minutes(2)));
  const auto jobs = work(kStart + minutes(2));
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].target_ip, address("1.1.1.1"));
  EXPECT_EQ(store_->refusals().list({.address = address("9.9.9.9")})->at(0).reason, "opted_out_network");
}

TEST_F(SchedulerTest, a_job_is_measured_as_its_target_says_and_else_as_its_labels_say) {
  auto own = add("1.1.1.1");
  own.kind = Kind::ping;
  own.prober = "ping";
  own.labels = {"web"};
  own.options = {.method = Method::tcp, .port = 443};
  ASSERT_TRUE(store_->targets().update(own));
  auto labelled = add("1.1.2.1");
  labelled.labels = {"web"};
  ASSERT_TRUE(store_->targets().update(labelled));
  add("1.1.3.1");
  auto roles = scheduler({.prober_by_label = schedule::ProberByLabel::parse("web=mtr").value()});
  ASSERT_TRUE(roles.run_once(kStart));
  std::map<IpAddress, Job> jobs;
  for (const auto& job : work(kStart)) jobs.emplace(job.target_ip, job);
  ASSERT_EQ(jobs.size(), 3u);
  EXPECT_EQ(jobs[own.address].kind, Kind::ping);
  EXPECT_EQ(jobs[own.address].prober, "ping");
  EXPECT_EQ(jobs[own.address].options, own.options);
  EXPECT_EQ(jobs[labelled.address].prober, "mtr");
  EXPECT_EQ(jobs[labelled.address].kind, Kind::trace);
  EXPECT_EQ(jobs[address("1.1.3.1")].prober, "");
}

TEST_F(SchedulerTest, a_paused_target_is_left_alone) {
  auto target = add("1.1.1.1");
  target.state = TargetState::paused;
  ASSERT_TRUE(store_->targets().update(target));
  auto roles = scheduler();
  ASSERT_TRUE(roles.run_once(kStart));
  EXPECT_EQ(queue_->status()->waiting, 0u);
}

TEST_F(SchedulerTest, a_full_queue_makes_it_wait_and_nothing_is_forgotten) {
  open_queue({.most_waiting = 3});
  for (int i = 1; i <= 5; ++i) add("198.51.99." + std::to_string(i));
  auto roles = scheduler();
  const auto next = roles.run_once(kStart);
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(*next, kStart + seconds(5));
  EXPECT_EQ(work(kStart).size(), 3u);
  ASSERT_TRUE(roles.run_once(*next));
  EXPECT_EQ(work(*next).size(), 2u);
}

TEST_F(SchedulerTest, an_expired_lease_is_offered_again) {
  add("1.1.1.1");
  auto roles = scheduler();
  ASSERT_TRUE(roles.run_once(kStart));
  ASSERT_EQ(queue_->lease(kStart, minutes(1), 1)->size(), 1u);
  ASSERT_TRUE(roles.run_once(kStart + minutes(2)));
  EXPECT_EQ(queue_->status()->leased, 0u);
  EXPECT_EQ(queue_->status()->waiting, 1u);
}

TEST_F(SchedulerTest, a_stop_ends_the_loop_while_it_sleeps) {
  auto roles = scheduler({.poll = hours(1)});
  ManualClock clock(kStart);
  std::jthread thread([&](const std::stop_token& stop) { roles.run(clock, stop); });
  thread.request_stop();
  thread.join();
}

}  // namespace
}  // namespace cw::roles
