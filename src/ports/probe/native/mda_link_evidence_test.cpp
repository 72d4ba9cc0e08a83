#include "ports/probe/native/mda_link_evidence.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace cw::probe {
namespace {

IpAddress hop(int number) { return IpAddress::v4(0xc6120000 + static_cast<std::uint32_t>(number)); }

class LinkEvidenceOf : public testing::Test {
 protected:
  void answer(int ttl, int flow, int from, int times = 1) {
    for (; times > 0; --times) {
      table.on_sent(ttl, flow, Instant{});
      table.on_answer(ttl, flow, hop(from), false);
    }
  }
  void lose(int ttl, int flow, int times = 1) {
    for (; times > 0; --times) table.on_sent(ttl, flow, Instant{});
    table.give_up(ttl, flow);
  }
  // Flows that come to 1 at TTL 1 and are shared among `width` at TTL 2, each asked `times`.
  void share(int flows, int width, int times = 1) {
    for (int flow = 0; flow < flows; ++flow) {
      answer(1, flow, 1);
      answer(2, flow, 2 + flow % width, times);
    }
  }
  // Of the link of flow 0.
  [[nodiscard]] LinkEvidence evidence() const {
    const auto views = table.views(2, FlowTable::FirstFlow::settled);
    return link_evidence(
        {.near = views[0], .far = views[1], .from = views[0].flow(0).seen, .to = views[1].flow(0).seen});
  }

  FlowTable table{1, 2};
};

TEST_F(LinkEvidenceOf, one_address_at_either_end_and_no_silence_is_as_sure_as_a_trace) {
  share(1, 1);
  EXPECT_TRUE(std::isinf(evidence().least()));
}

TEST_F(LinkEvidenceOf, a_second_address_wants_many_flows_or_that_they_come_again) {
  share(6, 2);
  EXPECT_LT(evidence().least(), least_link_bits);
  const double before = evidence().against_ways;
  answer(2, 0, 2);
  EXPECT_NEAR(evidence().against_ways, before + 1, 1e-9);  // half of those who choose anew come again
  share(6, 2, 3);
  EXPECT_GT(evidence().least(), least_link_bits);
}

TEST_F(LinkEvidenceOf, one_flow_with_an_address_of_its_own_has_to_show_it_again) {
  share(12, 2, 3);
  answer(1, 12, 1);
  answer(2, 12, 9);
  const auto views = table.views(2, FlowTable::FirstFlow::settled);
  EXPECT_EQ(missing_confirmations(views[1], views[1].flow(12).seen), 2);
  EXPECT_EQ(missing_confirmations(views[1], views[1].flow(0).seen), 0);
  const LinkEnds seldom{.near = views[0], .far = views[1], .from = 0, .to = views[1].flow(12).seen};
  EXPECT_EQ(link_evidence(seldom).least(), 0);
  answer(2, 12, 9, 2);
  const auto confirmed = table.views(2, FlowTable::FirstFlow::settled);
  EXPECT_EQ(missing_confirmations(confirmed[1], confirmed[1].flow(12).seen), 0);
}

TEST_F(LinkEvidenceOf, silence_now_and_then_may_be_a_second_way) {
  for (int flow = 0; flow < 12; ++flow) {
    lose(1, flow);
    answer(1, flow, 1);
    answer(2, flow, 2 + flow % 2);
  }
  EXPECT_LT(evidence().against_silence, least_link_bits);
}

TEST_F(LinkEvidenceOf, one_lost_probe_of_many_is_chance) {
  share(16, 1);
  lose(1, 0);
  EXPECT_TRUE(std::isinf(evidence().least()));
}

TEST_F(LinkEvidenceOf, what_all_hops_lose_alike_is_chance) {
  share(12, 1);
  for (int flow = 0; flow < 12; flow += 3) lose(1, flow);
  EXPECT_FALSE(std::isinf(evidence().least()));
  for (int flow = 1; flow < 12; flow += 3) lose(2, flow);
  EXPECT_TRUE(std::isinf(evidence().least()));
}

TEST_F(LinkEvidenceOf, a_flow_that_stays_silent_is_a_way_unless_loss_explains_it) {
  const auto silent = [&] { return table.views(2, FlowTable::FirstFlow::settled)[1].silent; };
  share(12, 1);
  lose(2, 12, 3);
  EXPECT_EQ(silent(), 1);
  for (int flow = 0; flow < 12; flow += 3) {
    lose(1, flow);
    lose(2, flow + 1);
  }
  EXPECT_EQ(silent(), 0);
  lose(2, 12, 6);  // nine times
  EXPECT_EQ(silent(), 1);
}

TEST_F(LinkEvidenceOf, flows_that_meet_several_addresses_lead_nowhere) {
  share(24, 2, 4);
  EXPECT_GT(evidence().least(), least_link_bits);
  for (int flow = 0; flow < 24; ++flow) answer(1, flow, 1);
  answer(1, 0, 8);
  EXPECT_EQ(evidence().least(), 0);
}

}  // namespace
}  // namespace cw::probe
