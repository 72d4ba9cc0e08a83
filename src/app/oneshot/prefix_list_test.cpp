#include "app/oneshot/prefix_list.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "platform/temporary_folder.hpp"

namespace cw::app {
namespace {

TEST(PrefixList, what_is_no_prefix_is_told_and_the_rest_is_taken) {
  const platform::TemporaryFolder folder;
  const auto path = (folder / "list.txt").string();
  std::ofstream(path) << "# a comment\n198.51.100.0/24\n\n203.0.113.7  # an address\nbogus\n2001:db8::/32\n"
                      << std::string(100'000, 'x') << "\n";
  const auto list = read_prefix_lists({path}).value();
  ASSERT_EQ(list.prefixes.size(), 3U);
  EXPECT_EQ(list.prefixes[1].to_string(), "203.0.113.7/32");
  ASSERT_EQ(list.refused.size(), 2U);
  EXPECT_NE(list.refused[0].find("bogus"), std::string::npos);
  EXPECT_LT(list.refused[1].size(), 300U);
}

TEST(PrefixList, a_thousand_bad_lines_are_counted_and_not_all_told) {
  const platform::TemporaryFolder folder;
  const auto path = (folder / "list.txt").string();
  std::ofstream out(path);
  for (int i = 0; i < 1000; ++i) out << "bogus\n";
  out.close();
  const auto list = read_prefix_lists({path}).value();
  ASSERT_EQ(list.refused.size(), 101U);
  EXPECT_EQ(list.refused.back(), "900 more lines were refused");
  EXPECT_EQ(read_prefix_lists({path + "x"}).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace cw::app
