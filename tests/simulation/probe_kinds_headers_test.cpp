// What probes carry in their headers and what routers on the way do to them: DSCP, translated addresses, TTLs that
// run out unnoticed, the identity in the payload.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "codec/ip.hpp"
#include "lab/ground_truth.hpp"
#include "probe_kinds_ways.hpp"

namespace cw::lab {
namespace {

using namespace std::chrono_literals;

class HeadersOverTheLab : public OverEveryWay {};
INSTANTIATE_TEST_SUITE_P(Ways, HeadersOverTheLab, all_probe_ways(), probe_way_name);

const Reply& answer_at(const Measurement& result, int ttl) {
  return *result.hops.at(static_cast<std::size_t>(ttl - 1)).answer();
}

TEST_P(HeadersOverTheLab, the_result_says_where_it_was_sent_from) {
  EngineLab lab(Row{.routers = 5});
  const auto result = lab.measure(request());
  EXPECT_EQ(result.source, *IpAddress::parse(family() == Family::v4 ? "192.0.2.1" : "2001:db8:0:ff::1"));
  EXPECT_EQ(result.dscp, 0);
  for (const auto& hop : result.hops)
    for (const auto& reply : hop.replies) {
      EXPECT_FALSE(reply.quoted_tos);
      EXPECT_FALSE(reply.rewritten);
    }
}

TEST_P(HeadersOverTheLab, a_dscp_that_routers_keep_is_no_news_and_one_that_is_bleached_is_seen_from_the_next_hop_on) {
  EngineLab lab(Row{.routers = 9, .router_lines = {{4, "bleaches_dscp = true"}}});
  auto wanted = request();
  wanted.dscp = 46;
  const auto result = lab.measure(wanted);
  EXPECT_EQ(path_text(result), row_text(9, family()));
  EXPECT_EQ(result.dscp, 46);
  for (int ttl = 1; ttl <= 4; ++ttl) EXPECT_FALSE(answer_at(result, ttl).quoted_tos) << ttl;
  for (int ttl = 5; ttl <= 9; ++ttl) EXPECT_EQ(answer_at(result, ttl).quoted_tos, 0) << ttl;
}

TEST_P(HeadersOverTheLab, a_router_that_forwards_a_ttl_of_zero_leaves_the_next_one_twice_with_a_quoted_ttl_of_0) {
  const Row row{.routers = 9, .router_lines = {{4, "forwards_zero_ttl = true"}}};
  EngineLab lab(row);
  const auto result = lab.measure(request());
  EXPECT_EQ(result.status, Status::reached);
  EXPECT_EQ(answer_at(result, 4).from, router(5));
  EXPECT_EQ(answer_at(result, 4).quoted_ttl, 0);
  EXPECT_EQ(answer_at(result, 5).from, router(5));
  EXPECT_EQ(answer_at(result, 5).quoted_ttl, 1);
  EXPECT_EQ(expected_path(lab.internet(), host()).to_string(), path_text(result));
}

std::string translator(std::string_view more) {
  return fmt::format("translates_to = [\"198.51.100.200\", \"2001:db8:c::200\"]\n{}", more);
}

TEST_P(HeadersOverTheLab, a_translator_that_restores_what_is_quoted_cannot_be_seen) {
  EngineLab lab(Row{.routers = 9, .router_lines = {{3, translator("")}}});
  const auto result = lab.measure(request());
  EXPECT_EQ(path_text(result), row_text(9, family()));
  EXPECT_EQ(result.status, Status::reached);
  for (const auto& hop : result.hops) EXPECT_FALSE(hop.answer()->rewritten) << int{hop.ttl.value};
}

TEST_P(HeadersOverTheLab, a_translator_that_leaves_the_quoted_checksum_is_seen_behind_it) {
  EngineLab lab(Row{.routers = 9, .router_lines = {{3, translator("translates_quotes = \"half\"")}}});
  const auto result = lab.measure(request());
  EXPECT_EQ(path_text(result), row_text(9, family()));
  for (int ttl = 1; ttl <= 3; ++ttl) EXPECT_FALSE(answer_at(result, ttl).rewritten) << ttl;
  for (int ttl = 4; ttl <= 9; ++ttl) EXPECT_TRUE(answer_at(result, ttl).rewritten) << ttl;
}

TEST_P(HeadersOverTheLab, quotes_that_nobody_translated_back_still_find_their_probe) {
  EngineLab lab(Row{.routers = 9, .router_lines = {{3, translator("translates_quotes = \"none\"")}}});
  const auto result = lab.measure(request());
  EXPECT_EQ(path_text(result), row_text(9, family()));
  EXPECT_EQ(result.status, Status::reached);
  for (int ttl = 1; ttl <= 3; ++ttl) EXPECT_FALSE(answer_at(result, ttl).rewritten) << ttl;
  for (int ttl = 4; ttl <= 9; ++ttl) EXPECT_TRUE(answer_at(result, ttl).rewritten) << ttl;
}

TEST_P(HeadersOverTheLab, another_identification_alone_is_seen_too) {
  EngineLab lab(Row{.routers = 9, .router_lines = {{3, translator("translates_identification = true")}}});
  const auto result = lab.measure(request());
  EXPECT_EQ(path_text(result), row_text(9, family()));
  for (int ttl = 4; ttl <= 9; ++ttl) EXPECT_EQ(answer_at(result, ttl).rewritten, family() == Family::v4) << ttl;
}

TEST_P(HeadersOverTheLab, every_icmp_and_udp_probe_carries_the_text_and_paths_stay_right) {
  const std::string text = "cyberwatch; abuse: noc@example.net!";  // of odd length
  EngineLab lab(Row{}, {.packets_per_second = 0, .seed = 1, .identity_text = text});
  for (const auto kind : {Kind::trace, Kind::mtr}) {
    const auto result = lab.measure(request(kind));
    EXPECT_EQ(path_text(result), row_text(13, family()));
    EXPECT_EQ(result.status, Status::reached);
  }
  EXPECT_EQ(lab.counter("reply_bad_cookie"), 0);
  EXPECT_EQ(lab.counter("reply_unmatched"), 0);
}

}  // namespace
}  // namespace cw::lab
