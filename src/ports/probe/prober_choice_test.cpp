#include "ports/probe/prober_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "core/random.hpp"

namespace cw::probe {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Runs nothing by itself: the test says how each measurement ends.
class ScriptedProber final : public Prober {
 public:
  ScriptedProber(std::string name, std::optional<Error> refusal)
      : name_(std::move(name)), refusal_(std::move(refusal)) {}
  ~ScriptedProber() override {
    for (auto& observer : std::exchange(running_, {})) observer.on_finished(fail(ErrorKind::cancelled, "it ends"));
  }
  [[nodiscard]] std::string_view name() const override { return name_; }
  Result<> start(const MeasurementRequest& request, Observer observer) override {
    if (refusal_) return std::unexpected(*refusal_);
    started.push_back(request);
    running_.push_back(std::move(observer));
    return {};
  }
  void cancel(const Uuid& id) override { cancelled.push_back(id); }
  [[nodiscard]] Counters counters() const override { return {{"runs", started.size()}}; }

  void finish(Result<Measurement> result) {
    auto observer = std::move(running_.front());
    running_.erase(running_.begin());
    if (result) result->prober = name_;
    observer.on_finished(std::move(result));
  }

  std::vector<MeasurementRequest> started;
  std::vector<Uuid> cancelled;

 private:
  std::string name_;
  std::optional<Error> refusal_;
  std::vector<Observer> running_;
};

std::optional<Error> says(ErrorKind kind, std::string message) {
  return Error{.kind = kind, .message = std::move(message)};
}

struct World {
  std::vector<Result<Measurement>> heard;  // first: a choice that ends tells of it
  std::vector<ScriptedProber*> probers;
  std::unique_ptr<ProberChoice> choice;

  explicit World(std::vector<std::unique_ptr<ScriptedProber>> scripted) {
    std::vector<std::unique_ptr<Prober>> owned;
    for (auto& one : scripted) {
      probers.push_back(one.get());
      owned.push_back(std::move(one));
    }
    choice = std::make_unique<ProberChoice>(std::move(owned));
  }
  Result<> start(const MeasurementRequest& request) {
    return choice->start(request, {.on_event = {}, .on_finished = [this](Result<Measurement> result) {
                                     heard.push_back(std::move(result));
                                   }});
  }
};

// Without a refusal it takes what it is given.
struct Script {
  std::string name;
  std::optional<Error> refusal;
};

World world_of(std::initializer_list<Script> scripts) {
  std::vector<std::unique_ptr<ScriptedProber>> all;
  for (const auto& script : scripts) all.push_back(std::make_unique<ScriptedProber>(script.name, script.refusal));
  return World(std::move(all));
}

MeasurementRequest request_for(std::string prober = "") {
  static Random random(5);
  return {.id = Uuid::make_v7(Instant{}, random), .address = IpAddress::v4(1), .prober = std::move(prober)};
}

}  // namespace

TEST(ProberChoice, without_a_name_the_owners_first_runs_it) {
  auto world = world_of({{"native", {}}, {"mtr", {}}});
  ASSERT_TRUE(world.start(request_for()));
  EXPECT_EQ(world.probers[0]->started.size(), 1);
  EXPECT_EQ(world.choice->name(), "native");
  world.probers[0]->finish(Measurement{});
  ASSERT_EQ(world.heard.size(), 1);
  EXPECT_EQ(world.heard[0]->prober, "native");
}

TEST(ProberChoice, the_named_one_runs_it) {
  auto world = world_of({{"native", {}}, {"mtr", {}}, {"ping", {}}});
  ASSERT_TRUE(world.start(request_for("mtr")));
  EXPECT_EQ(world.probers[1]->started.size(), 1);
}

TEST(ProberChoice, a_named_one_that_is_missing_is_replaced_by_the_next_in_order) {
  auto world = world_of({{"native", {}}, {"ping", {}}});
  ASSERT_TRUE(world.start(request_for("mtr")));
  EXPECT_EQ(world.probers[0]->started.size(), 1);
}

TEST(ProberChoice, who_cannot_measure_it_hands_over) {
  for (const auto kind : {ErrorKind::unsupported, ErrorKind::unavailable, ErrorKind::not_found}) {
    auto world = world_of({{"ping", says(kind, "not here")}, {"native", {}}});
    ASSERT_TRUE(world.start(request_for("ping")));
    EXPECT_EQ(world.probers[1]->started.size(), 1);
  }
}

