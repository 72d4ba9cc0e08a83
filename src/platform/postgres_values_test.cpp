#include "platform/postgres_values.hpp"

#include <gtest/gtest.h>

namespace cw::platform {
namespace {

TEST(PostgresValues, instants_become_rfc_3339_with_microseconds) {
  EXPECT_EQ(instant_from_postgres("2026-01-01 00:00:00+00"), "2026-01-01T00:00:00.000000Z");
  EXPECT_EQ(instant_from_postgres("2026-01-01 23:59:59.5+00"), "2026-01-01T23:59:59.500000Z");
  EXPECT_EQ(instant_from_postgres("2026-01-01 23:59:59.000123+00"), "2026-01-01T23:59:59.000123Z");
}

TEST(PostgresValues, what_is_no_such_instant_stays_as_it_is) {
  for (const auto* text : {"infinity", "-infinity", "", "+00", "0044-03-15 12:00:00+00 BC", "20260101 00:00:00+00+00"})
    EXPECT_EQ(instant_from_postgres(text), text);
}

TEST(PostgresValues, arrays_become_json) {
  EXPECT_EQ(array_from_postgres("{}", pg_type::int4_array), "[]");
  EXPECT_EQ(array_from_postgres("{1,NULL,-3}", pg_type::int4_array), "[1,null,-3]");
  EXPECT_EQ(array_from_postgres("{192.0.2.1,NULL,2001:db8::1}", pg_type::inet_array),
            R"(["192.0.2.1",null,"2001:db8::1"])");
  EXPECT_EQ(array_from_postgres(R"({"a b","NULL","q\"\\","",x})", pg_type::text_array),
            R"(["a b","NULL","q\"\\","","x"])");
}

TEST(PostgresValues, json_becomes_arrays) {
  EXPECT_EQ(array_to_postgres("[]"), "{}");
  EXPECT_EQ(array_to_postgres("[1, null,-3]"), "{1,NULL,-3}");
  EXPECT_EQ(array_to_postgres(R"(["192.0.2.1",null])"), R"({"192.0.2.1",NULL})");
  EXPECT_EQ(array_to_postgres(R"(["a,b}","q\"\\","\t\u0000é"])"), "{\"a,b}\",\"q\\\"\\\\\",\"\t\xef\xbf\xbdé\"}");
}

TEST(PostgresValues, what_is_no_flat_json_array_is_invalid) {
  for (const auto* json : {"", "{}", "[", "[1", "[1,]", "[1] 2", "[[1]]", "[true]", "[\"a]", R"(["\x"])", R"(["\u12"])",
                           "[1 2]", "[1);DROP"})
    EXPECT_EQ(array_to_postgres(json).error().kind, ErrorKind::invalid) << json;
}

TEST(PostgresValues, a_json_array_of_any_text_comes_back) {
  const std::string json = R"(["{}",",","\"","\\","NULL"," ","'; DROP TABLE hops"])";
  EXPECT_EQ(array_from_postgres(*array_to_postgres(json), pg_type::text_array), json);
}

TEST(PostgresValues, text_that_is_no_utf_8_or_holds_nul_is_repaired) {
  EXPECT_EQ(repaired_text("Zürich"), std::nullopt);
  EXPECT_EQ(repaired_text("plain"), std::nullopt);
  EXPECT_EQ(repaired_text(std::string_view("a\0b", 3)),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(repaired_text("\xff"), "\xef\xbf\xbd");
}

TEST(PostgresValues, json_loses_escaped_nul_and_keeps_an_escaped_backslash) {
  EXPECT_EQ(repaired_json(R"({"a":"x\u0000"})"), "{\"a\":\"x\xef\xbf\xbd\"}");
  EXPECT_EQ(repaired_json(R"({"a":"x\\u0000"})"), R"({"a":"x\\u0000"})");
  EXPECT_EQ(repaired_json(R"({"a":1})"), std::nullopt);
}

TEST(PostgresValues, bytes_are_read_from_hexadecimal) {
  EXPECT_EQ(bytes_from_postgres("\\x00fFA0"), (std::vector<std::uint8_t>{0, 255, 160}));
  EXPECT_EQ(bytes_from_postgres("\\x"), std::vector<std::uint8_t>{});
}

}  // namespace
}  // namespace cw::platform
