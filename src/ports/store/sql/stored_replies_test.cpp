#include "ports/store/sql/stored_replies.hpp"

#include <gtest/gtest.h>

#include "ports/store/sample_measurements.hpp"

namespace cw::store {
namespace {

ReplyContext context_of(const Measurement& measurement) {
  ReplyContext context{.address = measurement.address, .method = measurement.method, .first_ttl = {}};
  if (measurement.kind != Kind::ping && !measurement.hops.empty()) {
    context.first_ttl = measurement.hops.front().ttl;
    context.path_addresses = path_addresses(measurement);
  }
  return context;
}

TEST(StoredReplies, a_plain_trace_takes_little_more_than_its_reply_ttls) {
  Random random(1);
  const auto measurement = samples::plain_trace(random, samples::start()).measurement;
  const auto stored = encode_replies(measurement);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->rtts, "[412,null,9100,12345]");
  EXPECT_EQ(stored->detail, R"({"sent":[[1,2]],"reply_ttl":[60,60,60]})");
}

TEST(StoredReplies, random_replies_read_back_as_they_were) {
  Random random(2);
  for (int i = 0; i < 2'000; ++i) {
    const auto measurement = samples::random_measurement(random, samples::start());
    const auto stored = encode_replies(measurement);
    ASSERT_TRUE(stored);
    const auto hops = decode_replies(context_of(measurement), stored->rtts, stored->detail);
    ASSERT_TRUE(hops) << hops.error().message << "\n" << stored->rtts << "\n" << stored->detail;
    ASSERT_EQ(*hops, measurement.hops) << stored->detail;
  }
}

TEST(StoredReplies, a_joined_hop_takes_only_the_time_it_was_verified) {
  Random random(1);
  auto measurement = samples::plain_trace(random, samples::start()).measurement;
  measurement.hops[0] = {.ttl = Ttl{1},
                         .inferred = InferredHop{.from = samples::router(1), .verified_at = samples::start()}};
  const auto stored = encode_replies(measurement);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->detail, R"({"inferred":[[0,1767225600000000]],"sent":[[1,2]],"reply_ttl":[60,60]})");
  EXPECT_EQ(decode_replies(context_of(measurement), stored->rtts, stored->detail), measurement.hops);
}

TEST(StoredReplies, a_hop_that_answered_late_only_reads_back_as_it_was) {
  Random random(3);
  auto measurement = samples::plain_trace(random, samples::start()).measurement;
  measurement.hops[2].replies[0].late = true;
  const auto stored = encode_replies(measurement);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->rtts, "[412,null,null,12345]");
  EXPECT_EQ(decode_replies(context_of(measurement), stored->rtts, stored->detail), measurement.hops);
}

TEST(StoredReplies, what_encode_would_never_write_is_invalid) {
  const ReplyContext path{
      .address = samples::host(1), .first_ttl = Ttl{1}, .path_addresses = {samples::router(1), std::nullopt}};
  const auto is_invalid = [&](std::string_view rtts, std::string_view detail) {
    const auto hops = decode_replies(path, rtts, detail);
    ASSERT_FALSE(hops) << rtts << " " << detail;
    EXPECT_EQ(hops.error().kind, ErrorKind::invalid);
  };
  ASSERT_TRUE(decode_replies(path, "[1,null]", "{}"));
  is_invalid("", "{}");
  is_invalid("[1,null]", "");
  is_invalid("[1,null]", "[]");
  is_invalid("{}", "{}");
  is_invalid("[1]", "{}");
  is_invalid("[1.5,null]", "{}");
  is_invalid("[99999999999999999999,null]", "{}");
  is_invalid("[1,2]", "{}");  // an answer from a hop that the path has as silent
  is_invalid("[1,null]", R"({"colour":[1]})");
  is_invalid("[1,null]", R"({"sent":[1]})");
  is_invalid("[1,null]", R"({"sent":[[2,1]]})");
  is_invalid("[1,null]", R"({"sent":[[1]]})");
  is_invalid("[1,null]", R"({"sent":[[1,-1]]})");
  is_invalid("[1,null]", R"({"attempts":[[1],[1]]})");
  is_invalid("[1,null]", R"({"attempts":[1,1]})");
  is_invalid("[1,null]", R"({"from":["192.0.2.1","192.0.2.1"]})");
  is_invalid("[1,null]", R"({"from":["router"]})");
  is_invalid("[1,null]", R"({"rtt":["1"]})");
  is_invalid("[1,null]", R"({"reply_ttl":[256]})");
  is_invalid("[1,null]", R"({"icmp":[[0,11]]})");
  is_invalid("[1,null]", R"({"icmp":[[1,11,0]]})");
  is_invalid("[1,null]", R"({"icmp":[[]]})");
  is_invalid("[1,null]", R"({"quoted_ttl":[[0,-2]]})");
  is_invalid("[1,null]", R"({"mtu":[[0,65536]]})");
  is_invalid("[1,null]", R"({"mpls":[[0,[1,0,2,1]]]})");
  is_invalid("[1,null]", R"({"late":[-1]})");
  is_invalid("[1,null]", R"({"tos":[[0,256]]})");
  is_invalid("[1,null]", R"({"tcp":[[0]]})");
  is_invalid("[1,null]", R"({"rewritten":[1]})");
  is_invalid("[1,null]", R"({"inferred":[[1,5]]})");  // the path has no address there
  is_invalid("[1,null]", R"({"inferred":[[0,5]]})");  // it answered
  is_invalid("[1,null]", R"({"inferred":[[2,5]]})");
  EXPECT_TRUE(decode_replies(path, "[null,null]", R"({"inferred":[[0,5]]})"));
}

TEST(StoredReplies, hops_beyond_the_last_ttl_are_invalid) {
  std::string rtts = "[null";
  for (int i = 0; i < 60; ++i) rtts += ",null";
  EXPECT_FALSE(decode_replies({.address = samples::host(1)}, rtts + "]", R"({"ttl":200})"));
  EXPECT_TRUE(decode_replies({.address = samples::host(1)}, rtts + "]", R"({"ttl":190})"));
  EXPECT_FALSE(decode_replies({.address = samples::host(1)}, rtts + "]", "{}"));
}

}  // namespace
}  // namespace cw::store