TEST(ProberChoice, who_finds_out_while_it_runs_that_it_cannot_hands_over_too) {
  auto world = world_of({{"ping", {}}, {"nping", {}}, {"native", {}}});
  ASSERT_TRUE(world.start(request_for()));
  world.probers[0]->finish(fail(ErrorKind::unavailable, "no privilege"));
  world.probers[1]->finish(fail(ErrorKind::not_found, "gone"));
  EXPECT_TRUE(world.heard.empty());
  world.probers[2]->finish(Measurement{});
  ASSERT_EQ(world.heard.size(), 1);
  EXPECT_EQ(world.heard[0]->prober, "native");
}

TEST(ProberChoice, when_nobody_can_every_reason_is_told) {
  auto world = world_of(
      {{"ping", says(ErrorKind::unsupported, "only pings")}, {"mtr", says(ErrorKind::unavailable, "no sockets")}});
  const auto refused = world.start(request_for());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
  EXPECT_EQ(refused.error().message, "ping: only pings; mtr: no sockets");
  EXPECT_TRUE(world.heard.empty());
}

TEST(ProberChoice, a_name_that_nobody_has_and_nobody_can_replace_is_not_found) {
  auto world = world_of({{"ping", says(ErrorKind::unsupported, "only pings")}});
  const auto refused = world.start(request_for("scamper"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
  EXPECT_THAT(refused.error().message, HasSubstr("scamper"));
}

TEST(ProberChoice, when_all_fail_while_they_run_the_observer_hears_of_it_once) {
  auto world = world_of({{"ping", {}}, {"mtr", says(ErrorKind::unsupported, "no pings")}});
  ASSERT_TRUE(world.start(request_for()));
  world.probers[0]->finish(fail(ErrorKind::unavailable, "no privilege"));
  ASSERT_EQ(world.heard.size(), 1);
  EXPECT_EQ(world.heard[0].error().kind, ErrorKind::unavailable);
  EXPECT_EQ(world.heard[0].error().message, "ping: no privilege; mtr: no pings");
}

TEST(ProberChoice, a_wrong_request_or_a_full_prober_is_no_reason_to_try_another) {
  for (const auto kind : {ErrorKind::invalid, ErrorKind::exhausted}) {
    auto world = world_of({{"ping", says(kind, "no")}, {"native", {}}});
    EXPECT_EQ(world.start(request_for()).error().kind, kind);
    EXPECT_TRUE(world.probers[1]->started.empty());
  }
}

TEST(ProberChoice, a_run_that_failed_is_not_repeated_by_another) {
  auto world = world_of({{"mtr", {}}, {"native", {}}});
  ASSERT_TRUE(world.start(request_for()));
  world.probers[0]->finish(fail(ErrorKind::internal, "it hung"));
  ASSERT_EQ(world.heard.size(), 1);
  EXPECT_TRUE(world.probers[1]->started.empty());
}

TEST(ProberChoice, a_cancel_reaches_everyone_and_stops_the_handing_over) {
  auto world = world_of({{"ping", {}}, {"native", {}}});
  const auto request = request_for();
  ASSERT_TRUE(world.start(request));
  world.choice->cancel(request.id);
  EXPECT_THAT(world.probers[0]->cancelled, ElementsAre(request.id));
  EXPECT_THAT(world.probers[1]->cancelled, ElementsAre(request.id));
  world.probers[0]->finish(fail(ErrorKind::unavailable, "no privilege"));
  ASSERT_EQ(world.heard.size(), 1);
  EXPECT_EQ(world.heard[0].error().kind, ErrorKind::cancelled);
  EXPECT_TRUE(world.probers[1]->started.empty());
}

TEST(ProberChoice, at_its_end_everybody_is_told) {
  auto world = world_of({{"ping", {}}, {"native", {}}});
  ASSERT_TRUE(world.start(request_for()));
  ASSERT_TRUE(world.start(request_for("native")));
  world.choice.reset();
  EXPECT_EQ(world.heard.size(), 2);
}

TEST(ProberChoice, counts_for_all_of_them) {
  auto world = world_of({{"native", {}}, {"mtr", {}}});
  ASSERT_TRUE(world.start(request_for("mtr")));
  EXPECT_EQ(world.choice->counters(), (Counters{{"runs", 0}, {"mtr_runs", 1}}));
}

}  // namespace cw::probe
