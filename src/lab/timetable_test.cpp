#include "lab/timetable.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/test_packets.hpp"

namespace cw::lab::test {
namespace {

using namespace std::chrono_literals;

constexpr auto by_north = "192.0.2.1 198.51.100.1 198.51.100.2 198.51.100.4 203.0.113.1";
constexpr auto by_south = "192.0.2.1 198.51.100.1 198.51.100.3 198.51.100.4 203.0.113.1";

std::string trace_at(Vantage& vantage, Duration since_start, int most_hops = 32) {
  vantage.wait_until(since_start);
  return vantage.trace(address("203.0.113.1"), 0, most_hops);
}

TEST(Timetable, a_link_that_fails_moves_the_path_when_routers_have_noticed) {
  Vantage vantage(scenario_file("outage"));
  EXPECT_EQ(trace_at(vantage, 0s), by_north);
  EXPECT_EQ(trace_at(vantage, 59s), by_north);
  // Until then packets fall into the gap.
  vantage.wait_until(60500ms);
  EXPECT_TRUE(vantage.ask(echo_request(vantage.scenario(), {.destination = address("203.0.113.1")})).empty());
  EXPECT_EQ(vantage.internet().counters().dropped_by(DropCause::link_down), 1U);
  EXPECT_EQ(trace_at(vantage, 61s), by_south);
  EXPECT_EQ(trace_at(vantage, 182s), by_north);
}

TEST(Timetable, delays_and_loss_change_without_changing_the_path) {
  Vantage vantage(scenario_file("outage"));
  const auto round_trip = [&] {
    const auto sent = vantage.now();
    const auto arrivals = vantage.ask(echo_request(vantage.scenario(), {.destination = address("203.0.113.1")}));
    return milliseconds(arrivals.at(0).at - sent);
  };
  const auto before = round_trip();
  vantage.wait_until(241s);
  EXPECT_DOUBLE_EQ(round_trip(), before + 30);
  EXPECT_EQ(trace_at(vantage, 250s), by_north);
  vantage.wait_until(310s);
  std::size_t answered = 0;
  for (int i = 0; i < 200; ++i)
    answered += vantage.ask(echo_request(vantage.scenario(), {.destination = address("203.0.113.1")})).size();
  EXPECT_GT(answered, 95U);
  EXPECT_LT(answered, 160U);
  vantage.wait_until(361s);
  EXPECT_DOUBLE_EQ(round_trip(), before);
}

TEST(Timetable, a_destination_cut_off_is_refused_by_the_router_before_the_gap) {
  Vantage vantage(scenario_file("outage"));
  EXPECT_EQ(trace_at(vantage, 430s), "192.0.2.1 198.51.100.1 198.51.100.2 198.51.100.2!N");
  EXPECT_EQ(trace_at(vantage, 490s, 6), "192.0.2.1 198.51.100.1 198.51.100.2 198.51.100.4 * *");
  EXPECT_EQ(trace_at(vantage, 545s), by_north);
}

TEST(Timetable, it_starts_anew_where_the_scenario_says_so) {
  Vantage vantage(scenario_file("outage"));
  EXPECT_EQ(trace_at(vantage, 600s + 70s), by_south);
  EXPECT_EQ(trace_at(vantage, 600s + 545s), by_north);
  EXPECT_EQ(trace_at(vantage, 7 * 600s + 70s), by_south);
  EXPECT_EQ(trace_at(vantage, 7 * 600s + 430s), "192.0.2.1 198.51.100.1 198.51.100.2 198.51.100.2!N");
}

TEST(Timetable, routers_and_routes_change_too) {
  auto text = std::string(R"(
    [vantage]
    v4 = "192.0.2.10"
    router = "a"
    [[router]]
    name = "a"
    v4 = "192.0.2.1"
    [[router]]
    name = "b"
    v4 = "192.0.2.2"
    [[router]]
    name = "c"
    v4 = "192.0.2.3"
    [[link]]
    a = "a"
    b = "b"
    [[link]]
    a = "b"
    b = "c"
    [[link]]
    a = "a"
    b = "c"
    cost = 5
    [[host]]
    address = "203.0.113.1"
    router = "c"
    [[change]]
    at = 10
    router = "b"
    silent = true
    [[change]]
    at = 20
    router = "b"
    up = false
    [[change]]
    at = 30
    router = "b"
    up = true
    silent = false
    [[change]]
    at = 40
    router = "a"
    prefix = "203.0.113.0/24"
    via = "c"
    [[change]]
    at = 50
    router = "a"
    prefix = "203.0.113.0/24"
    remove = true
    [[change]]
    at = 60
    vantage = true
    up = false
  )");
  Vantage vantage(scenario_text(text));
  EXPECT_EQ(trace_at(vantage, 0s), "192.0.2.1 192.0.2.2 192.0.2.3 203.0.113.1");
  EXPECT_EQ(trace_at(vantage, 11s), "192.0.2.1 * 192.0.2.3 203.0.113.1");
  EXPECT_EQ(trace_at(vantage, 21s), "192.0.2.1 192.0.2.3 203.0.113.1");
  EXPECT_EQ(trace_at(vantage, 31s), "192.0.2.1 192.0.2.2 192.0.2.3 203.0.113.1");
  EXPECT_EQ(trace_at(vantage, 41s), "192.0.2.1 192.0.2.3 203.0.113.1");
  EXPECT_EQ(trace_at(vantage, 51s), "192.0.2.1 192.0.2.2 192.0.2.3 203.0.113.1");
  EXPECT_EQ(trace_at(vantage, 61s, 2), "* *");
}

}  // namespace
}  // namespace cw::lab::test
