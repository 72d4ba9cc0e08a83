#include "ports/queue/redis/inbox_task.hpp"

#include <gtest/gtest.h>

#include "ports/queue/redis/job_json.hpp"

namespace cw::queue {
namespace {

using std::chrono::seconds;

constexpr Instant kNow{seconds(1'767'225'600)};

std::string refusal(std::string_view text) {
  const auto job = read_inbox_task(text, kNow);
  return job ? "" : job.error().message;
}

TEST(InboxTask, the_task_of_the_contract_is_a_job) {
  const auto job = read_inbox_task(R"({"target_ip": "192.0.2.7", "target_type": "dns", "priority": 8, "source": "me",
                                       "created_at": "2025-12-31T23:59:00+00:00"})",
                                   kNow);
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->target_ip.to_string(), "192.0.2.7");
  EXPECT_EQ(job->target_type, TargetSource::dns);
  EXPECT_EQ(job->kind, Kind::trace);
  EXPECT_EQ(job->priority, 8);
  EXPECT_EQ(job->source, "me");
  EXPECT_EQ(job->created_at, kNow - seconds(60));
  EXPECT_EQ(job->not_before, kNow);
}

TEST(InboxTask, only_the_address_must_be_said) {
  const auto job = read_inbox_task(R"({"target_ip": "2001:db8::1"})", kNow);
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->priority, 5);
  EXPECT_EQ(job->target_type, TargetSource::api);
  EXPECT_EQ(job->source, "inbox");
  EXPECT_EQ(job->created_at, kNow);
}

TEST(InboxTask, the_time_may_be_seconds_and_never_lies_in_the_future) {
  const auto made = [](std::string_view time) {
    return read_inbox_task(R"({"target_ip": "192.0.2.7", "created_at": )" + std::string(time) + "}", kNow)->created_at;
  };
  EXPECT_EQ(made("1767225540"), kNow - seconds(60));
  EXPECT_EQ(made("1767225540.5"), kNow - std::chrono::milliseconds(59'500));
  EXPECT_EQ(made("1767225660"), kNow);
  EXPECT_EQ(made("\"2100-01-01T00:00:00Z\""), kNow);
}

TEST(InboxTask, what_is_no_task_is_refused_with_the_reason) {
  EXPECT_NE(refusal("").find("no JSON"), std::string::npos);
  EXPECT_NE(refusal("192.0.2.7").find("no JSON"), std::string::npos);
  EXPECT_EQ(refusal("[]"), "the text must be an object");
  EXPECT_EQ(refusal("{}"), "target_ip is missing");
  EXPECT_EQ(refusal(R"({"target_ip": "www.example.net"})"), "target_ip must be an address, not \"www.example.net\"");
  EXPECT_EQ(refusal(R"({"target_ip": 3221225479})"), "target_ip must be a text");
  EXPECT_EQ(refusal(R"({"target_ip": "192.0.2.7", "priority": 10})"), "priority must be a whole number from 0 to 9");
  EXPECT_NE(refusal(R"({"target_ip": "192.0.2.7", "target_type": "dmz"})").find("dmz"), std::string::npos);
  EXPECT_NE(refusal(R"({"target_ip": "192.0.2.7", "kind": "dance"})").find("dance"), std::string::npos);
  EXPECT_NE(refusal(R"({"target_ip": "192.0.2.7", "created_at": "noon"})").find("created_at"), std::string::npos);
  EXPECT_NE(refusal(R"({"target_ip": "192.0.2.7", "created_at": 1e300})").find("created_at"), std::string::npos);
}

TEST(InboxTask, its_texts_become_one_line) {
  const auto job = read_inbox_task(R"({"target_ip": "192.0.2.7", "source": "a\nb\u001b[31m"})", kNow);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->source.find_first_of("\n\x1b"), std::string::npos);
}

TEST(JobJson, a_job_is_read_back_as_it_was_written) {
  Random random(1);
  const Job job{.id = Uuid::make_v7(kNow, random),
                .target_ip = IpAddress::v4(0xcb007101),
                .target_name = "h\xc3\xb6st.example.net",
                .target_type = TargetSource::discovery,
                .kind = Kind::mtr,
                .options = {.method = Method::tcp_ack,
                            .port = 443,
                            .multipath = Multipath::on,
                            .mtu_search = MtuSearch::on,
                            .dscp = 46},
                .prober = "scamper",
                .priority = 9,
                .source = "api",
                .reason = "\"why\"",
                .created_at = kNow - seconds(1),
                .not_before = kNow + seconds(1)};
  const auto again = read_job(write_job(job));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, job);
}

}  // namespace
}  // namespace cw::queue
