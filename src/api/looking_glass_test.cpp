#include "api/looking_glass.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "api/api_test_node.hpp"

namespace cw::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

// Collects what a run sends.
class Reader final : public platform::EventStream {
 public:
  struct Event {
    std::string id;
    std::string name;
    boost::json::object data;
  };

  void send(std::string_view id, std::string_view event, std::string_view data) override {
    events.push_back({std::string(id), std::string(event), boost::json::parse(data).as_object()});
    record_line({{"event", event}, {"data", data}});
  }
  void close() override { open = false; }
  [[nodiscard]] bool is_open() const override { return open; }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    all.reserve(events.size());
    for (const auto& event : events) all.push_back(event.name);
    return all;
  }

  std::vector<Event> events;
  bool open = true;
};

class LookingGlassApi : public testing::Test {
 protected:
  // Starts a run and returns its id.
  Uuid start(std::string body = R"({"target":"12.0.0.1"})") {
    const auto response = node_.send("POST", "/api/v1/looking-glass/runs", std::move(body));
    EXPECT_EQ(response.status, 202) << response.body;
    return Uuid::parse(object_of(response)["id"].as_string()).value();
  }
  std::shared_ptr<Reader> follow(const Uuid& id, std::string_view last_event_id = "") {
    auto request = node_.request("GET", path(id) + "/events");
    if (!last_event_id.empty()) request.headers["last-event-id"] = last_event_id;
    const auto response = node_.send(request);
    EXPECT_EQ(response.status, 200) << response.body;
    auto reader = std::make_shared<Reader>();
    response.on_stream(reader);
    return reader;
  }
  void finish(const Uuid& id, const std::vector<std::string>& hops) {
    node_.prober.finish(id, trace_over(request_of(id), hops));
    node_.api->store_finished_runs();
  }
  MeasurementRequest request_of(const Uuid& id) {
    for (const auto& request : node_.prober.running())
      if (request.id == id) return request;
    return {};
  }
  boost::json::object run(const Uuid& id) { return object_of(node_.send("GET", path(id))); }
  static std::string path(const Uuid& id) { return "/api/v1/looking-glass/runs/" + id.to_string(); }

  TestNode node_;
};

TEST_F(LookingGlassApi, a_run_is_accepted_started_and_told_hop_by_hop) {
  const auto id = start();
  const auto reader = follow(id);
  node_.prober.tell(id, reply(1, "192.168.1.1", milliseconds(1)));
  node_.prober.tell(id, reply(2, "11.0.0.1", milliseconds(2)));
  node_.prober.tell(id, probe::SilenceEvent{.ttl = Ttl{3}, .attempt = 1});
  node_.prober.tell(id, reply(2, "11.0.0.1", milliseconds(3), 2));
  finish(id, {"192.168.1.1", "11.0.0.1", "", "12.0.0.1"});

  EXPECT_EQ(reader->names(), (std::vector<std::string>{"run.started", "hop.reply", "hop.enriched", "hop.reply",
                                                       "hop.enriched", "hop.timeout", "hop.reply", "run.completed"}));
  for (std::size_t i = 0; i < reader->events.size(); ++i) EXPECT_EQ(reader->events[i].id, std::to_string(i + 1));
  EXPECT_FALSE(reader->is_open());

  auto& started = reader->events[0].data;
  EXPECT_EQ(started["resolved"], "12.0.0.1");
  EXPECT_EQ(started["source"], "home");
  EXPECT_EQ(started["parameters"].at("max_ttl"), 30);
  auto& hop = reader->events[3].data;
  EXPECT_EQ(hop["ttl"], 2);
  EXPECT_EQ(hop["from"], "11.0.0.1");
  EXPECT_EQ(hop["rtt_ms"].to_number<double>(), 2);
  EXPECT_EQ(hop["icmp"].at("type"), 11);
  EXPECT_EQ(reader->events[2].data["special"], "Private-Use");
  EXPECT_EQ(reader->events[2].data["rule"], "special_use");
  EXPECT_EQ(reader->events[4].data["asn"], 11);
  EXPECT_EQ(reader->events[4].data["as_name"], "Eleven");
  EXPECT_EQ(reader->events[4].data["rule"], "origin");
}

