#include "formats/import.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "formats/atlas_json.hpp"
#include "formats/format_examples.hpp"
#include "formats/measurement_json.hpp"
#include "formats/scamper_json.hpp"

namespace cw::formats {
namespace {

std::vector<ImportedItem> import(std::string_view text) {
  std::vector<ImportedItem> items;
  import_measurements(text, [&](ImportedItem item) { items.push_back(std::move(item)); });
  return items;
}

std::string atlas_line() { return to_atlas_json(example_trace(), {}).value(); }

TEST(Import, each_line_may_be_of_another_format) {
  const auto items = import(to_json(example_trace()) + '\n' + atlas_line() + "\n\n" + to_scamper_json(example_trace()));
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[1].line, 2U);
  EXPECT_EQ(items[2].line, 4U);
  for (const auto& item : items) {
    ASSERT_TRUE(item.measurement) << item.measurement.error().message;
    EXPECT_EQ(item.measurement->id, example_trace().id);
    EXPECT_EQ(item.measurement->address, example_trace().address);
  }
}

TEST(Import, a_download_of_atlas_is_one_array) {
  const auto items = import("\n [" + atlas_line() + ",\n" + atlas_line() + ",7]\n");
  ASSERT_EQ(items.size(), 3U);
  EXPECT_TRUE(items[0].measurement);
  EXPECT_EQ(items[1].item, 2U);
  EXPECT_EQ(items[1].line, 2U);
  ASSERT_FALSE(items[2].measurement);
  EXPECT_EQ(items[2].measurement.error().message, "a measurement is a JSON object");
}

TEST(Import, one_measurement_may_be_written_over_several_lines) {
  std::string text = to_json(example_trace());
  text.insert(text.find(",\"kind\""), "\n");
  const auto items = import("\n" + text);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].line, 2U);
  ASSERT_TRUE(items[0].measurement) << items[0].measurement.error().message;
  EXPECT_EQ(*items[0].measurement, example_trace());
}

TEST(Import, lines_that_cannot_be_read_are_named_and_the_rest_is_read) {
  const auto items = import("# comment\n" + atlas_line() + "\n{\"id\":1}\n{\"kind\":\"trace\"}\n" +
                            R"({"type":"dns","msm_id":1})" + "\r\n" + atlas_line());
  ASSERT_EQ(items.size(), 6U);
  EXPECT_FALSE(items[0].measurement);
  EXPECT_TRUE(items[1].measurement);
  EXPECT_EQ(items[2].measurement.error().message,
            "this is no measurement of cyberWatch (json), RIPE Atlas (atlas) or scamper");
  EXPECT_EQ(items[3].measurement.error().message, "json: id is missing");
  EXPECT_EQ(items[4].measurement.error().kind, ErrorKind::unsupported);
  EXPECT_EQ(items[4].measurement.error().message, "atlas: a result of type \"dns\" is no measurement of a path");
  EXPECT_EQ(items[4].line, 5U);
  EXPECT_TRUE(items[5].measurement);
}

TEST(Import, what_scamper_and_m_lab_write_around_a_trace_is_passed_over) {
  const auto items = import(R"({"UUID":"host_1_2","TracerouteCallerVersion":"v1","CachedResult":false,"CachedUUID":""})"
                            "\n"
                            R"({"type":"cycle-start","list_name":"x","id":0,"hostname":"home","start_time":1}
)" + to_scamper_json(example_trace()) +
                            "\n"
                            R"({"type":"cycle-stop","list_name":"x","id":0,"hostname":"home","stop_time":2})");
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].line, 3U);
  EXPECT_TRUE(items[0].measurement);
}

TEST(Import, nothing_is_in_an_empty_text) {
  EXPECT_TRUE(import("").empty());
  EXPECT_TRUE(import(" \n\n").empty());
}

TEST(Import, a_format_is_told_by_the_members_that_only_it_has) {
  EXPECT_EQ(detect_import_format(to_json(example_ping())), ImportFormat::json);
  EXPECT_EQ(detect_import_format(to_atlas_json(example_ping(), {}).value()), ImportFormat::atlas);
  EXPECT_EQ(detect_import_format(to_scamper_json(example_ping())), ImportFormat::scamper);
  EXPECT_FALSE(detect_import_format("[]"));
  EXPECT_FALSE(detect_import_format("{}"));
}

}  // namespace
}  // namespace cw::formats
