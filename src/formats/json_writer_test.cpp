#include "formats/json_writer.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace cw::formats {
namespace {

using std::chrono::nanoseconds;

std::string milliseconds(std::int64_t value) { return JsonWriter().milliseconds(nanoseconds(value)).take(); }

TEST(JsonWriter, milliseconds_have_microseconds_and_no_more) {
  EXPECT_EQ(milliseconds(412'000), "0.412");
  EXPECT_EQ(milliseconds(412'499), "0.412");
  EXPECT_EQ(milliseconds(412'501), "0.413");
  EXPECT_EQ(milliseconds(12'500'000), "12.5");
  EXPECT_EQ(milliseconds(3'000'000), "3");
  EXPECT_EQ(milliseconds(0), "0");
  EXPECT_EQ(milliseconds(1'234'567'890'123), "1234567.89");
  EXPECT_EQ(milliseconds(-1'500), "-0.002");
  EXPECT_EQ(milliseconds(5'050'000), "5.05");
  EXPECT_EQ(milliseconds(-2'100'000), "-2.1");
}

TEST(JsonWriter, fractions_have_four_places) {
  EXPECT_EQ(JsonWriter().fraction(1.0 / 3).take(), "0.3333");
  EXPECT_EQ(JsonWriter().fraction(0.9).take(), "0.9");
  EXPECT_EQ(JsonWriter().fraction(1).take(), "1");
  EXPECT_EQ(JsonWriter().fraction(0).take(), "0");
}

TEST(JsonWriter, objects_and_arrays_nest) {
  JsonWriter json;
  json.begin_object();
  json.key("a").begin_array().integer(1).boolean(false).null().begin_object().end_object().end_array();
  json.key("b").string("x");
  json.end_object();
  EXPECT_EQ(json.take(), R"({"a":[1,false,null,{}],"b":"x"})");
}

TEST(JsonWriter, any_text_is_read_back_by_another_parser) {
  const std::string text = "quote \" backslash \\ line\nend tab\t bell\a null" + std::string(1, '\0') + "é 日本";
  const auto parsed = boost::json::parse(JsonWriter().string(text).take());
  EXPECT_EQ(std::string_view(parsed.as_string()), text);
}

TEST(JsonWriter, bytes_that_are_no_utf8_are_replaced) {
  EXPECT_EQ(JsonWriter().string("Z\xfcrich").take(), "\"Z\xef\xbf\xbdrich\"");
}

}  // namespace
}  // namespace cw::formats
