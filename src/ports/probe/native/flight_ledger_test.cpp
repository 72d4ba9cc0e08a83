#include "ports/probe/native/flight_ledger.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "ports/probe/native/probe_flow.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{1000h};
constexpr auto target = IpAddress::v4(0xc0000207);

ProbeTag tag(int attempt, int ttl) {
  return {.attempt = static_cast<std::uint16_t>(attempt), .ttl = Ttl{static_cast<std::uint8_t>(ttl)}};
}

class FlightLedgerTest : public testing::Test {
 protected:
  Random random_{11};
  FlightLedger ledger_{random_};
};

TEST_F(FlightLedgerTest, a_sequence_number_leads_back_to_its_probe) {
  auto& destination = ledger_.join(target);
  std::map<std::uint16_t, int> issued;
  for (int i = 1; i <= 200; ++i) issued[ledger_.issue(destination, 7, tag(1, i), start)] = i;
  EXPECT_EQ(issued.size(), 200);
  for (const auto& [sequence, ttl] : issued) {
    const auto* flight = ledger_.find(*ledger_.find(target), sequence);
    ASSERT_NE(flight, nullptr);
    EXPECT_EQ(flight->task, 7);
    EXPECT_EQ(flight->tag, tag(1, ttl));
  }
}

TEST_F(FlightLedgerTest, numbers_that_were_not_issued_find_nothing) {
  auto& destination = ledger_.join(target);
  std::set<std::uint16_t> issued;
  for (int i = 0; i < 20; ++i) issued.insert(ledger_.issue(destination, 1, tag(1, 1), start));
  for (std::uint32_t sequence = 0; sequence <= 0xffff; ++sequence) {
    const auto number = static_cast<std::uint16_t>(sequence);
    EXPECT_EQ(ledger_.find(destination, number) != nullptr, issued.contains(number)) << number;
  }
  EXPECT_EQ(ledger_.find(IpAddress::v4(1)), nullptr);
}

TEST_F(FlightLedgerTest, zero_and_all_ones_are_never_issued) {
  auto& destination = ledger_.join(target);
  for (int i = 0; i < 200'000; ++i) {
    const auto sequence = ledger_.issue(destination, 1, tag(1, 1), start);
    ASSERT_NE(sequence, 0);
    ASSERT_NE(sequence, 0xffff);
  }
}

TEST_F(FlightLedgerTest, tasks_to_one_address_never_share_a_number) {
  auto& one = ledger_.join(target);
  auto& two = ledger_.join(target);
  ASSERT_EQ(&one, &two);
  std::map<std::uint16_t, std::uint32_t> owner;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const auto sequence = ledger_.issue(one, i % 2, tag(1, 1), start);
    EXPECT_TRUE(owner.emplace(sequence, i % 2).second);
  }
  for (const auto& [sequence, task] : owner) EXPECT_EQ(ledger_.find(one, sequence)->task, task);
}

TEST_F(FlightLedgerTest, a_task_that_leaves_takes_only_its_own_probes_along) {
  auto& destination = ledger_.join(target);
  ledger_.join(target);
  const auto mine = ledger_.issue(destination, 1, tag(1, 1), start);
  const auto others = ledger_.issue(destination, 2, tag(1, 1), start);
  ledger_.leave(destination, 1);
  EXPECT_EQ(ledger_.find(destination, mine), nullptr);
  EXPECT_NE(ledger_.find(destination, others), nullptr);
  ledger_.leave(destination, 2);
  EXPECT_EQ(ledger_.find(target), nullptr);
}

TEST_F(FlightLedgerTest, a_new_task_goes_on_where_the_last_one_to_that_address_stopped) {
  auto* destination = &ledger_.join(target);
  std::set<std::uint16_t> old;
  for (int i = 0; i < 30; ++i) old.insert(ledger_.issue(*destination, 1, tag(1, 1), start));
  ledger_.leave(*destination, 1);
  destination = &ledger_.join(target);
  for (int i = 0; i < 30; ++i) EXPECT_FALSE(old.contains(ledger_.issue(*destination, 1, tag(1, 1), start)));
  for (const auto sequence : old) EXPECT_EQ(ledger_.find(*destination, sequence), nullptr);
}

TEST_F(FlightLedgerTest, a_task_that_goes_on_for_ever_keeps_its_newest_probes_in_bounded_memory) {
  auto& destination = ledger_.join(target);
  std::uint16_t last = 0;
  for (int i = 0; i < 300'000; ++i) last = ledger_.issue(destination, 1, tag(i % 60'000, 1), start + i * 10us);
  ASSERT_NE(ledger_.find(destination, last), nullptr);
  int found = 0;
  for (std::uint32_t sequence = 1; sequence <= sequence_count; ++sequence)
    found += ledger_.find(destination, static_cast<std::uint16_t>(sequence)) != nullptr;
  EXPECT_GE(found, 1);
  EXPECT_LE(found, 32'768);
}

TEST_F(FlightLedgerTest, among_thousands_that_come_and_go_each_address_finds_its_own_probes) {
  std::map<std::uint32_t, std::uint16_t> running;  // by the address's last bits: the number of its probe
  Random dice(5);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const auto host = static_cast<std::uint32_t>(dice.below(6'000));
    const auto address = IpAddress::v4(0x0a000000 + host);
    if (running.contains(host)) {
      ledger_.leave(*ledger_.find(address), host);
      running.erase(host);
      EXPECT_EQ(ledger_.find(address), nullptr);
    } else {
      running[host] = ledger_.issue(ledger_.join(address), host, tag(1, 1), start);
    }
  }
  EXPECT_GT(running.size(), 1'000);
  for (const auto& [host, sequence] : running) {
    auto* destination = ledger_.find(IpAddress::v4(0x0a000000 + host));
    ASSERT_NE(destination, nullptr);
    ASSERT_NE(ledger_.find(*destination, sequence), nullptr);
    EXPECT_EQ(ledger_.find(*destination, sequence)->task, host);
  }
}

TEST_F(FlightLedgerTest, numbers_start_differently_in_every_process) {
  Random other_random(12);
  FlightLedger other(other_random);
  int same = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const auto address = IpAddress::v4(0xc6336400 + i);
    same += ledger_.issue(ledger_.join(address), 1, tag(1, 1), start) ==
            other.issue(other.join(address), 1, tag(1, 1), start);
  }
  EXPECT_LE(same, 2);
}

}  // namespace
}  // namespace cw::probe
