#include "rules/schedule/prober_by_label.hpp"

#include <gtest/gtest.h>

namespace cw::schedule {
namespace {

TEST(ProberByLabel, the_first_label_in_the_owners_order_decides) {
  const auto probers = ProberByLabel::parse("web = mtr, lab=scamper").value();
  EXPECT_EQ(probers.find({"lab", "web"}), "mtr");
  EXPECT_EQ(probers.find({"lab"}), "scamper");
  EXPECT_EQ(probers.find({"other"}), "");
  EXPECT_EQ(probers.find({}), "");
}

TEST(ProberByLabel, nothing_said_names_nothing) { EXPECT_EQ(ProberByLabel::parse("").value().find({"web"}), ""); }

TEST(ProberByLabel, what_is_no_label_with_a_known_prober_is_invalid) {
  for (const auto* text : {"web", "=mtr", "web=tracert", "web=mtr lab=scamper", "web="}) {
    const auto probers = ProberByLabel::parse(text);
    ASSERT_FALSE(probers) << text;
    EXPECT_EQ(probers.error().kind, ErrorKind::invalid);
  }
}

}  // namespace
}  // namespace cw::schedule
