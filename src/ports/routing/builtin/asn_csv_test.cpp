#include "ports/routing/builtin/asn_csv.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace cw::routing {
namespace {

Result<std::vector<AsnRow>> read_all(std::string_view text) {
  AsnCsvReader reader(text);
  std::vector<AsnRow> rows;
  for (;;) {
    auto row = TRY(reader.next());
    if (!row) return rows;
    rows.push_back(*std::move(row));
  }
}

AsnRow make_row(std::string_view first, std::string_view last, std::uint32_t asn, std::string org_name) {
  return {IpAddress::parse(first).value(), IpAddress::parse(last).value(), Asn{asn}, std::move(org_name)};
}

TEST(AsnCsv, rows_of_both_families_are_read) {
  const auto rows =
      read_all("192.0.2.0,192.0.2.255,13335,\"Example, Inc.\"\n2001:db8::,2001:db8::ffff,4200000000,Plain Org\n");
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(*rows, (std::vector{make_row("192.0.2.0", "192.0.2.255", 13335, "Example, Inc."),
                                make_row("2001:db8::", "2001:db8::ffff", 4200000000, "Plain Org")}));
}

TEST(AsnCsv, quotes_are_doubled_inside_quotes) {
  const auto rows = read_all("192.0.2.0,192.0.2.0,1,\"LLC \"\"EXAMPLE\"\"\"");
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->front().org_name, "LLC \"EXAMPLE\"");
}

TEST(AsnCsv, line_ends_may_be_dos_ones_and_the_last_may_be_missing) {
  const auto rows = read_all("\r\n192.0.2.0,192.0.2.0,1,a\r\n\r\n192.0.2.1,192.0.2.1,2,\r\n192.0.2.2,192.0.2.2,3,c");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_EQ((*rows)[0].org_name, "a");
  EXPECT_EQ((*rows)[1].org_name, "");
  EXPECT_EQ((*rows)[2].org_name, "c");
}

TEST(AsnCsv, text_that_is_no_utf8_is_repaired) {
  const auto rows = read_all("192.0.2.0,192.0.2.0,1,Z\xfcrich Org\n");
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->front().org_name, "Z\xef\xbf\xbdrich Org");
}

TEST(AsnCsv, an_error_names_its_line) {
  const auto rows = read_all("192.0.2.0,192.0.2.0,1,\"two\nlines\"\n192.0.2.9,192.0.2.1,1,b\n");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, ErrorKind::invalid);
  EXPECT_EQ(rows.error().message, "line 3: the range ends before it begins");
}

TEST(AsnCsv, rows_that_are_not_well_formed_are_refused) {
  for (const auto* text :
       {"192.0.2.0,192.0.2.1,1", "192.0.2.0,192.0.2.1,1,a,b", "192.0.2.0,2001:db8::,1,a", "x,192.0.2.1,1,a",
        "192.0.2.0,192.0.2.1,-1,a", "192.0.2.0,192.0.2.1,4294967296,a", "192.0.2.0,192.0.2.1,AS1,a",
        "192.0.2.0,192.0.2.1,1,\"a", "192.0.2.0,192.0.2.1,1,\"a\"b", "192.0.2.0,192.0.2.1,1,a\"b"})
    EXPECT_FALSE(read_all(text)) << text;
  EXPECT_FALSE(read_all("192.0.2.0,192.0.2.1,1," + std::string(5000, 'a')));
}

}  // namespace
}  // namespace cw::routing
