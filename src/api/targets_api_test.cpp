#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/api_test_node.hpp"

namespace cw::api {
namespace {

TEST(TargetsApi, an_address_becomes_a_target_with_its_network) {
  const TestNode node;
  const auto response =
      node.send("POST", "/api/v1/targets",
                R"({"address":"11.0.0.1","labels":["web"],"interval_s":60,"priority":9,"reason":"ours"})");
  ASSERT_EQ(response.status, 201) << response.body;
  EXPECT_EQ(header_of(response, "Location"), "/api/v1/targets/1");
  auto target = object_of(response);
  EXPECT_EQ(target["id"], "1");
  EXPECT_EQ(target["address"], "11.0.0.1");
  EXPECT_EQ(target["name"], "11.0.0.1");
  EXPECT_EQ(target["asn"], 11);
  EXPECT_EQ(target["as_name"], "Eleven");
  EXPECT_EQ(target["labels"], boost::json::parse(R"(["web"])"));
  EXPECT_EQ(target["interval_s"], 60);
  EXPECT_EQ(target["priority"], 9);
  EXPECT_EQ(target["reason"], "ours");
  EXPECT_EQ(target["source"], "api");
  EXPECT_EQ(target["state"], "active");
  EXPECT_EQ(target["first_seen"], "2026-11-22T00:00:00.000000Z");
  EXPECT_TRUE(target["last_measurement"].is_null());
  EXPECT_EQ(node.send("GET", "/api/v1/targets/1").body, response.body);
}

TEST(TargetsApi, a_name_is_resolved_once_and_kept_beside_its_address) {
  TestNode node;
  node.names["www.example.net"] = {address("2001:4860::1"), address("12.0.0.7")};
  auto either = object_of(node.send("POST", "/api/v1/targets", R"({"name":"www.example.net"})"));
  EXPECT_EQ(either["address"], "2001:4860::1");
  EXPECT_EQ(either["name"], "www.example.net");
  auto v4 = object_of(node.send("POST", "/api/v1/targets", R"({"name":"www.example.net","af":4})"));
  EXPECT_EQ(v4["address"], "12.0.0.7");
}

TEST(TargetsApi, an_address_that_is_a_target_already_is_joined) {
  const TestNode node;
  EXPECT_EQ(node.send("POST", "/api/v1/targets", R"({"address":"11.0.0.1","labels":["a"]})").status, 201);
  const auto again = node.send("POST", "/api/v1/targets", R"({"address":"11.0.0.1","labels":["b"]})");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(object_of(again)["labels"].as_array().size(), 2U);
  EXPECT_EQ(node.targets().count().value(), 1);
}

TEST(TargetsApi, what_cannot_be_resolved_is_said_so) {
  const TestNode node;
  for (const auto* name : {"no.such.name", "not a name", "1.2.3", ""}) {
    const auto response = node.send("POST", "/api/v1/targets", fmt::format(R"({{"name":"{}"}})", name));
    EXPECT_EQ(response.status, 422) << name;
    EXPECT_EQ(problem_of(response), "target-unresolvable") << name;
    EXPECT_EQ(object_of(response)["errors"].at(0).at("source").at("pointer"), "/name");
  }
  EXPECT_EQ(problem_of(node.send("POST", "/api/v1/targets", R"({"address":"www.example.net"})")), "validation-failed");
}

TEST(TargetsApi, forbidden_space_is_refused_with_its_rule) {
  TestNode node;
  node.names["inside.example.net"] = {address("10.0.0.1")};
  const auto by_address = node.send("POST", "/api/v1/targets", R"({"address":"192.168.1.1"})");
  EXPECT_EQ(by_address.status, 422);
  EXPECT_EQ(problem_of(by_address), "target-forbidden");
  EXPECT_NE(by_address.body.find("RFC 1918"), std::string::npos) << by_address.body;
  EXPECT_EQ(problem_of(node.send("POST", "/api/v1/targets", R"({"name":"inside.example.net"})")), "target-forbidden");
  EXPECT_EQ(node.targets().count().value(), 0);
}

TEST(TargetsApi, a_name_with_one_allowed_address_is_measured_there) {
  TestNode node;
  node.names["both.example.net"] = {address("10.0.0.1"), address("11.0.0.1")};
  EXPECT_EQ(object_of(node.send("POST", "/api/v1/targets", R"({"name":"both.example.net"})"))["address"], "11.0.0.1");
}

TEST(TargetsApi, a_prefix_that_the_owner_allowed_may_be_measured) {
  const TestNode node({}, {}, {.allowed = {Prefix::parse("192.168.1.0/24").value()}});
  EXPECT_EQ(node.send("POST", "/api/v1/targets", R"({"address":"192.168.1.1"})").status, 201);
}

TEST(TargetsApi, every_wrong_member_is_named_at_once) {
  const TestNode node;
  const auto response = node.send(
      "POST", "/api/v1/targets", R"({"address":"11.0.0.1","interval_s":1,"priority":"high","labels":"a","reasn":"x"})");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(problem_of(response), "validation-failed");
  EXPECT_EQ(object_of(response)["errors"].as_array().size(), 4U) << response.body;
  EXPECT_NE(response.body.find("did you mean reason?"), std::string::npos);
}

TEST(TargetsApi, a_target_is_named_in_exactly_one_way) {
  const TestNode node;
  EXPECT_EQ(node.send("POST", "/api/v1/targets", "{}").status, 422);
  EXPECT_EQ(node.send("POST", "/api/v1/targets", R"({"address":"11.0.0.1","name":"a.example"})").status, 422);
}

TEST(TargetsApi, what_is_no_json_object_cannot_be_read) {
  const TestNode node;
  for (const auto* body : {"{", "[]", "null", "\"x\"", "{\"address\":}", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}) {
    const auto response = node.send("POST", "/api/v1/targets", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(problem_of(response), "bad-request") << body;
  }
}

TEST(TargetsApi, the_list_is_paged_by_key_and_linked) {
  const TestNode node;
  for (int i = 1; i <= 5; ++i) node.send("POST", "/api/v1/targets", fmt::format(R"({{"address":"11.0.0.{}"}})", i));
  const auto first = node.send("GET", "/api/v1/targets?limit=2");
  EXPECT_EQ(object_of(first)["items"].as_array().size(), 2U);
  EXPECT_EQ(object_of(first)["next_cursor"], "2");
  EXPECT_EQ(header_of(first, "Link"), "</api/v1/targets?limit=2&cursor=2>; rel=\"next\"");
  const auto last = node.send("GET", "/api/v1/targets?limit=2&cursor=4");
  EXPECT_EQ(object_of(last)["items"].as_array().size(), 1U);
  EXPECT_TRUE(object_of(last)["next_cursor"].is_null());
  EXPECT_EQ(header_of(last, "Link"), "");
  EXPECT_TRUE(object_of(node.send("GET", "/api/v1/targets?limit=5"))["next_cursor"].is_null());
}

TEST(TargetsApi, the_list_is_filtered_and_wrong_filters_are_refused) {
  const TestNode node;
  node.send("POST", "/api/v1/targets", R"({"address":"11.0.0.1","labels":["web"]})");
  node.send("POST", "/api/v1/targets", R"({"address":"11.0.0.2"})");
  node.send("PATCH", "/api/v1/targets/2", R"({"state":"paused"})");
  EXPECT_EQ(object_of(node.send("GET", "/api/v1/targets?label=web"))["items"].as_array().size(), 1U);
  EXPECT_EQ(object_of(node.send("GET", "/api/v1/targets?state=paused"))["items"].at(0).at("id"), "2");
  for (const auto* query : {"limit=0", "limit=501", "limit=x", "cursor=x", "state=gone"})
    EXPECT_EQ(node.send("GET", std::string("/api/v1/targets?") + query).status, 422) << query;
}

TEST(TargetsApi, each_target_shows_its_last_measurement) {
  const TestNode node;
  node.send("POST", "/api/v1/targets", R"({"address":"12.0.0.1"})");
  Random random(1);
  for (int i = 0; i < 2; ++i) {
    const MeasurementRequest request{.id = Uuid::make_v7(kTestStart + std::chrono::minutes(i), random),
                                     .target = "12.0.0.1",
                                     .address = address("12.0.0.1")};
    ASSERT_TRUE(node.measurements().put({{.measurement = trace_over(request, {"11.0.0.1", "12.0.0.1"}),
                                          .as_path = AsPath{.networks = {{.asn = Asn{12}, .name = "Twelve", .gap = i}}},
                                          .facts = {}}}));
  }
  const auto list = object_of(node.send("GET", "/api/v1/targets"));
  const auto& target = list.at("items").at(0);
  EXPECT_EQ(target.at("last_measurement").at("status"), "reached");
  EXPECT_EQ(target.at("last_measurement").at("rtt_ms").to_number<double>(), 2);
  EXPECT_EQ(target.at("last_measurement").at("hop_count"), 2);
  EXPECT_FALSE(target.at("last_measurement_at").is_null());
}

TEST(TargetsApi, a_patch_changes_what_it_names_and_nothing_else) {
  const TestNode node;
  node.send("POST", "/api/v1/targets", R"({"address":"11.0.0.1","labels":["a"],"priority":3})");
  auto target =
      object_of(node.send("PATCH", "/api/v1/targets/1", R"({"state":"paused","interval_s":120,"labels":["b"]})"));
  EXPECT_EQ(target["state"], "paused");
  EXPECT_EQ(target["interval_s"], 120);
  EXPECT_EQ(target["labels"], boost::json::parse(R"(["b"])"));
  EXPECT_EQ(target["priority"], 3);
  EXPECT_EQ(node.send("PATCH", "/api/v1/targets/1", R"({"state":"asleep"})").status, 422);
  EXPECT_EQ(node.send("PATCH", "/api/v1/targets/1", R"({"address":"11.0.0.2"})").status, 422);
}

TEST(TargetsApi, a_patch_of_what_somebody_else_changed_is_refused) {
  const TestNode node;
  node.send("POST", "/api/v1/targets", R"({"address":"11.0.0.1"})");
  auto patch = node.request("PATCH", "/api/v1/targets/1", R"({"priority":1})");
  patch.headers["if-match"] = header_of(node.send("GET", "/api/v1/targets/1"), "ETag");
  EXPECT_EQ(node.send(patch).status, 200);
  const auto late = node.send(patch);
  EXPECT_EQ(late.status, 412);
  EXPECT_EQ(problem_of(late), "precondition-failed");
}

TEST(TargetsApi, a_removed_target_is_gone_and_an_unknown_one_never_was) {
  const TestNode node;
  node.send("POST", "/api/v1/targets", R"({"address":"11.0.0.1"})");
  EXPECT_EQ(node.send("DELETE", "/api/v1/targets/1").status, 204);
  EXPECT_EQ(node.send("DELETE", "/api/v1/targets/1").status, 404);
  for (const auto* id : {"1", "x", "99999999999999999999", "-1"})
    EXPECT_EQ(node.send("GET", std::string("/api/v1/targets/") + id).status, 404) << id;
}

TEST(TargetImport, a_list_is_stored_and_each_refused_line_is_named) {
  TestNode node;
  node.names["www.example.net"] = {address("12.0.0.9")};
  node.send("POST", "/api/v1/targets", R"({"address":"11.0.0.1"})");
  const auto response = node.send("POST", "/api/v1/targets/import", R"({"lines":[
      "# mine", "", "11.0.0.1", " 11.0.0.2 # the second", "www.example.net", "192.168.0.1", "no.such.name", "11.0.0.2", "not\u0007a name"
    ],"labels":["mine"]})");
  ASSERT_EQ(response.status, 200) << response.body;
  auto result = object_of(response);
  EXPECT_EQ(result["added"], 2);
  EXPECT_EQ(result["joined"], 2);
  const auto& refused = result["refused"].as_array();
  ASSERT_EQ(refused.size(), 3U) << response.body;
  EXPECT_EQ(refused[0].at("line"), 6);
  EXPECT_EQ(refused[0].at("type"), "/problems/target-forbidden");
  EXPECT_EQ(refused[1].at("text"), "no.such.name");
  EXPECT_EQ(refused[1].at("type"), "/problems/target-unresolvable");
  EXPECT_EQ(refused[2].at("text"), "not\\x07a name");
  EXPECT_EQ(node.targets().count().value(), 3);
}

TEST(TargetImport, names_are_resolved_up_to_a_stated_number) {
  TestNode node;
  std::string lines;
  for (int i = 0; i < 203; ++i) {
    const auto name = fmt::format("h{}.example.net", i);
    node.names[name] = {IpAddress::v4(0x0b000000U + static_cast<std::uint32_t>(i))};
    lines += fmt::format("{}\"{}\"", i == 0 ? "" : ",", name);
  }
  auto result = object_of(node.send("POST", "/api/v1/targets/import", fmt::format(R"({{"lines":[{}]}})", lines)));
  EXPECT_EQ(result["added"], 200);
  EXPECT_EQ(result["refused"].as_array().size(), 3U);
  EXPECT_EQ(result["refused"].at(0).at("type"), "/problems/budget-exhausted");
}

TEST(TargetImport, a_preset_is_stored_under_its_label) {
  const TestNode node;
  auto result = object_of(node.send("POST", "/api/v1/targets/import", R"({"preset":"two"})"));
  EXPECT_EQ(result["added"], 2);
  auto target = object_of(node.send("GET", "/api/v1/targets/1"));
  EXPECT_EQ(target["name"], "eleven.example");
  EXPECT_EQ(target["labels"], boost::json::parse(R"(["two"])"));
  EXPECT_EQ(target["reason"], "preset two");
  EXPECT_EQ(node.send("POST", "/api/v1/targets/import", R"({"preset":"three"})").status, 404);
  EXPECT_EQ(node.send("POST", "/api/v1/targets/import", R"({})").status, 422);
  EXPECT_EQ(node.send("POST", "/api/v1/targets/import", R"({"preset":"two","lines":[]})").status, 422);
}

TEST(TargetImport, the_presets_are_listed_with_their_size) {
  const TestNode node;
  auto list = object_of(node.send("GET", "/api/v1/presets"));
  EXPECT_EQ(list["items"].at(0).at("name"), "two");
  EXPECT_EQ(list["items"].at(0).at("count"), 2);
}

}  // namespace
}  // namespace cw::api