TEST_F(LookingGlassApi, the_measurement_is_stored_with_its_as_path_before_the_run_is_completed) {
  const auto id = start();
  const auto reader = follow(id);
  node_.prober.finish(id, trace_over(request_of(id), {"11.0.0.1", "12.0.0.1"}));
  EXPECT_EQ(run(id)["status"], "running");  // measured, not stored yet
  node_.api->store_finished_runs();
  auto& completed = reader->events.back().data;
  EXPECT_EQ(completed["measurement_id"], boost::json::value(id.to_string()));
  EXPECT_EQ(completed["stop_reason"], "destination");
  const auto measurement = node_.send("GET", "/api/v1/measurements/" + id.to_string());
  ASSERT_EQ(measurement.status, 200);
  EXPECT_EQ(object_of(measurement)["as_path"].as_array().size(), 2U);
  EXPECT_EQ(object_of(measurement)["as_links"].at(0).at("to"), 12);
  EXPECT_EQ(run(id)["measurement_id"], boost::json::value(id.to_string()));
  EXPECT_EQ(node_.measurements().facts({address("11.0.0.1")}).value().size(), 1U);
}

TEST_F(LookingGlassApi, a_path_is_compared_with_those_before) {
  const auto news_of = [&](const std::vector<std::string>& hops) {
    const auto id = start();
    const auto reader = follow(id);
    finish(id, hops);
    node_.clock.advance(minutes(1));
    auto& completed = reader->events.back().data;
    return std::pair(completed["known_path"].as_bool(), completed["differs_from_last"].as_bool());
  };
  EXPECT_EQ(news_of({"11.0.0.1", "12.0.0.1"}), std::pair(false, false));
  EXPECT_EQ(news_of({"11.0.0.1", "12.0.0.1"}), std::pair(true, false));
  EXPECT_EQ(news_of({"11.0.0.2", "12.0.0.1"}), std::pair(false, true));
  EXPECT_EQ(news_of({"11.0.0.1", "12.0.0.1"}), std::pair(true, true));
}

TEST_F(LookingGlassApi, a_reader_who_comes_back_gets_what_it_missed_and_no_more) {
  const auto id = start();
  const auto early = follow(id);
  node_.prober.tell(id, probe::SilenceEvent{.ttl = Ttl{1}});
  node_.prober.tell(id, probe::SilenceEvent{.ttl = Ttl{2}});
  early->open = false;
  const auto back = follow(id, "2");
  node_.prober.tell(id, probe::SilenceEvent{.ttl = Ttl{3}});
  ASSERT_EQ(back->events.size(), 2U);
  EXPECT_EQ(back->events[0].id, "3");
  EXPECT_EQ(back->events[1].id, "4");
  EXPECT_EQ(early->events.size(), 3U);
  finish(id, {"12.0.0.1"});
  EXPECT_EQ(follow(id)->events.size(), 5U);
  auto seen_it_all = node_.request("GET", path(id) + "/events?last_event_id=5");
  EXPECT_EQ(node_.send(seen_it_all).status, 204);
  seen_it_all.query["last_event_id"] = "x";
  EXPECT_EQ(node_.send(seen_it_all).status, 422);
}

TEST_F(LookingGlassApi, an_mtr_tells_its_statistics_each_round) {
  const auto id = start(R"({"target":"12.0.0.1","kind":"mtr"})");
  EXPECT_EQ(request_of(id).count, 10);
  const auto reader = follow(id);
  node_.prober.tell(id, reply(1, "11.0.0.1", milliseconds(10), 1));
  node_.prober.tell(id, probe::RoundEvent{.round = 1});
  node_.prober.tell(id, probe::SilenceEvent{.ttl = Ttl{1}, .attempt = 2});
  auto late = reply(1, "11.0.0.1", milliseconds(900), 2);
  late.reply.late = true;
  node_.prober.tell(id, late);
  node_.prober.tell(id, reply(1, "11.0.0.1", milliseconds(20), 3));
  node_.prober.tell(id, probe::RoundEvent{.round = 3});
  auto& last = reader->events.back();
  ASSERT_EQ(last.name, "round.completed");
  EXPECT_EQ(last.data["round"], 3);
  auto& row = last.data["stats"].at(0).as_object();
  EXPECT_EQ(row["ttl"], 1);
  EXPECT_EQ(row["sent"], 3);
  EXPECT_EQ(row["recv"], 2);
  EXPECT_NEAR(row["loss"].to_number<double>(), 0.3333, 1e-9);
  EXPECT_EQ(row["min"].to_number<double>(), 10);
  EXPECT_EQ(row["avg"].to_number<double>(), 15);
  EXPECT_EQ(row["max"].to_number<double>(), 20);
  EXPECT_EQ(row["jitter"].to_number<double>(), 10);
}

