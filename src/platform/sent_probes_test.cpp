#include "platform/sent_probes.hpp"

#include <gtest/gtest.h>

namespace cw::platform {
namespace {

using namespace std::chrono_literals;

constexpr auto destination = IpAddress::v4(0xcb007107);
const Instant start{1000s};

SentProbe probe(std::uint8_t number, std::uint16_t source_port = 40000) {
  SentProbe sent{.destination = destination,
                 .source_port = source_port,
                 .destination_port = 33434,
                 .identification = number,
                 .head_size = 20,
                 .sent_at = start};
  sent.head[8] = number;
  return sent;
}

QuotedProbe quote(std::span<const std::uint8_t> payload, std::uint16_t source_port = 40000) {
  return {.destination = destination, .source_port = source_port, .destination_port = 33434, .payload = payload};
}

struct SentProbesTest : testing::Test {
  SentProbesTest() {
    for (std::uint8_t number = 1; number <= 3; ++number) sent.add(probe(number));
  }
  int answered(std::span<const std::uint8_t> payload, Instant now = start + 50ms) {
    const auto* found = sent.answer(quote(payload), now);
    return found == nullptr ? 0 : found->identification;
  }
  SentProbes sent;
};

TEST_F(SentProbesTest, a_quoted_payload_names_its_probe_also_twice) {
  const auto second = probe(2);
  EXPECT_EQ(answered(second.bytes().subspan(8)), 2);
  EXPECT_EQ(answered(second.bytes().subspan(8)), 2);
}

TEST_F(SentProbesTest, of_several_probes_none_is_guessed) { EXPECT_EQ(answered({}), 0); }

TEST_F(SentProbesTest, a_bare_header_names_the_only_probe_without_an_answer) {
  answered(probe(1).bytes().subspan(8));
  answered(probe(3).bytes().subspan(8));
  EXPECT_EQ(answered({}), 2);
  EXPECT_EQ(answered({}), 0);
}

TEST_F(SentProbesTest, the_start_of_a_payload_may_be_enough) {
  const std::array<std::uint8_t, 4> start_of_third{3, 0, 0, 0};
  EXPECT_EQ(answered(start_of_third), 3);
}

TEST_F(SentProbesTest, old_probes_wait_for_nothing) {
  auto late = probe(4);
  late.sent_at = start + 20s;
  sent.add(late);
  EXPECT_EQ(answered({}, start + 20s + 30ms), 4);
}

TEST_F(SentProbesTest, other_flows_and_forged_payloads_name_none) {
  EXPECT_EQ(sent.answer(quote({}, 40001), start), nullptr);
  const std::array<std::uint8_t, 12> forged{9, 9, 9};
  EXPECT_EQ(answered(forged), 0);
}

TEST_F(SentProbesTest, the_oldest_make_room_for_the_latest) {
  for (std::size_t i = 0; i < SentProbes::most_probes; ++i) sent.add(probe(9, 50000));
  EXPECT_EQ(answered(probe(1).bytes().subspan(8)), 0);
}

}  // namespace
}  // namespace cw::platform
