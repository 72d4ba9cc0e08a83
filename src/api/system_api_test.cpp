#include <gtest/gtest.h>

#include "api/api_test_node.hpp"
#include "api/metrics_text.hpp"

namespace cw::api {
namespace {

TEST(SystemApi, a_fresh_node_says_that_it_needs_targets) {
  TestNode node;
  node.clock.advance(std::chrono::milliseconds(1500));
  auto system = object_of(node.send("GET", "/api/v1/system"));
  EXPECT_EQ(system["version"], "1.2.3");
  EXPECT_EQ(system["vantage"], "home");
  EXPECT_EQ(system["setup_needed"], true);
  EXPECT_EQ(system["demo"], false);
  EXPECT_EQ(system["uptime_s"].to_number<double>(), 1.5);
  EXPECT_EQ(system["prober"].at("name"), "scripted");
  EXPECT_EQ(system["prober"].at("counters").at("receive_drops"), 1);
  EXPECT_EQ(system["data"].at(0).at("licence"), "CC0");
  EXPECT_EQ(system["data"].at(0).at("attribution"), "made for tests");
  node.send("POST", "/api/v1/targets", R"({"address":"11.0.0.1"})");
  EXPECT_EQ(object_of(node.send("GET", "/api/v1/system"))["setup_needed"], false);
}

TEST(SystemApi, a_node_that_works_is_live_and_ready) {
  const TestNode node;
  EXPECT_EQ(object_of(node.send("GET", "/api/v1/health/live"))["status"], "ok");
  auto ready = object_of(node.send("GET", "/api/v1/health/ready"));
  EXPECT_EQ(ready["status"], "ok");
  EXPECT_EQ(ready["checks"].as_array().size(), 3U);
}

TEST(SystemApi, the_queue_says_how_much_waits_and_since_when) {
  const TestNode node;
  Random random(1);
  ASSERT_TRUE(node.queue().enqueue({.id = Uuid::make_v7(kTestStart, random),
                                    .target_ip = address("11.0.0.1"),
                                    .source = "test",
                                    .created_at = kTestStart,
                                    .not_before = kTestStart}));
  auto queue = object_of(node.send("GET", "/api/v1/queue"));
  EXPECT_EQ(queue["waiting"], 1);
  EXPECT_EQ(queue["leased"], 0);
  EXPECT_EQ(queue["dead"], 0);
  EXPECT_FALSE(queue["oldest_waiting_at"].is_null());
}

TEST(LookupApi, an_address_and_a_network_are_known_by_the_local_table) {
  const TestNode node;
  auto facts = object_of(node.send("GET", "/api/v1/lookup/11.2.3.4"));
  EXPECT_EQ(facts["asn"], 11);
  EXPECT_EQ(facts["org_name"], "Eleven");
  EXPECT_EQ(facts["prefix"], "11.0.0.0/8");
  EXPECT_EQ(object_of(node.send("GET", "/api/v1/lookup/::1"))["special"], "Loopback Address");
  EXPECT_EQ(object_of(node.send("GET", "/api/v1/lookup/AS12"))["org_name"], "Twelve");
  EXPECT_EQ(object_of(node.send("GET", "/api/v1/lookup/12"))["asn"], 12);
  EXPECT_EQ(node.send("GET", "/api/v1/lookup/AS99").status, 404);
  EXPECT_EQ(node.send("GET", "/api/v1/lookup/nonsense").status, 422);
}

TEST(SettingsApi, the_worker_settings_have_the_tables_defaults_until_changed) {
  TestNode node;
  const auto before = node.send("GET", "/api/v1/settings/worker_settings");
  auto setting = object_of(before);
  EXPECT_EQ(setting["value"].at("rate_limit_per_minute"), 30);
  EXPECT_EQ(setting["value"].at("max_concurrent_traceroutes"), 5);
  EXPECT_EQ(setting["is_default"], true);
  EXPECT_TRUE(setting["changed_at"].is_null());

  auto put = node.request("PUT", "/api/v1/settings/worker_settings",
                          R"({"rate_limit_per_minute":60,"max_concurrent_traceroutes":7,"worker_count":4,)"
                          R"("destination_spacing_seconds":5,"network_spacing_ms":0,"longest_backoff_seconds":0})");
  put.headers["if-match"] = header_of(before, "ETag");
  const auto after = node.send(put);
  ASSERT_EQ(after.status, 200) << after.body;
  setting = object_of(after);
  EXPECT_EQ(setting["value"].at("rate_limit_per_minute"), 60);
  EXPECT_EQ(setting["is_default"], false);
  EXPECT_EQ(setting["changed_by"], "api");
  EXPECT_EQ(node.settings().get("worker_settings").value(),
            R"({"rate_limit_per_minute":60,"max_concurrent_traceroutes":7,"worker_count":4,)"
            R"("destination_spacing_seconds":5,"network_spacing_ms":0,"longest_backoff_seconds":0})");
  EXPECT_EQ(header_of(after, "ETag"), header_of(node.send("GET", "/api/v1/settings/worker_settings"), "ETag"));

  EXPECT_EQ(node.send(put).status, 412);
  put.headers.erase("if-match");
  EXPECT_EQ(node.send(put).status, 428);
}

TEST(SettingsApi, values_out_of_bounds_change_nothing) {
  const TestNode node;
  const std::string rest =
      R"("worker_count":2,"destination_spacing_seconds":10,"network_spacing_ms":1000,"longest_backoff_seconds":3600)";
  for (const auto* members :
       {R"("rate_limit_per_minute":-1,"max_concurrent_traceroutes":7)", R"("rate_limit_per_minute":60)",
        R"("rate_limit_per_minute":1.5,"max_concurrent_traceroutes":7)",
        R"("rate_limit_per_minute":"60","max_concurrent_traceroutes":7)",
        R"("rate_limit_per_minute":60,"max_concurrent_traceroutes":7,"worker_cuont":1)"}) {
    auto put = node.request("PUT", "/api/v1/settings/worker_settings", std::string("{") + members + "," + rest + "}");
    put.headers["if-match"] = "*";
    EXPECT_EQ(node.send(put).status, 422) << members;
  }
  EXPECT_FALSE(node.settings().get("worker_settings"));
}

TEST(SettingsApi, an_unknown_setting_is_not_found_with_the_nearest_name) {
  const TestNode node;
  const auto response = node.send("GET", "/api/v1/settings/worker_setings");
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(response.body.find("did you mean worker_settings?"), std::string::npos);
  EXPECT_EQ(object_of(node.send("GET", "/api/v1/settings"))["items"].at(0).at("key"), "worker_settings");
}

TEST(Metrics, the_nodes_figures_are_there_by_name) {
  const TestNode node;
  node.send("GET", "/api/v1/nothing");
  node.api->count_stored({.kind = Kind::trace, .status = Status::reached});
  const auto response = node.send("GET", "/metrics");
  EXPECT_EQ(header_of(response, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  for (const auto* line :
       {"cyberwatch_build_info{version=\"1.2.3\",vantage=\"home\"} 1\n", "cyberwatch_targets 0\n",
        "cyberwatch_queue_jobs{state=\"waiting\"} 0\n", "# TYPE cyberwatch_prober_events_total counter\n",
        "cyberwatch_prober_events_total{event=\"receive_drops\"} 1\n",
        "cyberwatch_api_requests_total{code=\"404\"} 1\n",
        "cyberwatch_measurements_stored_total{kind=\"trace\",status=\"reached\"} 1\n"})
    EXPECT_NE(response.body.find(line), std::string::npos) << line << response.body;
}

TEST(Metrics, label_values_are_escaped) {
  MetricsText text;
  text.gauge("a", "b");
  text.sample(0.5, {{"l", "x\"y\\z\n"}});
  EXPECT_EQ(text.take(), "# HELP a b\n# TYPE a gauge\na{l=\"x\\\"y\\\\z\\n\"} 0.5\n");
}

}  // namespace
}  // namespace cw::api
