#include <gtest/gtest.h>

#include "api/api_test_node.hpp"
#include "formats/measurement_json.hpp"

namespace cw::api {
namespace {

class MeasurementFormatsApi : public testing::Test {
 protected:
  Measurement trace() {
    const MeasurementRequest request{
        .id = Uuid::make_v7(kTestStart, random_), .target = "12.0.0.1", .address = address("12.0.0.1")};
    return trace_over(request, {"11.0.0.1", "12.0.0.1"});
  }

  TestNode node_;
  Random random_{1};
};

TEST_F(MeasurementFormatsApi, what_is_imported_is_stored_once_and_has_its_networks) {
  const auto measurement = trace();
  const auto body = "[" + formats::to_json(measurement) + "]";
  const auto first = object_of(node_.send("POST", "/api/v1/measurements/import", body));
  EXPECT_EQ(first.at("stored"), 1);
  EXPECT_EQ(first.at("refused"), 0);
  const auto again = object_of(node_.send("POST", "/api/v1/measurements/import", body));
  EXPECT_EQ(again.at("stored"), 0);
  EXPECT_EQ(again.at("known"), 1);
  const auto stored = node_.measurements().by_id(measurement.id).value();
  ASSERT_TRUE(stored.as_path);
  EXPECT_EQ(stored.as_path->networks.size(), 2U);
}

TEST_F(MeasurementFormatsApi, an_item_that_cannot_be_read_is_named_and_the_others_are_stored) {
  const auto body = R"([{"type":"cat"},)" + formats::to_json(trace()) + "]";
  const auto answer = object_of(node_.send("POST", "/api/v1/measurements/import", body));
  EXPECT_EQ(answer.at("stored"), 1);
  EXPECT_EQ(answer.at("refused"), 1);
  EXPECT_EQ(answer.at("refusals").at(0).at("item"), 1);
}

TEST_F(MeasurementFormatsApi, a_measurement_goes_out_in_every_format_that_can_hold_it) {
  const auto measurement = trace();
  ASSERT_TRUE(node_.measurements().put({{measurement, std::nullopt, {}}}));
  const auto path = "/api/v1/measurements/" + measurement.id.to_string() + "/export";
  EXPECT_EQ(object_of(node_.send("GET", path + "?format=atlas")).at("type"), "traceroute");
  EXPECT_EQ(object_of(node_.send("GET", path + "?format=scamper")).at("type"), "trace");
  EXPECT_EQ(object_of(node_.send("GET", path + "?format=globalping")).at("probesCount"), 1);
  EXPECT_TRUE(object_of(node_.send("GET", path + "?format=mtr")).contains("report"));
  EXPECT_EQ(object_of(node_.send("GET", path)).at("id").as_string(), measurement.id.to_string());
  EXPECT_EQ(node_.send("GET", path + "?format=cat").status, 422);
  EXPECT_EQ(node_.send("GET", "/api/v1/measurements/nothing/export").status, 404);
}

}  // namespace
}  // namespace cw::api
