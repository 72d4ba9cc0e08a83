#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/api_test_node.hpp"

namespace cw::api {
namespace {

TEST(RefusalsApi, what_was_refused_is_listed_with_its_rule_and_counted) {
  TestNode node;
  node.names["inside.example.net"] = {address("10.0.0.1"), address("10.0.0.2")};
  node.send("POST", "/api/v1/targets", R"({"address":"192.168.1.1"})");
  node.send("POST", "/api/v1/looking-glass/runs", R"({"target":"inside.example.net"})");
  node.clock.advance(std::chrono::seconds(5));
  node.send("POST", "/api/v1/targets/import", R"({"lines":["192.168.1.1","11.0.0.1","127.0.0.1"]})");
  auto list = object_of(node.send("GET", "/api/v1/refusals"));
  const auto& items = list["items"].as_array();
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(items[0].at("address"), "127.0.0.1");
  EXPECT_EQ(items[1].at("address"), "192.168.1.1");
  EXPECT_EQ(items[1].at("reason"), "special_use");
  EXPECT_EQ(items[1].at("count"), 2);
  EXPECT_EQ(items[1].at("first_at"), "2026-11-22T00:00:00.000000Z");
  EXPECT_EQ(items[1].at("last_at"), "2026-11-22T00:00:05.000000Z");
  EXPECT_EQ(items[1].at("source"), "api");
  EXPECT_EQ(items[2].at("source"), "looking-glass");
}

TEST(RefusalsApi, the_list_is_paged_and_wrong_parameters_are_refused) {
  const TestNode node;
  for (int i = 1; i <= 5; ++i) node.send("POST", "/api/v1/targets", fmt::format(R"({{"address":"10.0.0.{}"}})", i));
  std::vector<std::string> seen;
  std::string path = "/api/v1/refusals?limit=2";
  while (true) {
    const auto page = object_of(node.send("GET", path));
    for (const auto& item : page.at("items").as_array()) seen.emplace_back(item.at("address").as_string());
    if (page.at("next_cursor").is_null()) break;
    path = fmt::format("/api/v1/refusals?limit=2&cursor={}", page.at("next_cursor").as_string().c_str());
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"10.0.0.5", "10.0.0.4", "10.0.0.3", "10.0.0.2", "10.0.0.1"}));
  EXPECT_EQ(object_of(node.send("GET", "/api/v1/refusals?address=10.0.0.3"))["items"].as_array().size(), 1U);
  for (const auto* query : {"cursor=x", "address=x", "limit=0"})
    EXPECT_EQ(node.send("GET", std::string("/api/v1/refusals?") + query).status, 422) << query;
}

