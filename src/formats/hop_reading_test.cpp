#include "formats/hop_reading.hpp"

#include <gtest/gtest.h>

#include "formats/format_examples.hpp"

namespace cw::formats {
namespace {

using namespace std::chrono_literals;
using enum HopLabel;

// A hop that lost its last `lost` probes.
Hop hop(int ttl, int sent, int lost) {
  Hop result{.ttl = Ttl{static_cast<std::uint8_t>(ttl)}, .sent = sent};
  for (int attempt = 1; attempt <= sent - lost; ++attempt)
    result.replies.push_back({.from = IpAddress::v4(0xc6336400U + static_cast<unsigned>(ttl)),
                              .rtt = std::chrono::milliseconds(ttl),
                              .icmp_type = 11,
                              .attempt = attempt});
  return result;
}

// An mtr of so many rounds that lost so many probes at each hop; the last one is the destination.
Measurement rounds(int sent, const std::vector<int>& lost) {
  Measurement measurement = example_head(Kind::mtr);
  for (const int each : lost)
    measurement.hops.push_back(hop(static_cast<int>(measurement.hops.size()) + 1, sent, each));
  return measurement;
}

std::vector<HopLabel> labels(const Measurement& measurement) {
  std::vector<HopLabel> result;
  for (const HopReading& reading : read_hops(measurement)) result.push_back(reading.label);
  return result;
}

using Labels = std::vector<HopLabel>;

TEST(HopReading, nothing_lost_is_ok) { EXPECT_EQ(labels(rounds(10, {0, 0, 0})), (Labels{ok, ok, ok})); }

TEST(HopReading, one_lost_of_ten_is_chance) { EXPECT_EQ(labels(rounds(10, {0, 1, 1})), (Labels{ok, ok, ok})); }

TEST(HopReading, loss_that_ends_at_the_next_hop_is_a_limit_on_answers) {
  EXPECT_EQ(labels(rounds(10, {0, 6, 0, 0})), (Labels{ok, rate_limited, ok, ok}));
}

TEST(HopReading, a_hop_that_never_answers_before_others_that_do_is_silent) {
  EXPECT_EQ(labels(rounds(10, {0, 10, 0})), (Labels{ok, silent, ok}));
}

TEST(HopReading, loss_that_goes_on_to_the_destination_is_of_the_hop_where_it_begins) {
  EXPECT_EQ(labels(rounds(100, {0, 0, 20, 22, 19})), (Labels{ok, ok, forwarding_loss, loss_before, loss_before}));
}

TEST(HopReading, a_silent_hop_between_does_not_hide_where_loss_begins) {
  EXPECT_EQ(labels(rounds(100, {0, 20, 100, 21})), (Labels{ok, forwarding_loss, silent, loss_before}));
}

TEST(HopReading, a_limit_before_the_lossy_link_is_told_from_it) {
  EXPECT_EQ(labels(rounds(100, {50, 0, 20, 20})), (Labels{rate_limited, ok, forwarding_loss, loss_before}));
}

TEST(HopReading, a_limit_on_top_of_loss_is_a_limit) {
  EXPECT_EQ(labels(rounds(100, {0, 20, 70, 20})), (Labels{ok, forwarding_loss, rate_limited, loss_before}));
}

TEST(HopReading, more_loss_further_on_begins_there) {
  EXPECT_EQ(labels(rounds(200, {0, 20, 20, 80, 80})),
            (Labels{ok, forwarding_loss, loss_before, forwarding_loss, loss_before}));
}

TEST(HopReading, loss_of_the_destination_alone_is_its_own) {
  EXPECT_EQ(labels(rounds(10, {0, 0, 5})), (Labels{ok, ok, destination_loss}));
}

TEST(HopReading, without_the_destination_nobody_can_say_what_is_lost) {
  Measurement measurement = rounds(10, {0, 5, 5, 10, 10});
  measurement.status = Status::silent;
  EXPECT_EQ(labels(measurement), (Labels{ok, unclear, unclear, no_answer, no_answer}));
}

TEST(HopReading, a_limit_is_seen_without_the_destination_too) {
  Measurement measurement = rounds(10, {0, 8, 0, 10});
  measurement.status = Status::silent;
  EXPECT_EQ(labels(measurement), (Labels{ok, rate_limited, ok, no_answer}));
}

TEST(HopReading, an_inferred_hop_was_not_probed) {
  Measurement measurement = rounds(3, {0, 0});
  measurement.hops[0] = {.ttl = Ttl{1}, .inferred = InferredHop{.from = address("192.168.1.1"), .verified_at = {}}};
  EXPECT_EQ(labels(measurement), (Labels{not_probed, ok}));
}

TEST(HopReading, addresses_of_a_load_balanced_hop_are_never_mixed) {
  Measurement measurement = rounds(4, {0});
  auto& replies = measurement.hops[0].replies;
  replies[1].from = replies[3].from = address("198.51.100.77");
  replies[1].rtt = 30ms;
  replies[3].rtt = 50ms;
  replies.push_back({.from = address("198.51.100.77"), .rtt = 900ms, .attempt = 4, .duplicate = true});
  const auto readings = read_hops(measurement);
  ASSERT_EQ(readings[0].addresses.size(), 2U);
  EXPECT_EQ(readings[0].addresses[0].from, address("198.51.100.1"));
  EXPECT_EQ(readings[0].addresses[0].received, 2);
  EXPECT_EQ(readings[0].addresses[0].rtt.worst, 1ms);
  EXPECT_EQ(readings[0].addresses[1].received, 2);
  EXPECT_EQ(readings[0].addresses[1].rtt.best, 30ms);
  EXPECT_EQ(readings[0].addresses[1].rtt.average, 40ms);
  EXPECT_EQ(readings[0].addresses[1].rtt.worst, 50ms);
}

// The probabilities of at least that much loss on a path that loses 1 %, from the binomial distribution.
TEST(HopReading, what_chance_explains_depends_on_how_many_probes_there_were) {
  EXPECT_TRUE(loss_is_chance(3, 2));      // fewer than two lost
  EXPECT_FALSE(loss_is_chance(10, 8));    // 0.4 %
  EXPECT_FALSE(loss_is_chance(30, 28));   // 3.6 %
  EXPECT_TRUE(loss_is_chance(100, 97));   // 7.9 %
  EXPECT_FALSE(loss_is_chance(100, 96));  // 1.8 %
  EXPECT_TRUE(loss_is_chance(10'000, 9'900));
  EXPECT_FALSE(loss_is_chance(10'000, 9'800));
  EXPECT_TRUE(loss_is_chance(100'000, 99'000));
  EXPECT_FALSE(loss_is_chance(100'000, 98'900));
}

TEST(HopReading, a_small_difference_of_few_probes_is_none) {
  EXPECT_FALSE(loses_fewer({.sent = 10, .received = 10, .loss = 0}, {.sent = 10, .received = 8, .loss = 0.2}));
  EXPECT_TRUE(loses_fewer({.sent = 10, .received = 10, .loss = 0}, {.sent = 10, .received = 7, .loss = 0.3}));
  EXPECT_TRUE(loses_fewer({.sent = 1000, .received = 900, .loss = 0.1}, {.sent = 1000, .received = 870, .loss = 0.13}));
  EXPECT_FALSE(loses_fewer({.sent = 10, .received = 7, .loss = 0.3}, {.sent = 10, .received = 10, .loss = 0}));
}

TEST(HopReading, repeated_traces_are_read_as_rounds) {
  std::vector<Measurement> traces;
  for (int i = 0; i < 10; ++i) traces.push_back(rounds(1, {0, i % 2, 0}));
  const Measurement joined = join_rounds(traces);
  ASSERT_EQ(joined.hops.size(), 3U);
  EXPECT_EQ(joined.hops[1].sent, 10);
  EXPECT_EQ(joined.hops[0].replies[9].attempt, 10);
  EXPECT_EQ(labels(joined), (Labels{ok, rate_limited, ok}));
}

TEST(HopReading, a_hop_that_was_probed_in_one_trace_and_inferred_in_another_counts_where_it_was_probed) {
  std::vector<Measurement> traces{rounds(1, {0, 0}), rounds(1, {0, 0})};
  traces[1].hops[0] = {.ttl = Ttl{1}, .inferred = InferredHop{.from = address("198.51.100.1"), .verified_at = {}}};
  const Measurement joined = join_rounds(traces);
  EXPECT_EQ(joined.hops[0].sent, 1);
  EXPECT_EQ(joined.hops[0].inferred, std::nullopt);
  EXPECT_EQ(joined.hops[1].sent, 2);
}

}  // namespace
}  // namespace cw::formats
