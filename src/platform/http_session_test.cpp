#include "platform/http_session.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "platform/http_server.hpp"

namespace cw::platform {
namespace {

using std::chrono::milliseconds;

class RunningServer {
 public:
  explicit RunningServer(HttpHandler handler) : server_(*HttpServer::open({}, std::move(handler))) {
    thread_ = std::jthread([this] { server_->run(); });
  }
  ~RunningServer() { server_->stop(); }

  [[nodiscard]] std::string url(std::string_view path) const {
    return fmt::format("http://127.0.0.1:{}{}", server_->port(), path);
  }

 private:
  std::unique_ptr<HttpServer> server_;
  std::jthread thread_;
};

HttpSession open(HttpSessionOptions options = {}) { return *HttpSession::open(std::move(options)); }

TEST(HttpSession, posts_a_body_with_headers_and_reads_the_answer) {
  const RunningServer server([](const HttpRequest& request) {
    return HttpResponse{.status = 202,
                        .headers = {{"X-Said", request.headers.at("x-word")}},
                        .body = request.method + " " + request.path + " " + request.body};
  });
  auto session = open();
  for (const auto* body : {"one", "", "two"}) {
    const auto reply = session.post(server.url("/a"), body, {{"X-Word", "hello"}});
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->status, 202);
    EXPECT_EQ(reply->body, std::string("POST /a ") + body);
    EXPECT_EQ(reply->headers.at("x-said"), "hello");
  }
}

TEST(HttpSession, sends_credentials_only_where_it_has_some) {
  const RunningServer server([](const HttpRequest& request) {
    const auto found = request.headers.find("authorization");
    return HttpResponse{.body = found == request.headers.end() ? "none" : found->second};
  });
  EXPECT_EQ(open().post(server.url("/"), "x", {})->body, "none");
  EXPECT_EQ(open({.user = "a", .password = "b"}).post(server.url("/"), "x", {})->body, "Basic YTpi");
}

TEST(HttpSession, does_not_follow_where_the_answer_points) {
  const RunningServer server([](const HttpRequest& request) {
    if (request.path == "/there") return HttpResponse{.body = "followed"};
    return HttpResponse{.status = 307, .headers = {{"Location", "/there"}}};
  });
  const auto reply = open({.user = "a", .password = "b"}).post(server.url("/here"), "x", {});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 307);
}

TEST(HttpSession, an_answer_that_is_too_long_is_refused) {
  const RunningServer server([](const HttpRequest&) { return HttpResponse{.body = std::string(1'001, 'x')}; });
  auto session = open({.most_reply_bytes = 1'000});
  const auto reply = session.post(server.url("/"), "x", {});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::exhausted);
  EXPECT_EQ(open({.most_reply_bytes = 1'001}).post(server.url("/"), "x", {})->body.size(), 1'001u);
}

TEST(HttpSession, a_server_that_never_answers_costs_one_timeout) {
  std::promise<void> released;
  const RunningServer server([gate = released.get_future().share()](const HttpRequest&) {
    gate.wait();
    return HttpResponse{};
  });
  const auto reply = open({.timeout = milliseconds(50)}).post(server.url("/"), "x", {});
  released.set_value();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::unavailable);
}

TEST(HttpSession, a_session_outlives_its_server) {
  auto session = open();
  std::string gone;
  {
    const RunningServer server([](const HttpRequest&) { return HttpResponse{.body = "first"}; });
    EXPECT_EQ(session.post(server.url("/"), "x", {})->body, "first");
    gone = server.url("/");
  }
  EXPECT_EQ(session.post(gone, "x", {}).error().kind, ErrorKind::unavailable);
  const RunningServer server([](const HttpRequest&) { return HttpResponse{.body = "second"}; });
  EXPECT_EQ(session.post(server.url("/"), "x", {})->body, "second");
}

TEST(HttpSession, only_http_and_https_are_spoken) {
  for (const auto* url : {"", "file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://"})
    EXPECT_EQ(open().post(url, "x", {}).error().kind, ErrorKind::invalid) << url;
}

}  // namespace
}  // namespace cw::platform
