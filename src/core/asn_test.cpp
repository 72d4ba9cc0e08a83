#include "core/asn.hpp"

#include <gtest/gtest.h>

namespace cw {
namespace {

TEST(Asn, is_read_with_or_without_as_and_in_asdot) {
  for (const auto* text : {"AS13335", "as13335", "As13335", "13335", "0.13335"})
    EXPECT_EQ(Asn::parse(text).value(), Asn{13335}) << text;
  EXPECT_EQ(Asn::parse("1.10").value(), Asn{65546});
  EXPECT_EQ(Asn::parse("AS65535.65535").value(), Asn{4294967295});
  EXPECT_EQ(Asn::parse("4294967295").value(), Asn{4294967295});
}

TEST(Asn, malformed_numbers_are_refused) {
  for (const auto* text :
       {"", "AS", "ASN13335", "AS 13335", "-1", "+1", "4294967296", "1.65536", "1.2.3", "1.", ".1", "13335x", "ASAS1"})
    EXPECT_FALSE(Asn::parse(text)) << text;
  EXPECT_EQ(Asn::parse("AS").error().kind, ErrorKind::invalid);
}

TEST(Asn, is_written_with_as) { EXPECT_EQ(Asn{13335}.to_string(), "AS13335"); }

}  // namespace
}  // namespace cw
