#include <gtest/gtest.h>

#include "api/api_test_node.hpp"
#include "formats/measurement_json.hpp"
#include "rules/topology/as_path.hpp"

namespace cw::api {
namespace {

class MeasurementsApi : public testing::Test {
 protected:
  Measurement put(int minute, Kind kind, std::string_view target, const std::vector<std::string>& hops) {
    const MeasurementRequest request{.id = Uuid::make_v7(kTestStart + std::chrono::minutes(minute), random_),
                                     .target = std::string(target),
                                     .address = address(target),
                                     .kind = kind};
    return put(trace_over(request, hops), hops);
  }

  Measurement put(const Measurement& measurement, const std::vector<std::string>& hops) {
    std::vector<AddressFacts> facts;
    for (const auto& hop : hops)
      if (!hop.empty()) facts.push_back(routing::facts_of(*node_.routes.current(), address(hop)));
    auto as_path =
        measurement.kind == Kind::ping ? std::nullopt : std::optional(topology::find_as_path(measurement, facts));
    EXPECT_TRUE(node_.measurements().put({{measurement, as_path, facts}}));
    return measurement;
  }

  boost::json::array items(std::string_view target) { return object_of(node_.send("GET", target))["items"].as_array(); }

  TestNode node_;
  Random random_{1};
};

TEST_F(MeasurementsApi, the_body_of_a_measurement_is_the_contract_of_the_command_line) {
  const auto measurement = put(0, Kind::trace, "12.0.0.1", {"192.168.1.1", "11.0.0.1", "", "12.0.0.1"});
  const auto response = node_.send("GET", "/api/v1/measurements/" + measurement.id.to_string());
  ASSERT_EQ(response.status, 200);
  const auto stored = node_.measurements().by_id(measurement.id).value();
  EXPECT_EQ(response.body, formats::to_json(stored.measurement, stored.as_path));
  EXPECT_EQ(object_of(response)["as_path"].at(0).at("asn"), 11);
}

TEST_F(MeasurementsApi, the_list_is_newest_first_and_paged) {
  for (int minute = 0; minute < 3; ++minute) put(minute, Kind::trace, "12.0.0.1", {"11.0.0.1", "12.0.0.1"});
  const auto first = node_.send("GET", "/api/v1/measurements?limit=2");
  const auto newest = object_of(first)["items"].at(0).at("id");
  EXPECT_EQ(Uuid::parse(newest.as_string())->time(), kTestStart + std::chrono::minutes(2));
  const auto cursor = std::string(object_of(first)["next_cursor"].as_string());
  const auto rest = items("/api/v1/measurements?limit=2&cursor=" + cursor);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(Uuid::parse(rest[0].at("id").as_string())->time(), kTestStart);
}

TEST_F(MeasurementsApi, the_list_is_filtered_by_address_kind_status_and_time) {
  put(0, Kind::trace, "12.0.0.1", {"12.0.0.1"});
  put(1, Kind::ping, "12.0.0.1", {"12.0.0.1"});
  put(2, Kind::trace, "11.0.0.1", {"11.0.0.1"});
  EXPECT_EQ(items("/api/v1/measurements?address=12.0.0.1").size(), 2U);
  EXPECT_EQ(items("/api/v1/measurements?kind=ping").size(), 1U);
  EXPECT_EQ(items("/api/v1/measurements?status=reached").size(), 3U);
  EXPECT_EQ(items("/api/v1/measurements?status=silent").size(), 0U);
  EXPECT_EQ(items("/api/v1/measurements?from=2026-11-22T00:01:00Z").size(), 2U);
  EXPECT_EQ(items("/api/v1/measurements?from=2026-11-22T00:01:00Z&to=2026-11-22T00:02:00Z").size(), 1U);
  for (const auto* query : {"address=x", "kind=x", "status=x", "from=yesterday", "cursor=1", "limit=-1"})
    EXPECT_EQ(node_.send("GET", std::string("/api/v1/measurements?") + query).status, 422) << query;
}

TEST_F(MeasurementsApi, a_ping_has_no_path) {
  put(0, Kind::ping, "12.0.0.1", {"12.0.0.1"});
  const auto list = items("/api/v1/measurements");
  EXPECT_TRUE(list[0].at("path_hash").is_null());
  EXPECT_EQ(list[0].at("as_path").as_array().size(), 0U);
}

TEST_F(MeasurementsApi, hops_are_flat_rows_with_network_rule_and_confidence) {
  const auto measurement = put(0, Kind::trace, "12.0.0.1", {"192.168.1.1", "11.0.0.1", "", "12.0.0.1"});
  const auto rows = items("/api/v1/measurements/" + measurement.id.to_string() + "/hops");
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].at("special"), "Private-Use");
  EXPECT_EQ(rows[0].at("rule"), "special_use");
  EXPECT_TRUE(rows[0].at("asn").is_null());
  EXPECT_EQ(rows[1].at("asn"), 11);
  EXPECT_EQ(rows[1].at("org_name"), "Eleven");
  EXPECT_EQ(rows[1].at("prefix"), "11.0.0.0/8");
  EXPECT_EQ(rows[1].at("rule"), "origin");
  EXPECT_EQ(rows[1].at("rtt_ms").to_number<double>(), 2);
  EXPECT_TRUE(rows[2].at("address").is_null());
  EXPECT_EQ(rows[2].at("rule"), "silent");
  EXPECT_EQ(rows[3].at("rule"), "destination");
  EXPECT_GT(rows[3].at("confidence").to_number<double>(), 0.9);
}

