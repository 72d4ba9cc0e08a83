#include "ports/probe/native/router_budget.hpp"

#include <gtest/gtest.h>

#include <deque>

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
    bool answers;
    bool second;
  };
  void send(RouterBudget& budget, bool second) {
    budget.sent(router, now);
    ++sent;
    const bool answers = (replies_per_second == 0 || tokens >= 1) && random.unit() >= loss;
    if (answers && replies_per_second != 0) tokens -= 1;
    waiting.push_back({.at = now + 20ms, .answers = answers, .second = second});
  }
  void take(RouterBudget& budget, const Due& due) {
    answered += due.answers;
    if (due.answers)
      budget.answered(router, due.second ? 1 : 0, now);
    else if (!due.second)
      ++again;
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
    EXPECT_GE(exchange.answered - answered, 10 * limit * 0.6) << limit;
    EXPECT_LE(exchange.sent - sent, (exchange.answered - answered) * 2) << limit;
  }
}

TEST(RouterBudget, an_empty_bucket_says_when_it_is_worth_asking) {
  RouterBudget budget(1);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(budget.ready_at(router, start), start);
    budget.sent(router, start);
  }
  const auto ready = budget.ready_at(router, start);
  EXPECT_GE(ready, start + 19ms);
  EXPECT_LE(ready, start + 31ms);
  EXPECT_EQ(budget.ready_at(router, ready), ready);
  budget.answered(router, 0, start);
  EXPECT_EQ(budget.ready_at(router, start), start);
}

TEST(RouterBudget, its_size_is_bounded) {
  RouterBudget budget(1, 64);
  for (std::uint32_t i = 0; i < 10'000; ++i)
    for (int j = 0; j < 60; ++j) budget.sent(IpAddress::v4(0x60000000 + i), start + std::chrono::microseconds(i));
  int waiting = 0;
  for (std::uint32_t i = 0; i < 10'000; ++i)
    waiting += budget.ready_at(IpAddress::v4(0x60000000 + i), start + 10ms) > start + 10ms;
  EXPECT_LE(waiting, 64);
  EXPECT_GE(waiting, 1);
}

TEST(NeighbourHops, the_nearest_neighbour_tells) {
  NeighbourHops hops(1);
  const auto address = [](std::uint32_t index) { return IpAddress::v4(0x10000001 + (index << 8)); };
  EXPECT_EQ(hops.expected(address(0), 5), nullptr);
  hops.note(address(0), 5, IpAddress::v4(1));
  hops.note(address(4'000), 5, IpAddress::v4(2));
  ASSERT_NE(hops.expected(address(1), 5), nullptr);
  EXPECT_EQ(*hops.expected(address(1), 5), IpAddress::v4(1));
  EXPECT_EQ(*hops.expected(address(4'001), 5), IpAddress::v4(2));
  EXPECT_EQ(*hops.expected(IpAddress::v4(0xc0000201), 5), IpAddress::v4(2)) << "the latest of all";
  EXPECT_EQ(hops.expected(address(1), 6), nullptr);
}

}  // namespace
}  // namespace cw::probe
