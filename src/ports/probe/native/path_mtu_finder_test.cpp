#include "ports/probe/native/path_mtu_finder.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "core/random.hpp"

namespace cw::probe {
namespace {

const auto router = IpAddress::v4(0xc6120001);

// What a size meets: plays machine and path until nothing more is asked. Returns the sizes that were asked.
std::vector<std::uint16_t> play(PathMtuFinder& finder, std::uint16_t own_mtu,
                                const std::function<void(std::uint16_t)>& path) {
  std::vector<std::uint16_t> asked;
  while (const auto size = finder.next()) {
    asked.push_back(*size);
    if (asked.size() > 150) {
      ADD_FAILURE() << "it goes on for ever";
      break;
    }
    if (*size > own_mtu)
      finder.refused_here(*size);
    else if (finder.asks_own_machine())
      finder.taken_here(*size);
    else
      path(*size);
  }
  return asked;
}

TEST(PathMtuFinder, every_size_that_is_asked_lies_between_what_passed_and_what_did_not) {
  for (int mtu = 68; mtu <= 1500; mtu += 13) {
    PathMtuFinder finder(Family::v4);
    std::uint32_t low = 0;
    std::uint32_t high = 1501;
    play(finder, 1500, [&](std::uint16_t size) {
      EXPECT_TRUE(size > low && size < high) << size;
      if (size <= mtu) {
        low = size;
        finder.passed(size);
      } else {
        high = size;
        finder.silent(size);
      }
    });
    EXPECT_EQ(finder.largest_passed(), mtu);
    EXPECT_EQ(finder.lost(), mtu == 1500 ? std::nullopt : std::optional<std::uint16_t>(mtu + 1));
  }
}

TEST(PathMtuFinder, a_path_without_limits_takes_one_size) {
  PathMtuFinder finder(Family::v4);
  EXPECT_EQ(finder.next(), largest_tried_packet);
  finder.taken_here(largest_tried_packet);
  EXPECT_EQ(finder.next(), largest_tried_packet);
  finder.passed(largest_tried_packet);
  EXPECT_EQ(finder.next(), std::nullopt);
  EXPECT_TRUE(finder.limits(std::nullopt).empty());
}

TEST(PathMtuFinder, a_true_word_takes_three_sizes) {
  PathMtuFinder finder(Family::v4);
  std::vector<std::uint16_t> sizes;
  play(finder, 1500, [&](std::uint16_t size) {
    sizes.push_back(size);
    if (size > 1400)
      finder.too_big(size, router, Ttl{5}, 1400);
    else
      finder.passed(size);
  });
  EXPECT_EQ(sizes, (std::vector<std::uint16_t>{1500, 1400, 1401}));
  EXPECT_EQ(finder.limits(std::nullopt), (std::vector<MtuLimit>{{.ttl = Ttl{0}, .from = std::nullopt, .mtu = 1500},
                                                                {.ttl = Ttl{5}, .from = router, .mtu = 1400}}));
}

TEST(PathMtuFinder, nothing_that_a_router_says_makes_the_answer_wrong_or_the_search_long) {
  Random random(11);
  for (int round = 0; round < 3000; ++round) {
    const auto family = round % 2 == 0 ? Family::v4 : Family::v6;
    const auto least = family == Family::v4 ? 68U : 1280U;
    const auto mtu = static_cast<std::uint16_t>(least + random.below(1501 - least));
    PathMtuFinder finder(family);
    const auto habit = random.below(6);
    const auto asked = play(finder, 1500, [&](std::uint16_t size) {
      if (size <= mtu) return finder.passed(size);
      const std::array<std::uint64_t, 6> claims{0, mtu, size - 1U, size, random.below(0x10000), least};
      finder.too_big(size, router, Ttl{3}, static_cast<std::uint16_t>(claims[habit]));
    });
    EXPECT_EQ(finder.largest_passed(), mtu) << habit;
    EXPECT_LE(asked.size(), 50) << habit;
    for (const auto& limit : finder.limits(std::nullopt)) EXPECT_TRUE(!limit.from || limit.mtu == mtu) << habit;
  }
}

TEST(PathMtuFinder, the_least_packet_is_the_bound_below) {
  for (const auto family : {Family::v4, Family::v6}) {
    PathMtuFinder finder(family);
    const auto asked = play(finder, 1500, [&](std::uint16_t size) { finder.silent(size); });
    EXPECT_EQ(*std::ranges::min_element(asked), family == Family::v4 ? 68 : 1280);
    EXPECT_EQ(finder.largest_passed(), 0);
    EXPECT_FALSE(finder.lost());
  }
}

TEST(PathMtuFinder, what_passes_after_all_overrules_what_was_said) {
  PathMtuFinder finder(Family::v4);
  play(finder, 1500, [&](std::uint16_t size) {
    if (size == 1500) return finder.too_big(size, router, Ttl{5}, 1300);
    finder.passed(size);
    finder.passed(1500);  // an answer that was late
  });
  EXPECT_EQ(finder.largest_passed(), 1500);
  EXPECT_EQ(finder.limits(std::nullopt), (std::vector<MtuLimit>{{.ttl = Ttl{0}, .from = std::nullopt, .mtu = 1500}}));
}

TEST(PathMtuFinder, where_the_answers_end_nothing_is_told_that_was_not_proved) {
  for (const std::uint16_t said : {std::uint16_t{0}, std::uint16_t{1400}}) {
    PathMtuFinder finder(Family::v4);
    play(finder, 1500, [&](std::uint16_t size) {
      if (size == 1500) return finder.too_big(size, router, Ttl{5}, said);
      if (size > 1480) return finder.silent(size);
      if (size < 1280) return finder.passed(size);
      finder.answers_ended();
      finder.passed(1279);
    });
    EXPECT_EQ(finder.next(), std::nullopt);
    EXPECT_TRUE(finder.is_cut_short());
    EXPECT_EQ(finder.largest_passed(), 1279);
    EXPECT_FALSE(finder.lost());
    std::vector<MtuLimit> proved{{.ttl = Ttl{0}, .from = std::nullopt, .mtu = 1500}};
    if (said != 0) proved.push_back({.ttl = Ttl{5}, .from = router, .mtu = said});
    EXPECT_EQ(finder.limits(Ttl{3}), proved);
  }
}

TEST(PathMtuFinder, a_search_that_is_over_is_not_cut_short) {
  PathMtuFinder finder(Family::v4);
  play(finder, 1500, [&](std::uint16_t size) { size > 1400 ? finder.silent(size) : finder.passed(size); });
  finder.answers_ended();
  EXPECT_FALSE(finder.is_cut_short());
  EXPECT_EQ(finder.lost(), 1401);
}

TEST(PathMtuFinder, a_machine_that_refuses_later_is_believed) {
  PathMtuFinder finder(Family::v4);
  finder.taken_here(largest_tried_packet);
  finder.refused_here(largest_tried_packet);
  const auto asked = play(finder, 1500, [&](std::uint16_t size) { finder.passed(size); });
  EXPECT_EQ(finder.largest_passed(), 1500);
}

}  // namespace
}  // namespace cw::probe