TEST_F(MeasurementsApi, an_inferred_hop_is_a_row_without_replies_that_says_how_old_it_is) {
  const std::vector<std::string> hops{"192.168.1.1", "11.0.0.1", "12.0.0.1"};
  auto measurement = trace_over({.id = Uuid::make_v7(kTestStart, random_), .address = address("12.0.0.1")}, hops);
  auto& joined = measurement.hops[1];
  joined = {.ttl = joined.ttl, .inferred = InferredHop{address("11.0.0.1"), kTestStart - std::chrono::minutes(3)}};
  put(measurement, hops);
  const auto rows = items("/api/v1/measurements/" + measurement.id.to_string() + "/hops");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].at("address"), "11.0.0.1");
  EXPECT_EQ(rows[1].at("inferred"), true);
  EXPECT_EQ(rows[1].at("verified_at"), "2026-11-21T23:57:00.000000Z");
  EXPECT_EQ(rows[1].at("age_seconds"), 180);
  EXPECT_EQ(rows[1].at("replies"), 0);
  EXPECT_TRUE(rows[1].at("rtt_ms").is_null());
  EXPECT_EQ(rows[1].at("asn"), 11);
  EXPECT_EQ(rows[1].at("prefix"), "11.0.0.0/8");
  for (const auto row : {0U, 2U}) {
    EXPECT_EQ(rows[row].at("inferred"), false);
    EXPECT_TRUE(rows[row].at("verified_at").is_null());
    EXPECT_TRUE(rows[row].at("age_seconds").is_null());
  }
}

TEST_F(MeasurementsApi, a_hop_that_was_seen_elsewhere_after_the_start_has_no_age_below_nothing) {
  const std::vector<std::string> hops{"11.0.0.1", "12.0.0.1"};
  auto measurement = trace_over({.id = Uuid::make_v7(kTestStart, random_), .address = address("12.0.0.1")}, hops);
  measurement.hops[0] = {.ttl = Ttl{1},
                         .inferred = InferredHop{address("11.0.0.1"), kTestStart + std::chrono::seconds(2)}};
  put(measurement, hops);
  const auto rows = items("/api/v1/measurements/" + measurement.id.to_string() + "/hops");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].at("age_seconds"), 0);
}

TEST_F(MeasurementsApi, an_unknown_measurement_is_not_found) {
  for (const auto* id : {"x", "0198c0de-7a3c-7bbb-8ccc-0123456789ab"}) {
    EXPECT_EQ(node_.send("GET", std::string("/api/v1/measurements/") + id).status, 404);
    EXPECT_EQ(node_.send("GET", std::string("/api/v1/measurements/") + id + "/hops").status, 404);
  }
}

}  // namespace
}  // namespace cw::api
