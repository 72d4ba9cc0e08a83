#include "platform/http_request_reader.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cw::platform {
namespace {

using State = HttpRequestReader::State;

HttpRequestReader::Taken read_one(std::string_view text) {
  HttpRequestReader reader({});
  EXPECT_EQ(reader.feed(text), State::complete) << text;
  return reader.take();
}

int refusal_of(std::string_view text, const HttpRequestLimits& limits = {}) {
  HttpRequestReader reader(limits);
  EXPECT_EQ(reader.feed(text), State::failed) << text;
  return reader.refusal().status;
}

TEST(HttpRequestReader, a_request_becomes_plain_words) {
  const auto taken = read_one(
      "GET /api/v1/targets/a%20b?label=x%26y&q=a+b&flag HTTP/1.1\r\nHost: localhost:8480\r\n"
      "If-None-Match: \"1\"\r\nAccept: a\r\nAccept: b\r\n\r\n");
  EXPECT_EQ(taken.request.method, "GET");
  EXPECT_EQ(taken.request.path, "/api/v1/targets/a b");
  EXPECT_EQ(taken.request.query.at("label"), "x&y");
  EXPECT_EQ(taken.request.query.at("q"), "a b");
  EXPECT_EQ(taken.request.query.at("flag"), "");
  EXPECT_EQ(taken.request.headers.at("host"), "localhost:8480");
  EXPECT_EQ(taken.request.headers.at("if-none-match"), "\"1\"");
  EXPECT_EQ(taken.request.headers.at("accept"), "a, b");
  EXPECT_TRUE(taken.keep_alive);
}

TEST(HttpRequestReader, a_body_comes_whole_by_length_and_in_chunks) {
  EXPECT_EQ(read_one("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello").request.body, "hello");
  EXPECT_EQ(read_one("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")
                .request.body,
            "hello");
}

TEST(HttpRequestReader, bytes_may_come_one_at_a_time) {
  HttpRequestReader reader({});
  const std::string text = "POST /a?b=c HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
  EXPECT_EQ(reader.feed({}), State::idle);
  for (std::size_t i = 0; i + 1 < text.size(); ++i) ASSERT_EQ(reader.feed(text.substr(i, 1)), State::needs_more) << i;
  ASSERT_EQ(reader.feed(text.substr(text.size() - 1)), State::complete);
  EXPECT_EQ(reader.take().request.body, "hi");
}

TEST(HttpRequestReader, pipelined_requests_are_read_one_after_the_other) {
  HttpRequestReader reader({});
  ASSERT_EQ(reader.feed("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HT"),
            State::complete);
  EXPECT_EQ(reader.take().request.path, "/1");
  ASSERT_EQ(reader.feed({}), State::complete);
  EXPECT_EQ(reader.take().request.path, "/2");
  EXPECT_EQ(reader.feed({}), State::needs_more);
  ASSERT_EQ(reader.feed("TP/1.1\r\nHost: a\r\n\r\n"), State::complete);
  EXPECT_EQ(reader.take().request.path, "/3");
  EXPECT_EQ(reader.feed({}), State::idle);
}

TEST(HttpRequestReader, a_head_request_is_a_get_whose_body_is_left_out) {
  const auto taken = read_one("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(taken.request.method, "GET");
  EXPECT_TRUE(taken.head_only);
}

TEST(HttpRequestReader, the_connection_ends_where_the_client_wants_it) {
  EXPECT_FALSE(read_one("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").keep_alive);
  EXPECT_FALSE(read_one("GET / HTTP/1.0\r\n\r\n").keep_alive);
}

TEST(HttpRequestReader, a_client_that_waits_for_100_continue_is_told_once) {
  HttpRequestReader reader({});
  EXPECT_EQ(reader.feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n"),
            State::wants_continue);
  EXPECT_EQ(reader.feed("a"), State::needs_more);
  EXPECT_EQ(reader.feed("bc"), State::complete);
}

TEST(HttpRequestReader, what_is_too_large_is_refused_by_its_own_status) {
  const HttpRequestLimits limits{.most_head_bytes = 200, .most_body_bytes = 10};
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(300, 'x'), limits), 431);
  EXPECT_EQ(refusal_of("GET /" + std::string(300, 'x'), limits), 431);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", limits), 413);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", limits), 400);
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n", limits),
            413);
}

TEST(HttpRequestReader, what_is_not_http_is_a_bad_request) {
  for (const auto* text : {"\x16\x03\x01\x02\x01 not TLS", "GET\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
                           "GET %zz HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                           "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n",
                           "GET /?a=%g1 HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
                           "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"})
    EXPECT_EQ(refusal_of(text), 400) << text;
  EXPECT_EQ(refusal_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
}

TEST(HttpRequestReader, nothing_is_read_after_a_refusal) {
  HttpRequestReader reader({});
  EXPECT_EQ(reader.feed("nonsense\r\n\r\n"), State::failed);
  EXPECT_EQ(reader.feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), State::failed);
}

TEST(HttpRequestReader, the_absolute_form_of_a_proxy_is_understood) {
  EXPECT_EQ(read_one("GET http://node/a?b=c HTTP/1.1\r\nHost: node\r\n\r\n").request.path, "/a");
  EXPECT_EQ(read_one("GET http://node HTTP/1.1\r\nHost: node\r\n\r\n").request.path, "/");
}

}  // namespace
}  // namespace cw::platform
