#include "app/node/opt_out_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "platform/temporary_folder.hpp"

namespace cw::app {
namespace {

class OptOutFileTest : public testing::Test {
 protected:
  void write(std::string_view text) const { std::ofstream(path_, std::ios::binary) << text; }
  [[nodiscard]] bool may_probe(std::string_view text) const {
    return admission_.judge({.address = IpAddress::parse(text).value(), .asn = std::nullopt}).may_probe();
  }

  platform::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "opt_outs.txt";
  schedule::ProbeAdmission admission_;
};

TEST_F(OptOutFileTest, what_it_says_holds_at_once_and_each_change_at_the_next_look) {
  write("9.9.9.9\n");
  auto file = OptOutFile::open(path_, admission_);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_FALSE(may_probe("9.9.9.9"));
  write("9.9.9.9\n1.1.1.0/24\n");
  EXPECT_TRUE(may_probe("1.1.1.1"));
  file->look();
  EXPECT_FALSE(may_probe("1.1.1.1"));
  write("1.1.1.0/24\n");
  file->look();
  EXPECT_TRUE(may_probe("9.9.9.9"));
}

TEST_F(OptOutFileTest, a_file_that_was_replaced_by_another_of_the_same_size_and_time_is_read) {
  write("9.9.9.9\n");
  auto file = OptOutFile::open(path_, admission_);
  ASSERT_TRUE(file);
  const auto time = std::filesystem::last_write_time(path_);
  std::ofstream(folder_ / "new", std::ios::binary) << "8.8.8.8\n";
  std::filesystem::last_write_time(folder_ / "new", time);
  std::filesystem::rename(folder_ / "new", path_);
  file->look();
  EXPECT_TRUE(may_probe("9.9.9.9"));
  EXPECT_FALSE(may_probe("8.8.8.8"));
}

TEST_F(OptOutFileTest, a_file_that_goes_away_lets_nobody_be_measured_again) {
  write("9.9.9.9\n");
  auto file = OptOutFile::open(path_, admission_);
  ASSERT_TRUE(file);
  std::filesystem::remove(path_);
  file->look();
  EXPECT_FALSE(may_probe("9.9.9.9"));
  write("8.8.8.8\n");
  file->look();
  EXPECT_TRUE(may_probe("9.9.9.9"));
  EXPECT_FALSE(may_probe("8.8.8.8"));
}

TEST_F(OptOutFileTest, a_file_that_is_not_there_at_the_start_is_invalid) {
  for (const auto& path : {path_, std::filesystem::path("/proc"), std::filesystem::path("/dev/zero")}) {
    const auto file = OptOutFile::open(path, admission_);
    ASSERT_FALSE(file) << path;
    EXPECT_EQ(file.error().kind, ErrorKind::invalid);
  }
}

}  // namespace
}  // namespace cw::app
