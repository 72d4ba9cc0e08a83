#include "app/oneshot/target_feed.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace cw::app {
namespace {

std::vector<std::string> entries(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> found;
  while (const auto entry = next_entry(in)) found.push_back(*entry ? **entry : "! " + entry->error().message);
  return found;
}

TEST(TargetFeed, a_list_has_one_target_a_line_with_comments_and_blank_lines) {
  EXPECT_EQ(entries("192.0.2.1\n\n  # a comment\n 192.0.2.2 \t# behind it\r\n2001:db8::1"),
            (std::vector<std::string>{"192.0.2.1", "192.0.2.2", "2001:db8::1"}));
  EXPECT_TRUE(entries("").empty());
}

TEST(TargetFeed, a_line_of_any_length_is_told_of_and_the_next_is_read) {
  const auto found = entries(std::string(5'000'000, 'x') + "\n192.0.2.1\n");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_NE(found[0].find("the line is too long"), std::string::npos);
  EXPECT_LT(found[0].size(), 200u);
  EXPECT_EQ(found[1], "192.0.2.1");
}

TEST(TargetFeed, a_long_comment_is_no_fault) {
  EXPECT_EQ(entries("192.0.2.1 # " + std::string(5000, 'x') + "\n"), std::vector<std::string>{"192.0.2.1"});
}

TEST(TargetFeed, bad_targets_are_told_of_in_their_place) {
  auto feed = TargetFeed::open({"192.0.2.1", "1.2.3", "no_such name", "2001:db8::1"}, std::nullopt, Family::v4);
  ASSERT_TRUE(feed);
  EXPECT_EQ((*feed->next())->address.to_string(), "192.0.2.1");
  EXPECT_EQ(feed->next()->error().message, "\"1.2.3\" is neither an address nor a host name");
  EXPECT_EQ(feed->next()->error().kind, ErrorKind::not_found);
  EXPECT_EQ(feed->next()->error().message, "2001:db8::1 is no IPv4 address");
  EXPECT_FALSE(feed->next());
}

TEST(TargetFeed, a_list_that_cannot_be_read_is_named) {
  for (const auto* list : {"/nowhere/at/all", "/proc"}) {
    const auto feed = TargetFeed::open({}, list, std::nullopt);
    ASSERT_FALSE(feed);
    EXPECT_EQ(feed.error().message, std::string("cannot read the list ") + list);
  }
}

}  // namespace
}  // namespace cw::app
