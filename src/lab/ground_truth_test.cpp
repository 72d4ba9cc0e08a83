#include "lab/ground_truth.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "lab/test_packets.hpp"

namespace cw::lab::test {
namespace {

using ::testing::SizeIs;

std::string truth(Vantage& vantage, std::string_view target) {
  return expected_path(vantage.internet(), address(target)).to_string();
}

TEST(GroundTruth, it_lists_each_hop_and_the_destination) {
  Vantage vantage(scenario_file("silent_hops"));
  const auto path = expected_path(vantage.internet(), address("203.0.113.14"));
  EXPECT_TRUE(path.reached);
  EXPECT_EQ(path.to_string(), vantage.trace(address("203.0.113.14")));
  EXPECT_TRUE(path.hops[3].may_be_silent);
  EXPECT_FALSE(path.hops[4].may_be_silent);
}

TEST(GroundTruth, it_ends_at_a_refusal_and_at_silence) {
  Vantage vantage(scenario_file("unreachable"));
  EXPECT_EQ(truth(vantage, "203.0.113.3"), "192.0.2.1 198.51.100.1 198.51.100.2 198.51.100.2");
  EXPECT_EQ(truth(vantage, "203.0.113.7"), "192.0.2.1 198.51.100.1 198.51.100.2");
  EXPECT_FALSE(expected_path(vantage.internet(), address("203.0.113.3")).reached);
}

TEST(GroundTruth, all_branches_are_the_union_of_what_flows_find) {
  Vantage vantage(scenario_file("load_balanced"));
  EXPECT_EQ(truth(vantage, "203.0.113.1"),
            "192.0.2.1 198.51.100.1 198.51.100.11|198.51.100.12|198.51.100.13|198.51.100.14 198.51.100.20 203.0.113.1");
  EXPECT_EQ(truth(vantage, "203.0.113.129"),
            "192.0.2.1 198.51.100.1 198.51.100.11|198.51.100.12|198.51.100.13|198.51.100.14 198.51.100.20 "
            "198.51.100.101|198.51.100.102 198.51.100.31|198.51.100.32 198.51.100.40 203.0.113.129");
}

TEST(GroundTruth, the_path_of_a_flow_is_the_one_its_packets_take) {
  Vantage vantage(scenario_file("load_balanced"));
  std::set<std::string> paths;
  for (std::uint16_t flow = 0; flow < 32; ++flow) {
    const auto probe = echo_request(vantage.scenario(), {.destination = address("203.0.113.1"), .flow = flow});
    const auto path = expected_path(vantage.internet(), flow_of(parsed(probe)), Branches::of_flow);
    EXPECT_EQ(path.to_string(), vantage.trace(address("203.0.113.1"), flow));
    paths.insert(path.to_string());
  }
  EXPECT_THAT(paths, SizeIs(4));
}

TEST(GroundTruth, every_address_has_its_owner) {
  Vantage vantage(scenario_file("home"));
  EXPECT_EQ(owner_of(vantage.internet(), address("80.81.194.180")), Asn{13335});
  EXPECT_EQ(owner_of(vantage.internet(), address("1.1.1.1")), Asn{13335});
  EXPECT_EQ(owner_of(vantage.internet(), address("192.168.1.10")), Asn{3320});
  EXPECT_EQ(owner_of(vantage.internet(), address("203.0.113.1")), std::nullopt);
}

}  // namespace
}  // namespace cw::lab::test
