#include "core/special_asn.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/text.hpp"

namespace cw {
namespace {

TEST(SpecialAsn, every_row_of_the_registry_is_held_to_its_edges) {
  std::ifstream in(CW_SOURCE_DIR "/testdata/iana/iana-special-asn.csv");
  int rows = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto fields = split(line, ',');
    const Asn first{parse_number<std::uint32_t>(fields[0]).value()};
    const Asn last{parse_number<std::uint32_t>(fields[1]).value()};
    const SpecialAsn* block = special_asn(first);
    ASSERT_NE(block, nullptr) << line;
    EXPECT_EQ(block->first, first) << line;
    EXPECT_EQ(block->last, last) << line;
    EXPECT_EQ(special_asn(last), block) << line;
    ++rows;
  }
  EXPECT_EQ(rows, 10);
}

TEST(SpecialAsn, ordinary_numbers_are_not_special) {
  for (const std::uint32_t number : {1u, 111u, 113u, 3333u, 13335u, 64495u, 131072u, 4199999999u})
    EXPECT_EQ(special_asn(Asn{number}), nullptr) << number;
}

}  // namespace
}  // namespace cw
