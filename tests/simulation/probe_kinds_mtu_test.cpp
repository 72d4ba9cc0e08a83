// The path's MTU over links whose MTU is known, with routers that say so, say nothing, or lie.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "lab/scenario.hpp"
#include "probe_kinds_ways.hpp"

namespace cw::lab {
namespace {

using namespace std::chrono_literals;

// A row whose link behind router i has an MTU; 0: the vantage's own.
std::string narrow_row(const Row& row, const std::map<int, int>& mtu_behind) {
  auto toml = row.toml();
  for (const auto& [router, mtu] : mtu_behind) {
    const auto link = router == 0 ? std::string("[vantage]\n") : fmt::format("[[link]]\na = \"r{}\"\n", router);
    toml.insert(toml.find(link) + link.size(), fmt::format("mtu = {}\n", mtu));
  }
  return toml;
}

class MtuOverTheLab : public OverEveryWay {
 protected:
  [[nodiscard]] static MeasurementRequest search() {
    auto wanted = request();
    wanted.mtu_search = MtuSearch::on;
    return wanted;
  }
  // The result, with the path checked: it must not suffer.
  static Measurement found(const Row& row, const std::map<int, int>& mtu_behind) {
    EngineLab lab(narrow_row(row, mtu_behind));
    auto result = lab.measure(search());
    EXPECT_EQ(path_text(result), row_text(row.routers, family()));
    EXPECT_EQ(result.status, Status::reached);
    EXPECT_TRUE(result.path_mtu);
    if (!result.path_mtu) result.path_mtu.emplace();
    EXPECT_LE(result.probes_sent, 100);
    EXPECT_EQ(lab.internet().half_open().size(), 0);
    return result;
  }
  [[nodiscard]] static MtuLimit said(int ttl, std::uint16_t mtu) {
    return {.ttl = Ttl{static_cast<std::uint8_t>(ttl)}, .from = router(ttl), .mtu = mtu};
  }
  [[nodiscard]] static MtuLimit tried(int ttl, std::uint16_t mtu) {
    return {.ttl = Ttl{static_cast<std::uint8_t>(ttl)}, .from = std::nullopt, .mtu = mtu};
  }
  using Limits = std::vector<MtuLimit>;
};
INSTANTIATE_TEST_SUITE_P(Ways, MtuOverTheLab, all_probe_ways(), probe_way_name);

TEST_P(MtuOverTheLab, our_own_machines_limit_is_found_with_one_packet) {
  const auto result = found(Row{}, {{0, 1500}});
  EXPECT_EQ(result.path_mtu->mtu, 1500);
  EXPECT_EQ(result.path_mtu->limits, (Limits{tried(0, 1500)}));
  EngineLab plain(narrow_row(Row{}, {{0, 1500}}));
  EXPECT_EQ(result.probes_sent, plain.measure(request()).probes_sent + 1);
}

TEST_P(MtuOverTheLab, any_mtu_of_our_own_is_found_exactly) {
  for (const int mtu : {1280, 1281, 1413, 1492, 2003, 8999, 9001, 9215})
    EXPECT_EQ(found(Row{.routers = 5}, {{0, mtu}}).path_mtu->mtu, mtu);
}

TEST_P(MtuOverTheLab, a_path_without_limits_carries_the_largest_packet_that_is_tried) {
  const auto result = found(Row{.routers = 5}, {});
  EXPECT_EQ(result.path_mtu->mtu, 9216);
  EXPECT_TRUE(result.path_mtu->limits.empty());
}

TEST_P(MtuOverTheLab, routers_that_say_how_much_fits_are_believed_and_checked) {
  const auto result = found(Row{}, {{0, 9000}, {3, 1500}, {7, 1420}, {9, 1480}});
  EXPECT_EQ(result.path_mtu->mtu, 1420);
  EXPECT_EQ(result.path_mtu->limits, (Limits{tried(0, 9000), said(3, 1500), said(7, 1420)}));
  EngineLab plain(narrow_row(Row{}, {{0, 9000}}));
  EXPECT_LE(result.probes_sent, plain.measure(request()).probes_sent + 5);
}

TEST_P(MtuOverTheLab, a_router_that_says_zero_makes_no_difference_to_the_answer) {
  for (const int mtu : {1280, 1400, 1447, 1500}) {
    const auto result = found(Row{.router_lines = {{5, "claimed_mtu = 0"}}}, {{0, 9000}, {5, mtu}});
    EXPECT_EQ(result.path_mtu->mtu, mtu);
    EXPECT_EQ(result.path_mtu->limits, (Limits{tried(0, 9000), said(5, static_cast<std::uint16_t>(mtu))}));
  }
}

TEST_P(MtuOverTheLab, liars_make_no_difference_to_the_answer) {
  for (const int claimed : {1, 67, 300, 1279, 1280, 1399, 1446, 1448, 1500, 1501, 9000, 65'535}) {
    const auto lines = fmt::format("claimed_mtu = {}", claimed);
    const auto result = found(Row{.router_lines = {{5, lines}}}, {{0, 1500}, {5, 1447}});
    EXPECT_EQ(result.path_mtu->mtu, 1447) << claimed;
    EXPECT_EQ(result.path_mtu->limits, (Limits{tried(0, 1500), said(5, 1447)})) << claimed;
  }
}

TEST_P(MtuOverTheLab, a_black_hole_is_found_with_the_hop_that_it_is_behind) {
  for (const int hole : {1, 2, 6, 12}) {
    const auto result = found(Row{.router_lines = {{hole, "says_too_big = false"}}}, {{0, 1500}, {hole, 1390}});
    EXPECT_EQ(result.path_mtu->mtu, 1390);
    EXPECT_EQ(result.path_mtu->limits, (Limits{tried(0, 1500), tried(hole, 1390)})) << hole;
  }
}

TEST_P(MtuOverTheLab, a_black_hole_behind_a_silent_router_lies_behind_the_last_one_that_was_seen) {
  EngineLab lab(narrow_row(Row{.router_lines = {{6, "silent = true"}}}, {{0, 1500}, {6, 1390}}));
  const auto result = lab.measure(search());
  ASSERT_TRUE(result.path_mtu);
  EXPECT_EQ(result.path_mtu->mtu, 1390);
  EXPECT_EQ(result.path_mtu->limits, (Limits{tried(0, 1500), tried(5, 1390)}));
}

TEST_P(MtuOverTheLab, a_limit_that_was_said_and_a_black_hole_are_both_told) {
  const auto result = found(Row{.router_lines = {{9, "says_too_big = false"}}}, {{0, 9000}, {4, 1500}, {9, 1380}});
  EXPECT_EQ(result.path_mtu->mtu, 1380);
  EXPECT_EQ(result.path_mtu->limits, (Limits{tried(0, 9000), said(4, 1500), tried(9, 1380)}));
}

TEST_P(MtuOverTheLab, what_routers_say_is_kept_where_the_destination_is_silent) {
  EngineLab lab(narrow_row(Row{.host_lines = "behaviour = \"silent\""}, {{0, 9000}, {4, 1500}, {9, 1400}}));
  const auto result = lab.measure(search());
  EXPECT_EQ(result.status, Status::silent);
  ASSERT_TRUE(result.path_mtu);
  EXPECT_EQ(result.path_mtu->mtu, 0);
  EXPECT_EQ(result.path_mtu->limits, (Limits{tried(0, 9000), said(4, 1500), said(9, 1400)}));
}

TEST_P(MtuOverTheLab, silence_of_destination_and_routers_is_no_answer) {
  EngineLab lab(narrow_row(Row{.host_lines = "behaviour = \"silent\""}, {{0, 1500}}));
  const auto result = lab.measure(search());
  EXPECT_FALSE(result.path_mtu);
}

TEST_P(MtuOverTheLab, a_little_loss_is_not_taken_for_a_black_hole) {
  int right = 0;
  for (int seed = 1; seed <= 40; ++seed) {
    const auto toml =
        fmt::format("seed = {}\n", seed) + narrow_row(Row{.host_lines = "loss = 0.02"}, {{0, 1500}, {7, 1420}});
    EngineLab lab(toml);
    const auto result = lab.measure(search());
    right += result.path_mtu && result.path_mtu->mtu == 1420 &&
             result.path_mtu->limits == Limits{tried(0, 1500), said(7, 1420)};
  }
  EXPECT_GE(right, 39);
}

TEST_P(MtuOverTheLab, a_router_that_limits_its_messages_is_believed_when_it_said_it_once) {
  const Row row{.router_lines = {{7, "replies_per_second = 0.1\nreply_burst = 2"}}};
  EngineLab lab(narrow_row(row, {{0, 1500}, {7, 1420}}));
  const auto result = lab.measure(search());
  ASSERT_TRUE(result.path_mtu);
  EXPECT_EQ(result.path_mtu->mtu, 1420);
  EXPECT_EQ(result.path_mtu->limits, (Limits{tried(0, 1500), said(7, 1420)}));
}

// As Linux does it by default: six at once, then one a second.
TEST_P(MtuOverTheLab, a_destination_that_limits_its_answers_makes_no_black_hole_wider) {
  const Row row{.routers = 6,
                .router_lines = {{3, "says_too_big = false"}, {6, "replies_per_second = 1\nreply_burst = 6"}}};
  EngineLab lab(narrow_row(row, {{0, 1500}, {3, 1400}}));
  auto wanted = search();
  wanted.address = router(6);
  const auto result = lab.measure(wanted);
  ASSERT_TRUE(result.path_mtu);
  EXPECT_EQ(result.path_mtu->mtu, 1400);
  EXPECT_EQ(result.path_mtu->limits, (Limits{tried(0, 1500), tried(3, 1400)}));
}

// IPv4 alone has links that carry less than 1,280 bytes.
TEST(MtuOverIpv4, the_narrowest_links_are_measured) {
  for (const int mtu : {68, 69, 296, 576, 1006}) {
    EngineLab lab(narrow_row(Row{.routers = 5}, {{0, 1500}, {3, mtu}}));
    auto wanted = request_for(host_address());
    wanted.mtu_search = MtuSearch::on;
    const auto result = lab.measure(wanted);
    ASSERT_TRUE(result.path_mtu);
    EXPECT_EQ(result.path_mtu->mtu, mtu);
  }
}

}  // namespace
}  // namespace cw::lab
