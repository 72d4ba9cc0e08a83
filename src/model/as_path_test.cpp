#include "model/as_path.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace cw {
namespace {

TEST(AsPath, ownership_rules_have_names) {
  const std::pair<OwnershipRule, const char*> names[] = {
      {OwnershipRule::origin, "origin"},           {OwnershipRule::same_as_fill, "same_as_fill"},
      {OwnershipRule::special_use, "special_use"}, {OwnershipRule::unmapped, "unmapped"},
      {OwnershipRule::silent, "silent"},           {OwnershipRule::destination, "destination"},
  };
  for (const auto& [rule, name] : names) {
    EXPECT_EQ(to_string(rule), name);
    EXPECT_EQ(parse_ownership_rule(name).value(), rule);
  }
  EXPECT_FALSE(parse_ownership_rule("guess"));
}

}  // namespace
}  // namespace cw