TEST(RefusalsApi, a_list_with_more_refused_lines_than_are_kept_is_answered) {
  const TestNode node;
  std::string lines;
  for (int i = 0; i < 10'000; ++i) lines += fmt::format("{}\"10.1.{}.{}\"", i == 0 ? "" : ",", i / 250, i % 250);
  const auto response = node.send("POST", "/api/v1/targets/import", fmt::format(R"({{"lines":[{}]}})", lines));
  EXPECT_EQ(object_of(response)["refused"].as_array().size(), 10'000U);
  EXPECT_EQ(node.refusals().list({.limit = 20'000})->size(), 10'000U);
}

TEST(WhyApi, a_targets_probes_are_explained) {
  TestNode node;
  node.send("POST", "/api/v1/targets", R"({"address":"12.0.0.1","labels":["web"],"reason":"ours","interval_s":60})");
  Random random(1);
  const MeasurementRequest request{
      .id = Uuid::make_v7(kTestStart, random), .target = "12.0.0.1", .address = address("12.0.0.1")};
  ASSERT_TRUE(node.measurements().put({{.measurement = trace_over(request, {"11.0.0.1", "12.0.0.1"}),
                                        .origin = {.source = "schedule",
                                                   .reason = "interval",
                                                   .rate_limit_per_minute = 30,
                                                   .max_concurrent_traceroutes = 5}}}));
  ASSERT_TRUE(node.admission.admit({.address = address("12.0.0.1"), .asn = Asn{12}}, kTestStart).may_begin());
  auto why = object_of(node.send("GET", "/api/v1/why/12.0.0.1"));
  EXPECT_EQ(why["asn"], 12);
  EXPECT_EQ(why["as_name"], "Twelve");
  EXPECT_EQ(why["target"].at("source"), "api");
  EXPECT_EQ(why["target"].at("reason"), "ours");
  EXPECT_EQ(why["target"].at("next_due_at"), "2026-11-22T00:01:00.000000Z");
  EXPECT_EQ(why["policy"].at("may_probe"), true);
  EXPECT_EQ(why["policy"].at("rule"), "ordinary");
  EXPECT_EQ(why["timing"].at("delay"), "spacing");
  EXPECT_EQ(why["timing"].at("not_before"), "2026-11-22T00:00:10.000000Z");
  EXPECT_EQ(why["timing"].at("network"), "12.0.0.0/24");
  ASSERT_EQ(why["measurements"].as_array().size(), 1U);
  const auto& measured = why["measurements"].at(0);
  EXPECT_EQ(measured.at("prober"), "scripted");
  EXPECT_EQ(measured.at("probes_sent"), 2);
  EXPECT_EQ(measured.at("job").at("source"), "schedule");
  EXPECT_EQ(measured.at("job").at("rate_limit_per_minute"), 30);
  EXPECT_TRUE(why["on_the_way_to"].as_array().empty());
}

TEST(WhyApi, a_router_is_explained_by_the_measurements_that_it_answered) {
  const TestNode node;
  Random random(1);
  const MeasurementRequest request{
      .id = Uuid::make_v7(kTestStart, random), .target = "www.example.net", .address = address("12.0.0.1")};
  ASSERT_TRUE(node.measurements().put({{.measurement = trace_over(request, {"11.0.0.1", "12.0.0.1"})}}));
  auto why = object_of(node.send("GET", "/api/v1/why/11.0.0.1"));
  EXPECT_TRUE(why["target"].is_null());
  EXPECT_TRUE(why["measurements"].as_array().empty());
  ASSERT_EQ(why["on_the_way_to"].as_array().size(), 1U);
  EXPECT_EQ(why["on_the_way_to"].at(0).at("target"), "www.example.net");
  EXPECT_TRUE(why["on_the_way_to"].at(0).at("job").at("source").is_null());
}

TEST(WhyApi, a_forbidden_address_is_explained_by_its_rule_and_its_refusals) {
  TestNode node({}, {}, {.excluded = {Prefix::parse("11.0.0.0/16").value()}});
  node.send("POST", "/api/v1/targets", R"({"address":"11.0.0.1"})");
  auto why = object_of(node.send("GET", "/api/v1/why/11.0.0.1"));
  EXPECT_EQ(why["policy"].at("may_probe"), false);
  EXPECT_EQ(why["policy"].at("rule"), "excluded");
  EXPECT_EQ(why["policy"].at("prefix"), "11.0.0.0/16");
  ASSERT_EQ(why["refusals"].as_array().size(), 1U);
  node.admission.set_opt_outs(std::make_shared<schedule::OptOuts>(schedule::parse_opt_outs("AS11\n")));
  why = object_of(node.send("GET", "/api/v1/why/11.0.0.1"));
  EXPECT_EQ(why["policy"].at("rule"), "opted_out_network");
}

TEST(WhyApi, a_run_that_somebody_watched_says_so) {
  TestNode node;
  node.send("POST", "/api/v1/looking-glass/runs", R"({"target":"12.0.0.1"})");
  const auto running = node.prober.running();
  ASSERT_EQ(running.size(), 1U);
  node.prober.finish(running[0].id, trace_over(running[0], {"12.0.0.1"}));
  node.api->store_finished_runs();
  auto why = object_of(node.send("GET", "/api/v1/why/12.0.0.1"));
  EXPECT_EQ(why["measurements"].at(0).at("job").at("source"), "looking-glass");
  EXPECT_TRUE(why["measurements"].at(0).at("job").at("rate_limit_per_minute").is_null());
  EXPECT_EQ(why["timing"].at("last_begun_at"), "2026-11-22T00:00:00.000000Z");
}

TEST(WhyApi, what_is_no_address_is_refused) {
  const TestNode node;
  for (const auto* text : {"www.example.net", "1.2.3", "AS11"})
    EXPECT_EQ(node.send("GET", std::string("/api/v1/why/") + text).status, 422) << text;
}

TEST(TargetsApi, how_a_target_is_measured_is_chosen_and_changed) {
  ApiOptions options;
  ASSERT_TRUE(options.settings.set("worker.probers", "native,mtr,ping", SettingOrigin::file));
  const TestNode node(std::move(options));
  auto target = object_of(node.send(
      "POST", "/api/v1/targets",
      R"({"address":"11.0.0.1","kind":"mtr","prober":"mtr","method":"tcp","port":443,"dscp":46,"multipath":false})"));
  EXPECT_EQ(target["kind"], "mtr");
  EXPECT_EQ(target["prober"], "mtr");
  EXPECT_EQ(target["method"], "tcp");
  EXPECT_EQ(target["port"], 443);
  EXPECT_EQ(target["dscp"], 46);
  target = object_of(node.send("PATCH", "/api/v1/targets/1", R"({"kind":"ping","method":"icmp","prober":""})"));
  EXPECT_EQ(target["kind"], "ping");
  EXPECT_TRUE(target["port"].is_null()) << "the port went with its method";
  EXPECT_TRUE(target["prober"].is_null());
  EXPECT_EQ(target["dscp"], 46);
}

TEST(TargetsApi, what_cannot_be_measured_so_is_refused) {
  const TestNode node;
  for (const auto* members :
       {R"("port":443)", R"("kind":"ping","multipath":true)", R"("kind":"mtr","mtu_search":true)", R"("dscp":64)",
        R"("prober":"tracert")", R"("prober":"mtr")", R"("multipath":"yes")", R"("method":"sctp")"}) {
    const auto response = node.send("POST", "/api/v1/targets", fmt::format(R"({{"address":"11.0.0.1",{}}})", members));
    EXPECT_EQ(response.status, 422) << members;
    EXPECT_EQ(problem_of(response), "validation-failed") << members;
  }
  EXPECT_EQ(node.targets().count(), 0);
  node.send("POST", "/api/v1/targets", R"({"address":"11.0.0.1"})");
  EXPECT_EQ(node.send("PATCH", "/api/v1/targets/1", R"({"port":80})").status, 422);
  EXPECT_EQ(node.send("POST", "/api/v1/targets/import", R"({"lines":["11.0.0.2"],"port":80})").status, 422);
}

TEST(LookingGlassOptions, a_run_asks_for_what_the_engine_can) {
  ApiOptions options;
  ASSERT_TRUE(options.settings.set("worker.probers", "native,scamper", SettingOrigin::file));
  ASSERT_TRUE(options.settings.set("probe.dscp", "8", SettingOrigin::file));
  const TestNode node(std::move(options));
  ASSERT_EQ(node.send("POST", "/api/v1/looking-glass/runs",
                      R"({"target":"12.0.0.1","multipath":true,"confidence_percent":99,"prober":"scamper",)"
                      R"("raw_output":true,"method":"tcp-ack","port":443})")
                .status,
            202);
  ASSERT_EQ(
      node.send("POST", "/api/v1/looking-glass/runs", R"({"target":"12.0.0.1","mtu_search":true,"dscp":46})").status,
      202);
  const auto running = node.prober.running();
  ASSERT_EQ(running.size(), 2U);
  EXPECT_EQ(running[0].multipath, Multipath::on);
  EXPECT_EQ(running[0].confidence_percent, 99);
  EXPECT_EQ(running[0].prober, "scamper");
  EXPECT_EQ(running[0].raw_output, RawOutput::keep);
  EXPECT_EQ(running[0].method, Method::tcp_ack);
  EXPECT_EQ(running[0].dscp, 8) << "the node's";
  EXPECT_EQ(running[1].mtu_search, MtuSearch::on);
  EXPECT_EQ(running[1].dscp, 46);
  for (const auto* members : {R"("multipath":true,"kind":"ping")", R"("multipath":true,"mtu_search":true)",
                              R"("confidence_percent":97)", R"("prober":"nping")"})
    EXPECT_EQ(
        node.send("POST", "/api/v1/looking-glass/runs", fmt::format(R"({{"target":"12.0.0.1",{}}})", members)).status,
        422)
        << members;
}

}  // namespace
}  // namespace cw::api