TEST_F(LookingGlassApi, a_cancelled_run_stops_probing_and_stores_nothing) {
  const auto id = start();
  const auto reader = follow(id);
  EXPECT_EQ(node_.send("DELETE", path(id)).status, 204);
  EXPECT_TRUE(node_.prober.running().empty());
  EXPECT_EQ(reader->events.back().name, "run.cancelled");
  EXPECT_FALSE(reader->is_open());
  EXPECT_EQ(run(id)["status"], "cancelled");
  EXPECT_EQ(node_.measurements().count().value(), 0);
  EXPECT_EQ(node_.send("DELETE", path(id)).status, 204);  // again is nothing to do
}

TEST_F(LookingGlassApi, a_run_that_fails_says_why_without_our_inside) {
  const auto id = start();
  const auto reader = follow(id);
  node_.prober.finish(id, fail(ErrorKind::unavailable, "/dev/secret is gone"));
  auto& failed = reader->events.back();
  EXPECT_EQ(failed.name, "run.failed");
  EXPECT_EQ(failed.data["problem"].at("status"), 503);
  EXPECT_EQ(boost::json::serialize(failed.data).find("secret"), std::string::npos);
  EXPECT_EQ(run(id)["status"], "failed");
  EXPECT_EQ(run(id)["problem"].at("type"), "/problems/unavailable");
}

TEST_F(LookingGlassApi, so_many_run_at_once_and_no_more) {
  const auto first = start();
  for (int i = 1; i < 4; ++i) start();
  const auto fifth = node_.send("POST", "/api/v1/looking-glass/runs", R"({"target":"12.0.0.1"})");
  EXPECT_EQ(fifth.status, 429);
  EXPECT_EQ(problem_of(fifth), "budget-exhausted");
  EXPECT_NE(header_of(fifth, "Retry-After"), "");
  node_.send("DELETE", path(first));
  start();
}

TEST_F(LookingGlassApi, a_run_is_kept_for_ten_minutes_after_its_end) {
  const auto id = start();
  node_.clock.advance(minutes(30));
  finish(id, {"12.0.0.1"});
  node_.clock.advance(minutes(9));
  EXPECT_EQ(node_.send("GET", path(id)).status, 200);
  node_.clock.advance(minutes(1));
  EXPECT_EQ(node_.send("GET", path(id)).status, 404);
  EXPECT_EQ(node_.send("GET", path(id) + "/events").status, 404);
  EXPECT_EQ(node_.send("GET", "/api/v1/measurements/" + id.to_string()).status, 200);
}

TEST_F(LookingGlassApi, only_so_many_runs_are_kept) {
  LookingGlass glass({.prober = node_.prober,
                      .measurements = node_.measurements(),
                      .routes = node_.routes,
                      .admission = node_.admission,
                      .clock = node_.clock},
                     {.most_kept = 2});
  const MeasurementRequest request{.target = "12.0.0.1", .address = address("12.0.0.1")};
  for (int i = 0; i < 2; ++i) glass.cancel(glass.start(request).value()->request().id);
  const auto third = glass.start(request);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().type, ProblemType::budget_exhausted);
  EXPECT_EQ(third.error().headers.front().second, "600");
  node_.clock.advance(minutes(10));
  EXPECT_TRUE(glass.start(request));
}

