#include "ports/probe/native/path_memory.hpp"

#include <gtest/gtest.h>

#include <set>

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

constexpr Instant now{std::chrono::hours(1000)};

IpAddress router(int ttl) { return IpAddress::v4(0x60000000 + static_cast<std::uint32_t>(ttl)); }
PathKey key(std::uint32_t destination) { return {.destination = IpAddress::v4(destination)}; }
KnownPath path(int hops, const std::set<int>& silent = {}) {
  KnownPath known;
  for (int ttl = 1; ttl <= hops; ++ttl)
    known.hops.push_back(
        {.from = silent.contains(ttl) ? std::nullopt : std::optional(router(ttl)), .verified_at = now});
  return known;
}

TEST(PathMemory, a_path_is_found_by_destination_method_and_flow_until_it_is_too_old) {
  PathMemory memory;
  memory.remember(key(7), path(5));
  EXPECT_NE(memory.find(key(7), now + PathMemory::fresh_for), nullptr);
  EXPECT_EQ(memory.find(key(7), now + PathMemory::fresh_for + 1s), nullptr);
  EXPECT_EQ(memory.find(key(8), now), nullptr);
  auto other = key(7);
  other.flow = 1;
  EXPECT_EQ(memory.find(other, now), nullptr);
  other = key(7);
  other.method = Method::udp;
  EXPECT_EQ(memory.find(other, now), nullptr);
}

TEST(PathMemory, the_last_change_is_kept_and_a_silence_is_none) {
  PathMemory memory;
  memory.remember(key(7), path(9));
  memory.remember(key(7), path(9, {3}));
  EXPECT_FALSE(memory.find(key(7), now)->changed_at);
  auto changed = path(9);
  changed.hops[4].from = router(55);
  memory.remember(key(7), changed);
  EXPECT_EQ(memory.find(key(7), now)->changed_at, 5);
  memory.remember(key(7), changed);
  EXPECT_EQ(memory.find(key(7), now)->changed_at, 5);
  memory.remember(key(7), path(12));
  EXPECT_EQ(memory.find(key(7), now)->changed_at, 5) << "back again";
}

TEST(PathMemory, every_sixteenth_round_traces_the_whole_path) {
  PathMemory memory;
  memory.remember(key(7), path(9));
  int traces = 0;
  for (int round = 0; round < 64; ++round) {
    traces += memory.find(key(7), now)->is_due();
    memory.remember(key(7), path(9));
  }
  EXPECT_EQ(traces, 4);
}

TEST(PathMemory, its_size_is_bounded_and_what_is_in_use_stays) {
  PathMemory memory(100);
  for (std::uint32_t i = 0; i < 100; ++i) memory.remember(key(i), path(3));
  for (std::uint32_t i = 100; i < 1'000; ++i) {
    memory.remember(key(i), path(3));
    static_cast<void>(memory.find(key(5), now));
  }
  EXPECT_EQ(memory.size(), 100);
  EXPECT_NE(memory.find(key(999), now), nullptr);
  int known = 0;
  for (std::uint32_t i = 0; i < 1'000; ++i) known += memory.find(key(i), now) != nullptr;
  EXPECT_EQ(known, 100);
}

TEST(TtlsToCheck, the_destination_the_hop_before_and_one_that_takes_turns) {
  auto known = path(14);
  std::set<int> seen;
  for (known.round = 0; known.round < 12; ++known.round) {
    const auto ttls = ttls_to_check(known, 1);
    EXPECT_EQ(ttls.size(), 3);
    EXPECT_EQ(ttls.back(), 14);
    EXPECT_EQ(ttls[1], 13);
    seen.insert(ttls.front());
  }
  EXPECT_EQ(seen.size(), 12);
}

TEST(TtlsToCheck, the_two_hops_around_the_last_change_are_among_them) {
  auto known = path(14);
  known.changed_at = 6;
  EXPECT_EQ(ttls_to_check(known, 1), (std::vector{1, 5, 6, 13, 14}));
}

TEST(TtlsToCheck, only_hops_that_answer_are_asked) {
  const auto known = path(8, {1, 6, 7});
  EXPECT_EQ(ttls_to_check(known, 1), (std::vector{5, 8}));
}

TEST(TtlsToCheck, short_paths_have_fewer) {
  EXPECT_EQ(ttls_to_check(path(1), 1), (std::vector{1}));
  EXPECT_EQ(ttls_to_check(path(2), 3), (std::vector{3, 4}));
}

}  // namespace
}  // namespace cw::probe
