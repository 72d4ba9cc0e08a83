#include "core/text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>

namespace cw {
namespace {

using Parts = std::vector<std::string_view>;

TEST(Text, a_number_is_the_whole_text_or_nothing) {
  EXPECT_EQ(parse_number<int>("-12"), -12);
  EXPECT_EQ(parse_number<std::uint8_t>("255"), 255);
  EXPECT_EQ(parse_number<double>("0.5"), 0.5);
  for (const auto* text : {"", " 1", "1 ", "+1", "1x", "0x1", "256", "-1"})
    EXPECT_EQ(parse_number<std::uint8_t>(text), std::nullopt) << text;
}

TEST(Text, a_number_is_appended_as_people_write_it) {
  std::string text = "x";
  append_number(text, std::uint8_t{7});
  append_number(text, std::numeric_limits<std::int64_t>::min());
  append_number(text, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(text, "x7-922337203685477580818446744073709551615");
}

TEST(Text, trim_takes_space_from_both_ends_only) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, split_keeps_empty_parts) {
  EXPECT_EQ(split("a,b,c", ','), (Parts{"a", "b", "c"}));
  EXPECT_EQ(split(",a,,", ','), (Parts{"", "a", "", ""}));
  EXPECT_EQ(split("", ','), (Parts{""}));
}

TEST(Text, the_nearest_name_is_the_one_that_was_misspelt) {
  constexpr std::array<std::string_view, 4> names{"worker.count", "worker.rate", "store.url", "queue.url"};
  EXPECT_EQ(nearest_name("worker.cuont", names), "worker.count");
  EXPECT_EQ(nearest_name("Store.URL", names), "store.url");
  EXPECT_EQ(nearest_name("store.ulr", names), "store.url");
  EXPECT_EQ(nearest_name("que.url", names), "queue.url");
  EXPECT_EQ(nearest_name("api.port", names), std::nullopt);
  EXPECT_EQ(nearest_name("", names), std::nullopt);
  EXPECT_EQ(nearest_name(std::string(100'000, 'x'), names), std::nullopt);
  EXPECT_EQ(nearest_name("x", {}), std::nullopt);
}

TEST(Text, printable_leaves_letters_of_every_language) {
  EXPECT_EQ(printable("plain \"text\" \\ ~"), "plain \"text\" \\ ~");
  EXPECT_EQ(printable("zürich 東京 🚀"), "zürich 東京 🚀");
}

TEST(Text, printable_shows_what_would_move_a_cursor_or_forge_a_line) {
  EXPECT_EQ(printable("a\nb\r\x1b[2J\x7f"), "a\\x0ab\\x0d\\x1b[2J\\x7f");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("\u009b2J"), "\\xc2\\x9b2J");
  EXPECT_EQ(printable("abc\u202Edef"), "abc\\xe2\\x80\\xaedef");
  EXPECT_EQ(printable("a\u2028b"), "a\\xe2\\x80\\xa8b");
}

TEST(Text, printable_shows_bytes_that_are_no_utf8) {
  EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(printable("a\xc3"), "a\\xc3");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");                    // overlong "/"
  EXPECT_EQ(printable("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");           // overlong "/"
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond Unicode
}

TEST(Text, printable_is_cut_between_characters) {
  EXPECT_EQ(printable("abcdef", 3), "abc");
  EXPECT_EQ(printable("aü", 2), "a");
  EXPECT_EQ(printable("a\n", 4), "a");
  EXPECT_EQ(printable("abc", 0), "");
}

}  // namespace
}  // namespace cw
