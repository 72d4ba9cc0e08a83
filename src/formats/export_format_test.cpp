#include "formats/export_format.hpp"

#include <gtest/gtest.h>

#include "formats/format_examples.hpp"
#include "formats/globalping_json.hpp"
#include "formats/measurement_json.hpp"

namespace cw::formats {
namespace {

TEST(ExportFormat, a_format_is_read_back_from_its_name) {
  for (const auto format :
       {ExportFormat::json, ExportFormat::atlas, ExportFormat::scamper, ExportFormat::mtr, ExportFormat::globalping})
    EXPECT_EQ(parse_export_format(to_string(format)), format);
}

TEST(ExportFormat, an_unknown_name_is_answered_with_those_there_are) {
  const auto format = parse_export_format("globalpin");
  ASSERT_FALSE(format);
  EXPECT_EQ(format.error().message,
            "\"globalpin\" is not a format: did you mean globalping? (json, atlas, scamper, mtr, globalping)");
}

TEST(ExportFormat, every_format_is_one_line) {
  for (const auto format :
       {ExportFormat::json, ExportFormat::atlas, ExportFormat::scamper, ExportFormat::mtr, ExportFormat::globalping}) {
    const auto text = export_measurement(example_trace(), example_as_path(), format, {});
    ASSERT_TRUE(text) << to_string(format) << ": " << text.error().message;
    EXPECT_TRUE(text->starts_with('{') && text->ends_with('}')) << *text;
    EXPECT_EQ(text->find('\n'), std::string::npos) << *text;
  }
}

TEST(ExportFormat, our_own_format_keeps_the_as_path) {
  EXPECT_EQ(export_measurement(example_trace(), example_as_path(), ExportFormat::json, {}),
            to_json(example_trace(), example_as_path()));
}

TEST(ExportFormat, a_kind_that_a_format_does_not_have_is_refused) {
  EXPECT_EQ(export_measurement(example_mtr(), std::nullopt, ExportFormat::atlas, {}).error().kind,
            ErrorKind::unsupported);
  EXPECT_EQ(export_measurement(example_ping(), std::nullopt, ExportFormat::mtr, {}).error().kind,
            ErrorKind::unsupported);
  EXPECT_TRUE(export_measurement(example_mtr(), std::nullopt, ExportFormat::globalping, {}));
  EXPECT_TRUE(export_measurement(example_ping(), std::nullopt, ExportFormat::scamper, {}));
}

}  // namespace
}  // namespace cw::formats