TEST_F(LookingGlassApi, a_flood_of_answers_does_not_fill_the_memory) {
  const auto id = start();
  for (int i = 0; i < 20'000; ++i) {
    auto flood = reply(1, "11.0.0.1", milliseconds(1));
    flood.reply.duplicate = true;
    node_.prober.tell(id, flood);
  }
  finish(id, {"12.0.0.1"});
  const auto reader = follow(id);
  EXPECT_LT(reader->events.size(), 15'000U);
  EXPECT_EQ(reader->events.back().name, "run.completed");
  EXPECT_EQ(reader->events.back().id, std::to_string(reader->events.size()));
}

TEST_F(LookingGlassApi, what_the_prober_does_not_take_is_told_to_the_asker) {
  node_.prober.refusal = Error{ErrorKind::unsupported, "this prober has no TCP"};
  const auto unsupported = node_.send("POST", "/api/v1/looking-glass/runs", R"({"target":"12.0.0.1","method":"tcp"})");
  EXPECT_EQ(unsupported.status, 422);
  EXPECT_EQ(problem_of(unsupported), "unsupported");
  node_.prober.refusal = Error{ErrorKind::exhausted, "no room"};
  EXPECT_EQ(node_.send("POST", "/api/v1/looking-glass/runs", R"({"target":"12.0.0.1"})").status, 429);
}

TEST_F(LookingGlassApi, wrong_parameters_and_forbidden_targets_send_nothing) {
  for (const auto* body : {R"({})", R"({"target":"192.168.1.1"})", R"({"target":"no.such.name"})",
                           R"({"target":"12.0.0.1","kind":"trce"})", R"({"target":"12.0.0.1","max_ttl":0})",
                           R"({"target":"12.0.0.1","first_ttl":9,"max_ttl":8})", R"({"target":"12.0.0.1","port":80})",
                           R"({"target":"12.0.0.1","count":101})", R"({"target":"12.0.0.1","interval_ms":1})",
                           R"({"target":"12.0.0.1","maxttl":5})", R"({"target":5})", R"({"target":"12.0.0.1","af":5})"})
    EXPECT_EQ(node_.send("POST", "/api/v1/looking-glass/runs", body).status, 422) << body;
  EXPECT_TRUE(node_.prober.running().empty());
}

TEST_F(LookingGlassApi, parameters_reach_the_prober) {
  const auto id = start(
      R"({"target":" 12.0.0.1 ","kind":"ping","method":"udp","port":53,"flow":7,"first_ttl":2,"max_ttl":9,"attempts":3,
          "gap_limit":4,"count":5,"interval_ms":250,"timeout_ms":300})");
  const auto request = request_of(id);
  EXPECT_EQ(request.target, "12.0.0.1");
  EXPECT_EQ(request.kind, Kind::ping);
  EXPECT_EQ(request.method, Method::udp);
  EXPECT_EQ(request.port, 53);
  EXPECT_EQ(request.flow, 7);
  EXPECT_EQ(request.first_ttl.value, 2);
  EXPECT_EQ(request.max_ttl.value, 9);
  EXPECT_EQ(request.attempts, 3);
  EXPECT_EQ(request.gap_limit, 4);
  EXPECT_EQ(request.count, 5);
  EXPECT_EQ(request.interval, milliseconds(250));
  EXPECT_EQ(request.timeout, milliseconds(300));
}

TEST_F(LookingGlassApi, a_run_says_every_option_that_it_was_started_with) {
  const auto id = start(
      R"({"target":"12.0.0.1","prober":"native","method":"udp","port":53,"multipath":true,"confidence_percent":99,
          "dscp":46,"raw_output":true})");
  const auto started = follow(id)->events.at(0).data.at("parameters").as_object();
  EXPECT_EQ(started.at("prober"), "native");
  EXPECT_EQ(started.at("method"), "udp");
  EXPECT_EQ(started.at("port"), 53);
  EXPECT_EQ(started.at("multipath"), true);
  EXPECT_EQ(started.at("confidence_percent"), 99);
  EXPECT_EQ(started.at("mtu_search"), false);
  EXPECT_EQ(started.at("dscp"), 46);
  EXPECT_EQ(started.at("raw_output"), true);
  EXPECT_EQ(run(id)["parameters"], boost::json::value(started));
  const auto other = run(start(R"({"target":"12.0.0.1","mtu_search":true})"))["parameters"].as_object();
  EXPECT_EQ(other.at("prober"), "");
  EXPECT_EQ(other.at("multipath"), false);
  EXPECT_EQ(other.at("mtu_search"), true);
  EXPECT_EQ(other.at("dscp"), 0);
  EXPECT_EQ(other.at("raw_output"), false);
}

TEST_F(LookingGlassApi, an_unknown_run_is_not_found) {
  const std::string unknown = "/api/v1/looking-glass/runs/0198c0de-7a3c-7bbb-8ccc-0123456789ab";
  EXPECT_EQ(node_.send("GET", unknown).status, 404);
  EXPECT_EQ(node_.send("DELETE", unknown).status, 404);
  EXPECT_EQ(node_.send("GET", unknown + "/events").status, 404);
  EXPECT_EQ(node_.send("GET", "/api/v1/looking-glass/runs/x").status, 404);
}

TEST_F(LookingGlassApi, its_thread_stores_what_finishes_and_cancels_what_runs_when_stopped) {
  const auto finished = start();
  const auto still_running = start();
  std::jthread storing([&](const std::stop_token& stop) { node_.api->run(stop); });
  node_.prober.finish(finished, trace_over(request_of(finished), {"12.0.0.1"}));
  while (run(finished)["status"] == "running") std::this_thread::yield();
  EXPECT_EQ(run(finished)["status"], "completed");
  storing.request_stop();
  storing.join();
  EXPECT_EQ(run(still_running)["status"], "cancelled");
}

}  // namespace
}  // namespace cw::api
