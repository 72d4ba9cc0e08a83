#include "ports/probe/native/mda_flow_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cw::probe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto target = IpAddress::v4(0xcb007107);
IpAddress hop(int number) { return IpAddress::v4(0xc6120000 + static_cast<std::uint32_t>(number)); }

class MdaFlowTable : public testing::Test {
 protected:
  void answer(int ttl, int flow, const IpAddress& from) {
    table.on_sent(ttl, flow, Instant{});
    table.on_answer(ttl, flow, from, from == target);
  }
  void silence(int ttl, int flow) {
    table.on_sent(ttl, flow, Instant{});
    table.give_up(ttl, flow);
  }
  [[nodiscard]] PathGraph graph() const { return make_graph(table, target); }

  FlowTable table{1, 10};
};

TEST_F(MdaFlowTable, a_link_needs_one_flow_at_both_ends) {
  answer(1, 0, hop(1));
  answer(2, 1, hop(2));
  EXPECT_THAT(graph().interfaces, SizeIs(2));
  EXPECT_THAT(graph().links, IsEmpty());
  answer(2, 0, hop(2));
  ASSERT_THAT(graph().links, SizeIs(1));
  const auto link = graph().links.front();
  EXPECT_EQ(graph().interfaces[link.from].address, hop(1));
  EXPECT_EQ(graph().interfaces[link.to].address, hop(2));
  EXPECT_THAT(link.flows, ElementsAre(0));
}

TEST_F(MdaFlowTable, one_flow_is_not_enough_where_there_are_two_ways) {
  answer(1, 0, hop(1));
  answer(2, 0, hop(2));
  answer(2, 1, hop(3));
  EXPECT_THAT(graph().links, IsEmpty());
  for (int flow = 0; flow < 12; ++flow) {
    answer(1, flow, hop(1));
    for (int repeat = 0; repeat < 3; ++repeat) answer(2, flow, hop(2 + flow % 2));
  }
  EXPECT_THAT(graph().links, SizeIs(2));
}

TEST_F(MdaFlowTable, a_silent_ttl_joins_nothing) {
  answer(1, 0, hop(1));
  silence(2, 0);
  answer(3, 0, hop(3));
  const auto seen = graph();
  ASSERT_THAT(seen.interfaces, SizeIs(3));
  EXPECT_EQ(seen.interfaces[1].address, std::nullopt);
  EXPECT_THAT(seen.interfaces[1].flows, ElementsAre(0));
  EXPECT_THAT(seen.links, IsEmpty());
}

TEST_F(MdaFlowTable, a_flow_that_changes_its_way_takes_away_the_links_from_that_ttl) {
  for (int flow = 0; flow < 24; ++flow) {
    answer(1, flow, hop(1));
    answer(2, flow, hop(2));
    answer(3, flow, hop(4));
  }
  EXPECT_THAT(graph().links, SizeIs(2));
  for (int flow = 0; flow < 24; flow += 2) answer(2, flow, hop(3));
  const auto seen = graph();
  EXPECT_THAT(seen.per_packet, ElementsAre(Ttl{2}));
  ASSERT_THAT(seen.interfaces, SizeIs(4));
  EXPECT_THAT(seen.interfaces[1].flows, SizeIs(24));
  EXPECT_THAT(seen.interfaces[2].flows, SizeIs(12));
  for (const auto& link : seen.links) EXPECT_EQ(seen.interfaces[link.from].ttl, Ttl{1});
}

TEST_F(MdaFlowTable, several_addresses_after_such_a_ttl_are_met_packet_by_packet_too) {
  for (const int flow : {0, 1, 2, 3}) {
    answer(1, flow, hop(1));
    answer(2, flow, hop(2 + flow % 2));
    answer(3, flow, hop(4 + flow % 2));
    answer(4, flow, hop(6));
  }
  answer(2, 0, hop(3));
  EXPECT_THAT(graph().per_packet, ElementsAre(Ttl{2}, Ttl{3}));
}

TEST_F(MdaFlowTable, what_answers_beyond_the_end_of_a_flow_is_no_hop) {
  answer(1, 0, hop(1));
  answer(3, 0, target);
  EXPECT_EQ(graph().interfaces.back().ttl, Ttl{3});
  answer(2, 0, target);
  EXPECT_EQ(graph().interfaces.back().ttl, Ttl{2});
  EXPECT_TRUE(table.ended_before(0, 3));
  EXPECT_FALSE(table.ended_before(0, 2));
  EXPECT_EQ(table.highest_forwarder(), 1);
}

TEST_F(MdaFlowTable, where_flows_have_paths_of_unequal_length_an_end_counts_once) {
  answer(1, 0, hop(1));
  answer(1, 1, hop(1));
  answer(2, 0, target);
  // Flow 1 may have been there at TTL 2 already.
  answer(3, 1, target);
  EXPECT_THAT(graph().interfaces, SizeIs(2));
  answer(2, 1, hop(2));
  EXPECT_THAT(graph().interfaces, SizeIs(4));
  for (int flow = 0; flow < 24; ++flow) {
    answer(1, flow, hop(1));
    for (int repeat = 0; repeat < 3; ++repeat) answer(2, flow, flow % 2 == 0 ? target : hop(2));
    answer(3, flow, target);
  }
  EXPECT_THAT(graph().interfaces, SizeIs(4));
  EXPECT_THAT(graph().links, SizeIs(3));
}

TEST_F(MdaFlowTable, an_answer_after_all_takes_the_silence_back) {
  answer(1, 0, hop(1));
  silence(2, 0);
  EXPECT_TRUE(table.cell(2, 0).is_settled());
  EXPECT_THAT(table.reopen_silent(2), ElementsAre(0));
  EXPECT_FALSE(table.cell(2, 0).is_settled());
  EXPECT_TRUE(table.cell(2, 0).open);
  table.on_answer(2, 0, hop(2), false);
  EXPECT_THAT(graph().links, SizeIs(1));
}

}  // namespace
}  // namespace cw::probe
