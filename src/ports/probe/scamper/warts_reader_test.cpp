#include "ports/probe/scamper/warts_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "platform/subprocess.hpp"
#include "platform/system_clock.hpp"
#include "platform/temporary_folder.hpp"

namespace cw::probe {
namespace {

using testing::HasSubstr;

const auto recorded = std::filesystem::path(CW_SOURCE_DIR) / "testdata/tools/scamper";

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class WartsReader : public testing::Test {
 protected:
  void SetUp() override {
    if (!platform::find_program("sc_warts2json")) GTEST_SKIP() << "Debian's package scamper is not installed";
  }
  Result<WartsSummary> read(const std::string& path, const WartsReaderOptions& options = {}) {
    return read_warts(path, clock_, options, [this](Measurement measurement) -> Result<> {
      measurements_.push_back(std::move(measurement));
      return {};
    });
  }

  platform::SystemClock clock_;
  std::vector<Measurement> measurements_;
};

}  // namespace

TEST_F(WartsReader, a_recorded_file_gives_its_measurements) {
  const auto summary = read(recorded / "mixed.warts");
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->measurements, 2);
  EXPECT_EQ(summary->other_types, 0);
  ASSERT_EQ(measurements_.size(), 2);
  EXPECT_EQ(measurements_[0].kind, Kind::trace);
  EXPECT_EQ(measurements_[0].hops.size(), 9);
  EXPECT_EQ(measurements_[0].hops[3].replies.at(0).mpls.at(0).label, 24015);
  EXPECT_EQ(measurements_[1].kind, Kind::ping);
  EXPECT_EQ(measurements_[1].address, *IpAddress::parse("2001:db8:100::1"));
}

TEST_F(WartsReader, a_multipath_trace_comes_as_a_graph) {
  ASSERT_TRUE(read(recorded / "tracelb.warts"));
  ASSERT_EQ(measurements_.size(), 1);
  EXPECT_TRUE(measurements_[0].graph);
}

TEST_F(WartsReader, a_torn_file_gives_what_it_holds_and_then_an_error) {
  const platform::TemporaryFolder folder;
  const auto path = (folder / "torn.warts").string();
  auto whole = bytes_of(recorded / "mixed.warts");
  std::ofstream(path, std::ios::binary) << whole << whole.substr(0, 300);
  const auto summary = read(path);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind, ErrorKind::invalid);
  EXPECT_THAT(summary.error().message, HasSubstr("torn.warts is no warts file"));
  EXPECT_EQ(measurements_.size(), 2);
}

TEST_F(WartsReader, what_is_no_warts_file_is_refused) {
  const platform::TemporaryFolder folder;
  for (const std::string content : {"", "garbage", "{\"type\":\"trace\"}\n"}) {
    const auto path = (folder / "some.file").string();
    std::ofstream(path, std::ios::binary) << content;
    const auto summary = read(path);
    ASSERT_FALSE(summary) << content;
    EXPECT_EQ(summary.error().kind, ErrorKind::invalid);
  }
  EXPECT_EQ(read((folder / "none").string()).error().kind, ErrorKind::not_found);
  EXPECT_EQ(read((folder / "").string()).error().kind, ErrorKind::invalid);
}

TEST_F(WartsReader, a_line_that_is_too_long_ends_it) {
  const auto summary = read(recorded / "mixed.warts", {.most_line_bytes = 100});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind, ErrorKind::exhausted);
}

TEST_F(WartsReader, whoever_takes_the_measurements_can_end_it) {
  const auto summary = read_warts(recorded / "mixed.warts", clock_, {},
                                  [](const Measurement&) -> Result<> { return fail(ErrorKind::cancelled, "enough"); });
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind, ErrorKind::cancelled);
}

TEST(WartsReaderWithoutTool, the_package_is_named) {
  const platform::SystemClock clock;
  const auto summary = read_warts(recorded / "mixed.warts", clock, {.program = "no-such-warts2json"},
                                  [](const Measurement&) -> Result<> { return {}; });
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind, ErrorKind::not_found);
  EXPECT_THAT(summary.error().message, HasSubstr("Debian's package scamper"));
}

}  // namespace cw::probe
