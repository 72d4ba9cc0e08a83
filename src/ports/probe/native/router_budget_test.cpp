#include "ports/probe/native/router_budget.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <set>
#include <tuple>

#include "core/random.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{std::chrono::hours(1000)};
constexpr auto router = IpAddress::v4(0x60000001);

// A router with a token bucket of its own, asked by somebody who has a probe ready whenever the budget allows one,
// and asks each unanswered probe once more.
struct Exchange {
  double replies_per_second = 0;  // 0: no limit
  double loss = 0;

  int sent = 0;
  int answered = 0;
  Instant now = start;

  void run(RouterBudget& budget, Duration duration) {
    const auto end = now + duration;
    for (; now < end; now += 100us) {
      tokens = std::min(tokens + replies_per_second / 10'000, 50.0);
      while (!waiting.empty() && waiting.front().at <= now) {
        take(budget, waiting.front());
        waiting.pop_front();
      }
      for (int i = 0; i < 10 && budget.ready_at(router, now) <= now; ++i) send(budget, again > 0 ? again-- > 0 : false);
    }
  }

  struct Due {
    Instant at;
    Instant sent_at;
    bool answers;
    bool second;
    RouterBudget::Ticket ticket;
  };
  void send(RouterBudget& budget, bool second) {
    const auto ticket = budget.sent(router, now);
    ++sent;
    const bool answers = (replies_per_second == 0 || tokens >= 1) && random.unit() >= loss;
    if (answers && replies_per_second != 0) tokens -= 1;
    waiting.push_back({.at = now + 20ms, .sent_at = now, .answers = answers, .second = second, .ticket = ticket});
  }
  void take(RouterBudget& budget, const Due& due) {
    answered += due.answers;
    if (due.answers) {
      budget.came_back(due.ticket);
      budget.answered(router, {.sent_at = due.sent_at, .after_silence = due.second}, now);
    } else if (!due.second) {
      ++again;
    }
  }

  double tokens = 50;
  int again = 0;
  std::deque<Due> waiting;
  Random random{5};
};

TEST(RouterBudget, a_router_without_a_limit_is_soon_asked_without_one) {
  RouterBudget budget(1);
  Exchange exchange;
  exchange.run(budget, 1s);
  EXPECT_GE(exchange.sent, 50'000);
  EXPECT_FALSE(budget.is_limited(router));
}

TEST(RouterBudget, ordinary_loss_is_no_limit) {
  RouterBudget budget(1);
  Exchange exchange{.loss = 0.02};
  exchange.run(budget, 1s);
  EXPECT_GE(exchange.sent, 50'000);
  EXPECT_FALSE(budget.is_limited(router));
}

TEST(RouterBudget, a_limit_is_found_and_kept_to) {
  for (const double limit : {50.0, 100.0, 500.0}) {
    RouterBudget budget(1);
    Exchange exchange{.replies_per_second = limit};
    exchange.run(budget, 10s);
    ASSERT_TRUE(budget.is_limited(router)) << limit;
    const auto sent = exchange.sent;
    const auto answered = exchange.answered;
    exchange.run(budget, 10s);
    EXPECT_GE(exchange.answered - answered, 10 * limit * 0.9) << limit;
    EXPECT_LE(exchange.sent - sent, (exchange.answered - answered) * 1.25) << limit;
  }
}

TEST(RouterBudget, an_empty_bucket_says_when_it_is_worth_asking) {
  RouterBudget budget(1);
  auto last = RouterBudget::no_ticket;
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(budget.ready_at(router, start), start);
    last = budget.sent(router, start);
  }
  const auto ready = budget.ready_at(router, start);
  EXPECT_GE(ready, start + 19ms);
  EXPECT_LE(ready, start + 31ms);
  EXPECT_EQ(budget.ready_at(router, ready), ready);
  budget.came_back(last);
  EXPECT_EQ(budget.ready_at(router, start), start);
}

// A hundred that were lost before the rate was set, and are answered one after the other after it, are old news.
TEST(RouterBudget, silences_of_the_time_before_do_not_slow_a_router_down_again) {
  RouterBudget budget(1);
  Exchange exchange{.replies_per_second = 100};
  exchange.run(budget, 5s);
  ASSERT_TRUE(budget.is_limited(router));
  const auto rate = *budget.rate_of(router);
  EXPECT_FALSE(budget.is_of_present_rate(router, start));
  for (int i = 0; i < 100; ++i) {
    exchange.now += 10ms;
    budget.answered(router, {.sent_at = start, .after_silence = true}, exchange.now);
  }
  EXPECT_GE(*budget.rate_of(router), rate);
}

// Each asks at the time it was told: none comes in vain for long, and the router is never idle.
TEST(RouterBudget, those_who_wait_come_back_one_after_the_other) {
  RouterBudget budget(1);
  Exchange exchange{.replies_per_second = 100};
  exchange.run(budget, 5s);
  std::multiset<Instant> waiting;
  for (int i = 0; i < 40; ++i) waiting.insert(exchange.now);
  const auto begun = exchange.now;
  int asked = 0;
  while (!waiting.empty()) {
    const auto now = *waiting.begin();
    waiting.erase(waiting.begin());
    ++asked;
    const auto ready = budget.ready_at(router, now);
    if (ready > now)
      waiting.insert(ready);
    else
      std::ignore = budget.sent(router, now);
    exchange.now = now;
  }
  EXPECT_LE(asked, 40 * 6);
  EXPECT_LE(exchange.now - begun, 40 * 10ms * 1.3);
}

TEST(RouterBudget, a_probe_that_another_router_answered_costs_nothing) {
  RouterBudget budget(1);
  for (int i = 0; i < 500; ++i) {
    const auto ticket = budget.sent(router, start);
    EXPECT_EQ(budget.ready_at(router, start), start) << i;
    budget.came_back(ticket);
  }
}

TEST(RouterBudget, its_size_is_bounded) {
  RouterBudget budget(1, 64);
  for (std::uint32_t i = 0; i < 10'000; ++i)
    for (int j = 0; j < 60; ++j)
      std::ignore = budget.sent(IpAddress::v4(0x60000000 + i), start + std::chrono::microseconds(i));
  int waiting = 0;
  for (std::uint32_t i = 0; i < 10'000; ++i)
    waiting += budget.ready_at(IpAddress::v4(0x60000000 + i), start + 10ms) > start + 10ms;
  EXPECT_LE(waiting, 64);
  EXPECT_GE(waiting, 1);
}

TEST(NeighbourHops, the_nearest_neighbour_tells_when_it_has_done_so_twice) {
  NeighbourHops hops(1);
  const auto address = [](std::uint32_t index) { return IpAddress::v4(0x10000001 + (index << 8)); };
  EXPECT_EQ(hops.expected(address(0), 5), nullptr);
  hops.note(address(0), 5, IpAddress::v4(1));
  EXPECT_EQ(hops.expected(address(1), 5), nullptr);
  hops.note(address(1), 5, IpAddress::v4(1));
  ASSERT_NE(hops.expected(address(2), 5), nullptr);
  EXPECT_EQ(*hops.expected(address(2), 5), IpAddress::v4(1));
  EXPECT_EQ(*hops.expected(IpAddress::v4(0xc0000201), 5), IpAddress::v4(1)) << "nobody nearer is known";
  for (int i = 0; i < 2; ++i) hops.note(address(4'000), 5, IpAddress::v4(2));
  EXPECT_EQ(*hops.expected(address(2), 5), IpAddress::v4(1));
  EXPECT_EQ(*hops.expected(address(4'001), 5), IpAddress::v4(2));
  EXPECT_EQ(hops.expected(address(1), 6), nullptr);
}

TEST(NeighbourHops, where_each_neighbour_has_a_router_of_its_own_none_is_expected) {
  NeighbourHops hops(1);
  for (std::uint32_t i = 0; i < 100; ++i) {
    hops.note(IpAddress::v4(0x10000001 + (i << 8)), 13, IpAddress::v4(1 + i));
    EXPECT_EQ(hops.expected(IpAddress::v4(0x10000001 + ((i + 1) << 8)), 13), nullptr);
  }
}

TEST(NeighbourHops, silence_is_expected_where_neighbours_saw_it) {
  NeighbourHops hops(1);
  for (int i = 0; i < 2; ++i) hops.note(IpAddress::v4(0xc0000201), 5, IpAddress::v4(1));
  for (int i = 0; i < 2; ++i) hops.note(IpAddress::v4(0x10000001), 5, {});
  EXPECT_TRUE(hops.expected(IpAddress::v4(0x10000101), 5)->is_unspecified());
  EXPECT_EQ(*hops.expected(IpAddress::v4(0xc0000301), 5), IpAddress::v4(1));
}

}  // namespace
}  // namespace cw::probe
