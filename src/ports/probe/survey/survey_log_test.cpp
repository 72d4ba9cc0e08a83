#include "ports/probe/survey/survey_log.hpp"

#include <gtest/gtest.h>

namespace cw::probe {
namespace {

SurveyReply reply() {
  SurveyReply reply;
  reply.destination = IpAddress::parse("198.51.100.9").value();
  reply.ttl = Ttl{3};
  reply.reply.from = IpAddress::parse("192.0.2.1").value();
  reply.reply.rtt = std::chrono::microseconds(12'345);
  reply.reply.icmp_type = 11;
  reply.reply.reply_ttl = 62;
  reply.reply.quoted_ttl = 1;
  return reply;
}

TEST(SurveyLog, a_reply_is_one_line) {
  EXPECT_EQ(to_json(reply()),
            R"({"destination":"198.51.100.9","ttl":3,"from":"192.0.2.1","rtt_ms":12.345,"icmp_type":11,"icmp_code":0,)"
            R"("reply_ttl":62,"quoted_ttl":1})");
}

TEST(SurveyLog, a_tcp_segment_has_flags_where_an_icmp_message_has_a_type) {
  auto written = reply();
  written.reply.icmp_type = 0;
  written.reply.tcp_flags = 0x12;
  written.reply.quoted_ttl = {};
  EXPECT_EQ(to_json(written),
            R"({"destination":"198.51.100.9","ttl":3,"from":"192.0.2.1","rtt_ms":12.345,"icmp_type":null,)"
            R"("icmp_code":null,"tcp_flags":18,"reply_ttl":62})");
  const auto read = survey_reply_from_json(to_json(written)).value();
  written.reply.rtt = {};
  EXPECT_EQ(read.reply, written.reply);
}

TEST(SurveyLog, a_class_that_was_changed_on_the_way_is_said) {
  auto written = reply();
  written.reply.quoted_tos = 0;
  EXPECT_TRUE(to_json(written).ends_with(R"("quoted_ttl":1,"quoted_tos":0})"));
}

TEST(SurveyLog, what_a_later_run_needs_of_a_line_comes_back) {
  auto written = reply();
  written.verified = false;
  const auto read = survey_reply_from_json(to_json(written)).value();
  written.reply.rtt = {};
  EXPECT_EQ(read.destination, written.destination);
  EXPECT_EQ(read.ttl, written.ttl);
  EXPECT_EQ(read.reply, written.reply);
  EXPECT_FALSE(read.verified);
}

TEST(SurveyLog, lines_that_are_no_replies_are_invalid) {
  for (const auto* line :
       {"", "{", "[]", "{}", R"({"destination":"x","ttl":1})", R"({"shared_hop":{"ttl":1}})",
        R"({"destination":"198.51.100.9","ttl":300,"from":"192.0.2.1","icmp_type":1,"icmp_code":1})"})
    EXPECT_EQ(survey_reply_from_json(line).error().kind, ErrorKind::invalid) << line;
}

TEST(SurveyLog, a_state_comes_back_as_it_was) {
  const SurveyState state{.fingerprint = 0xffff'ffff'ffff'ffff, .seed = 1, .position = 77, .bytes = 1234};
  EXPECT_EQ(survey_state_from_json(to_json(state)).value(), state);
  EXPECT_FALSE(survey_state_from_json(R"({"plan":"x"})"));
  EXPECT_FALSE(survey_state_from_json(R"({"plan":1,"seed":"1","position":"1","bytes":"1"})"));
}

}  // namespace
}  // namespace cw::probe
