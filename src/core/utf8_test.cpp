#include "core/utf8.hpp"

#include <gtest/gtest.h>

namespace cw {
namespace {

TEST(Utf8, well_formed_text_stays_as_it_is) {
  for (const auto* text :
       {"", "plain", "Zürich", "日本", "\xf0\x9f\x8c\x8d", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"})
    EXPECT_EQ(repair_utf8(text), text);
}

TEST(Utf8, bytes_that_begin_no_sequence_are_replaced_one_by_one) {
  EXPECT_EQ(repair_utf8("a\xff"
                        "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(repair_utf8("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd");  // cut short
  EXPECT_EQ(repair_utf8("\xc3("), "\xef\xbf\xbd(");
}

TEST(Utf8, overlong_forms_surrogates_and_too_large_values_are_no_sequences) {
  for (const auto* text :
       {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80"})
    EXPECT_TRUE(repair_utf8(text).starts_with("\xef\xbf\xbd")) << text;
}

}  // namespace
}  // namespace cw
