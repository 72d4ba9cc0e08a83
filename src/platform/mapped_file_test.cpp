#include "platform/mapped_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace cw::platform {
namespace {

class MappedFileTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(std::string_view name) const { return folder_ / name; }
  static std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }
  static std::string text(const MappedFile& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
  }

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("cyberwatch_mapped_file_" + std::to_string(::getpid()) + "_" +
                                                testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(MappedFileTest, what_was_written_is_read) {
  ASSERT_TRUE(write_file_atomically(path("file"), bytes("some text")));
  const auto file = MappedFile::open(path("file"));
  ASSERT_TRUE(file);
  EXPECT_EQ(text(*file), "some text");
}

TEST_F(MappedFileTest, a_reader_keeps_the_file_that_it_opened) {
  ASSERT_TRUE(write_file_atomically(path("file"), bytes("the old text")));
  const auto old = MappedFile::open(path("file"));
  ASSERT_TRUE(write_file_atomically(path("file"), bytes("new")));
  EXPECT_EQ(text(*old), "the old text");
  EXPECT_EQ(text(*MappedFile::open(path("file"))), "new");
}

TEST_F(MappedFileTest, nothing_but_the_file_is_left_behind) {
  ASSERT_TRUE(write_file_atomically(path("file"), bytes("x")));
  std::filesystem::create_directory(path("folder"));
  EXPECT_FALSE(write_file_atomically(path("folder"), bytes("x")));
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path(""))) ++entries;
  EXPECT_EQ(entries, 2u);
}

TEST_F(MappedFileTest, a_missing_file_is_not_found_and_an_empty_one_is_invalid) {
  EXPECT_EQ(MappedFile::open(path("none")).error().kind, ErrorKind::not_found);
  ASSERT_TRUE(write_file_atomically(path("empty"), {}));
  EXPECT_EQ(MappedFile::open(path("empty")).error().kind, ErrorKind::invalid);
  EXPECT_EQ(MappedFile::open(path("")).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace cw::platform
