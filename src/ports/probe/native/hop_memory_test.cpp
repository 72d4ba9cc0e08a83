#include "ports/probe/native/hop_memory.hpp"

#include <gtest/gtest.h>

namespace cw::probe {
namespace {

using namespace std::chrono_literals;
using Advice = HopMemory::Advice;

constexpr Instant now{std::chrono::hours(1000)};

IpAddress router(std::uint32_t name) { return IpAddress::v4(0x60000000 + name); }
HopMemory::Place place(std::uint32_t name, int ttl) {
  return {.hop = router(name), .ttl = Ttl{static_cast<std::uint8_t>(ttl)}};
}
HopMemory::Before before(std::uint32_t name, int ttl, Instant at = now) {
  return {.from = router(name), .ttl = Ttl{static_cast<std::uint8_t>(ttl)}, .verified_at = at};
}
void see(HopMemory& memory, int times, HopMemory::Place at, HopMemory::Before what) {
  for (int i = 0; i < times; ++i) memory.note(at, what);
}
// Enough places that nobody balances.
void make_trusting(HopMemory& memory) {
  for (std::uint32_t i = 0; i < 40; ++i) see(memory, 2, place(1000 + i, 9), before(2000 + i, 8));
}

TEST(HopMemory, an_unknown_hop_is_asked) {
  const HopMemory memory(1);
  const auto counsel = memory.consult(place(5, 5), now);
  EXPECT_EQ(counsel.advice, Advice::ask);
  EXPECT_FALSE(counsel.has_before);
}

TEST(HopMemory, while_little_is_known_it_takes_ten_sightings_and_two_when_nobody_was_seen_to_balance) {
  HopMemory memory(1);
  see(memory, 9, place(5, 5), before(4, 4));
  EXPECT_EQ(memory.consult(place(5, 5), now).advice, Advice::ask);
  see(memory, 1, place(5, 5), before(4, 4));
  const auto counsel = memory.consult(place(5, 5), now);
  EXPECT_EQ(counsel.advice, Advice::join);
  EXPECT_EQ(counsel.before.from, router(4));
  EXPECT_EQ(counsel.before.verified_at, now);

  make_trusting(memory);
  see(memory, 1, place(6, 6), before(5, 5));
  EXPECT_EQ(memory.consult(place(6, 6), now).advice, Advice::ask);
  see(memory, 1, place(6, 6), before(5, 5));
  EXPECT_EQ(memory.consult(place(6, 6), now).advice, Advice::join);
}

TEST(HopMemory, two_addresses_before_one_hop_are_never_joined) {
  HopMemory memory(1);
  make_trusting(memory);
  see(memory, 20, place(5, 5), before(4, 4));
  see(memory, 1, place(5, 5), before(44, 4));
  see(memory, 20, place(5, 5), before(4, 4));
  EXPECT_EQ(memory.consult(place(5, 5), now).advice, Advice::ask);
}

TEST(HopMemory, a_network_that_balances_here_and_there_makes_it_cautious_everywhere) {
  HopMemory memory(1);
  make_trusting(memory);
  see(memory, 1, place(5, 5), before(4, 4));
  see(memory, 1, place(5, 5), before(44, 4));
  see(memory, 2, place(7, 7), before(6, 6));
  EXPECT_EQ(memory.consult(place(7, 7), now).advice, Advice::ask);
}

TEST(HopMemory, another_ttl_or_another_plane_is_another_place) {
  HopMemory memory(1);
  make_trusting(memory);
  see(memory, 5, place(5, 5), before(4, 4));
  EXPECT_EQ(memory.consult(place(5, 6), now).advice, Advice::ask);
  auto other = place(5, 5);
  other.plane = 1;
  EXPECT_EQ(memory.consult(other, now).advice, Advice::ask);
}

TEST(HopMemory, what_is_five_minutes_old_is_asked_again) {
  HopMemory memory(1);
  make_trusting(memory);
  see(memory, 5, place(5, 5), before(4, 4));
  EXPECT_EQ(memory.consult(place(5, 5), now + 5min).advice, Advice::join);
  EXPECT_EQ(memory.consult(place(5, 5), now + 5min + 1s).advice, Advice::ask);
  see(memory, 1, place(5, 5), before(44, 4, now + 6min));
  const auto counsel = memory.consult(place(5, 5), now + 6min);
  EXPECT_EQ(counsel.advice, Advice::ask) << "the old sightings do not count";
  EXPECT_EQ(counsel.before.from, router(44));
}

TEST(HopMemory, a_silent_hop_takes_three_sightings_and_an_answer_refutes_them) {
  HopMemory memory(1);
  make_trusting(memory);
  see(memory, 2, place(5, 5), before(3, 3));
  EXPECT_EQ(memory.consult(place(5, 5), now).advice, Advice::ask);
  see(memory, 1, place(5, 5), before(3, 3));
  EXPECT_EQ(memory.consult(place(5, 5), now).before.ttl, Ttl{3});
  EXPECT_EQ(memory.consult(place(5, 5), now).advice, Advice::join);
  see(memory, 1, place(5, 5), before(4, 4));
  EXPECT_EQ(memory.consult(place(5, 5), now).advice, Advice::ask);
  see(memory, 9, place(5, 5), before(3, 3));
  EXPECT_EQ(memory.consult(place(5, 5), now).before.from, router(4)) << "silence refutes no answer";
}

TEST(HopMemory, while_others_ask_one_waits_and_not_again_when_they_asked_in_vain) {
  HopMemory memory(1);
  make_trusting(memory);
  memory.claim(place(5, 5), now + 400ms, now);
  EXPECT_EQ(memory.consult(place(5, 5), now).advice, Advice::ask) << "one sighting is not enough";
  memory.claim(place(5, 5), now + 400ms, now);
  EXPECT_EQ(memory.consult(place(5, 5), now).advice, Advice::wait);
  EXPECT_EQ(memory.consult(place(5, 5), now + 401ms).advice, Advice::ask);
  memory.claim(place(5, 5), now + 800ms, now + 401ms);
  memory.claim(place(5, 5), now + 800ms, now + 401ms);
  EXPECT_EQ(memory.consult(place(5, 5), now + 402ms).advice, Advice::ask);
}

TEST(HopMemory, its_size_is_bounded_and_the_latest_stay) {
  HopMemory memory(1, 64);
  make_trusting(memory);
  for (std::uint32_t i = 0; i < 10'000; ++i)
    see(memory, 2, place(100'000 + i, 7), before(300'000 + i, 6, now + std::chrono::microseconds(i)));
  int known = 0;
  for (std::uint32_t i = 0; i < 10'000; ++i) known += memory.consult(place(100'000 + i, 7), now).has_before;
  EXPECT_LE(known, 64);
  EXPECT_TRUE(memory.consult(place(109'999, 7), now).has_before);
}

}  // namespace
}  // namespace cw::probe
