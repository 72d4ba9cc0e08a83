#include "platform/http_server.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/guarded.hpp"
#include "platform/http_client.hpp"
#include "platform/http_test_client.hpp"

namespace cw::platform {
namespace {

using std::chrono::milliseconds;

HttpResponse echo(const HttpRequest& request) {
  return {.status = 200,
          .headers = {{"Content-Type", "text/plain"}},
          .body = request.method + " " + request.path + " " + request.body,
          .on_stream = nullptr};
}

// A server on a port of its own, running until the end of the test.
class RunningServer {
 public:
  explicit RunningServer(HttpHandler handler, HttpServerOptions options = {}) {
    options.address = "127.0.0.1";
    options.port = 0;
    server_ = HttpServer::open(options, std::move(handler)).value();
    thread_ = std::jthread([this] { server_->run(); });
  }
  ~RunningServer() { stop(); }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  void stop() {
    server_->stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::unique_ptr<HttpServer> server_;
  std::jthread thread_;
};

TEST(HttpServer, requests_on_one_connection_are_answered_in_order) {
  RunningServer server(echo);
  HttpTestClient client(server.port());
  client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_TRUE(client.read_answer().ends_with("\r\n\r\nGET /1 "));
  const auto second = client.read_answer();
  EXPECT_TRUE(second.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(second.ends_with("\r\n\r\nPOST /2 hi"));
  client.get("/3");
  EXPECT_TRUE(client.read_answer().ends_with("GET /3 "));
}

TEST(HttpServer, every_answer_carries_the_id_that_the_handler_saw) {
  Guarded<std::string> seen;
  RunningServer server([&](const HttpRequest& request) {
    seen.with([&](auto& id) { id = request.request_id; });
    return echo(request);
  });
  HttpTestClient client(server.port());
  client.get("/");
  const auto answer = client.read_answer();
  const auto id = seen.with([](const auto& held) { return held; });
  EXPECT_EQ(id.size(), 36U);
  EXPECT_NE(answer.find("X-Request-Id: " + id + "\r\n"), std::string::npos) << answer;
}

TEST(HttpServer, the_handler_is_told_the_port_it_was_reached_at) {
  Guarded<std::uint16_t> seen;
  RunningServer server([&](const HttpRequest& request) {
    seen.with([&](auto& port) { port = request.local_port; });
    return echo(request);
  });
  HttpTestClient client(server.port());
  client.get("/");
  client.read_answer();
  EXPECT_EQ(seen.with([](const auto& port) { return port; }), server.port());
}

TEST(HttpServer, a_head_request_gets_the_length_but_not_the_body) {
  RunningServer server(echo);
  HttpTestClient client(server.port());
  client.send("HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const auto answer = client.read_to_end();
  EXPECT_NE(answer.find("Content-Length: 7\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST(HttpServer, a_header_value_cannot_start_another_header) {
  RunningServer server([](const HttpRequest&) {
    return HttpResponse{.status = 200, .headers = {{"X-Name", "a\r\nX-Evil: b"}}, .body = {}, .on_stream = nullptr};
  });
  HttpTestClient client(server.port());
  client.get("/");
  EXPECT_NE(client.read_answer().find("X-Name: aX-Evil: b\r\n"), std::string::npos);
}

TEST(HttpServer, a_handler_that_throws_is_an_internal_problem_and_the_connection_goes_on) {
  RunningServer server([](const HttpRequest& request) {
    if (request.path == "/throw") throw std::runtime_error("secret path");
    return echo(request);
  });
  HttpTestClient client(server.port());
  client.get("/throw");
  const auto answer = client.read_answer();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 "));
  EXPECT_EQ(answer.find("secret"), std::string::npos);
  client.get("/after");
  EXPECT_TRUE(client.read_answer().ends_with("GET /after "));
}

TEST(HttpServer, a_head_over_the_limit_is_answered_with_431) {
  RunningServer server(echo, {.most_head_bytes = 1000});
  HttpTestClient client(server.port());
  client.get("/", "X-Long: " + std::string(100'000, 'x') + "\r\n");
  const auto answer = client.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 431 ")) << answer;
  EXPECT_NE(answer.find("application/problem+json"), std::string::npos);
  EXPECT_NE(answer.find("/problems/head-too-large"), std::string::npos);
}

TEST(HttpServer, a_body_over_the_limit_is_answered_with_413_while_the_client_still_sends) {
  RunningServer server(echo, {.most_body_bytes = 1000});
  HttpTestClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
  EXPECT_TRUE(client.send(std::string(3'000'000, 'x')));
  const auto answer = client.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
  EXPECT_NE(answer.find("/problems/body-too-large"), std::string::npos);
}

TEST(HttpServer, a_request_that_drips_in_is_answered_with_408) {
  RunningServer server(echo, {.request_timeout = milliseconds(50)});
  HttpTestClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost");
  const auto answer = client.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
}

TEST(HttpServer, an_idle_connection_is_closed_without_a_word) {
  RunningServer server(echo, {.idle_timeout = milliseconds(50)});
  HttpTestClient client(server.port());
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(HttpServer, a_client_that_asks_for_100_continue_gets_it_before_the_body) {
  RunningServer server(echo);
  HttpTestClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_TRUE(client.read_answer().ends_with("POST / hi"));
}

TEST(HttpServer, connections_over_the_limit_are_turned_away_with_503) {
  RunningServer server(echo, {.most_connections = 1});
  HttpTestClient first(server.port());
  first.get("/");
  first.read_answer();
  HttpTestClient second(server.port());
  EXPECT_TRUE(second.read_to_end().starts_with("HTTP/1.1 503 "));
  first.get("/still");
  EXPECT_TRUE(first.read_answer().ends_with("GET /still "));
}

TEST(HttpServer, a_handler_that_waits_holds_up_nobody_else) {
  std::promise<void> release;
  auto released = release.get_future().share();
  RunningServer server([&](const HttpRequest& request) {
    if (request.path == "/slow") released.wait();
    return echo(request);
  });
  HttpTestClient slow(server.port());
  slow.get("/slow");
  HttpTestClient quick(server.port());
  quick.get("/quick");
  EXPECT_TRUE(quick.read_answer().ends_with("GET /quick "));
  release.set_value();
  EXPECT_TRUE(slow.read_answer().ends_with("GET /slow "));
}

TEST(HttpServer, a_taken_port_is_a_conflict_said_in_one_line) {
  RunningServer server(echo);
  const auto second = HttpServer::open({.address = "127.0.0.1", .port = server.port()}, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
  EXPECT_EQ(second.error().message, fmt::format("port {} of 127.0.0.1 is taken: choose another port, or end the "
                                                "program that listens there",
                                                server.port()));
}

TEST(HttpServer, an_address_of_another_machine_is_unavailable) {
  const auto server = HttpServer::open({.address = "192.0.2.1", .port = 0}, echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(server.error().message.find('\n'), std::string::npos);
}

// A handler that answers /events with a stream and keeps it for the test.
struct StreamKeeper {
  std::promise<std::shared_ptr<EventStream>> opened;

  HttpResponse operator()(const HttpRequest& request) {
    if (request.path != "/events") return echo(request);
    return {.status = 200,
            .headers = {{"Content-Type", "text/event-stream"}},
            .body = {},
            .on_stream = [this](std::shared_ptr<EventStream> stream) { opened.set_value(std::move(stream)); }};
  }
};

TEST(HttpServerStream, events_arrive_in_their_text_form_and_the_stream_ends_when_closed) {
  StreamKeeper keeper;
  RunningServer server(std::ref(keeper));
  HttpTestClient client(server.port());
  client.get("/events");
  const auto stream = keeper.opened.get_future().get();
  stream->send("1", "hop.reply", R"({"ttl":1})");
  stream->send("2", "run.completed", "{}");
  stream->close();
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_to_end(),
            "id: 1\nevent: hop.reply\ndata: {\"ttl\":1}\n\nid: 2\nevent: run.completed\ndata: {}\n\n");
  EXPECT_FALSE(stream->is_open());
}

TEST(HttpServerStream, a_quiet_stream_gets_heartbeats) {
  StreamKeeper keeper;
  RunningServer server(std::ref(keeper), {.heartbeat = milliseconds(10)});
  HttpTestClient client(server.port());
  client.get("/events");
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_until("\n\n"), ": heartbeat\n\n");
  EXPECT_EQ(client.read_until("\n\n"), ": heartbeat\n\n");
}

TEST(HttpServerStream, a_client_that_goes_away_closes_its_stream) {
  StreamKeeper keeper;
  RunningServer server(std::ref(keeper), {.heartbeat = milliseconds(1)});
  auto client = std::make_unique<HttpTestClient>(server.port());
  client->get("/events");
  const auto stream = keeper.opened.get_future().get();
  client.reset();
  while (stream->is_open()) std::this_thread::yield();
  stream->send("1", "late", "{}");  // goes nowhere, harms nobody
}

TEST(HttpServerStream, a_slow_reader_is_cut_off_after_whole_events_in_order) {
  StreamKeeper keeper;
  RunningServer server(std::ref(keeper), {.most_stream_bytes = 64 << 10});
  HttpTestClient client(server.port(), 4096);
  client.get("/events");
  const auto stream = keeper.opened.get_future().get();
  const std::string data(1000, 'x');
  int sent = 0;
  while (stream->is_open()) stream->send(std::to_string(++sent), "e", data);
  client.read_until("\r\n\r\n");
  int received = 0;
  while (true) {
    const auto event = client.read_until("\n\n");
    if (event.empty()) break;
    ++received;
    ASSERT_EQ(event, fmt::format("id: {}\nevent: e\ndata: {}\n\n", received, data));
  }
  EXPECT_EQ(received, sent - 1);  // the one that no longer fitted comes after a resume
}

TEST(HttpServerStream, a_reader_that_has_stalled_is_dropped) {
  StreamKeeper keeper;
  RunningServer server(std::ref(keeper), {.most_stream_bytes = 64 << 20, .request_timeout = milliseconds(100)});
  HttpTestClient client(server.port(), 4096);
  client.get("/events");
  const auto stream = keeper.opened.get_future().get();
  for (int i = 0; i < 30; ++i) stream->send("", "e", std::string(1'000'000, 'x'));
  while (stream->is_open()) std::this_thread::yield();
}

TEST(HttpServer, it_stops_at_once_with_idle_connections_and_streams_open) {
  StreamKeeper keeper;
  auto server =
      std::make_unique<RunningServer>(std::ref(keeper), HttpServerOptions{.stop_timeout = std::chrono::hours(1)});
  std::vector<std::unique_ptr<HttpTestClient>> idle;
  for (int i = 0; i < 50; ++i) {
    idle.push_back(std::make_unique<HttpTestClient>(server->port()));
    idle.back()->get("/");
    idle.back()->read_answer();
  }
  HttpTestClient streaming(server->port());
  streaming.get("/events");
  const auto stream = keeper.opened.get_future().get();
  stream->send("1", "last", "words");
  server.reset();  // the stream's sender outlives the server
  EXPECT_FALSE(stream->is_open());
  stream->send("2", "after", "the end");
  streaming.read_until("\r\n\r\n");
  EXPECT_EQ(streaming.read_to_end(), "id: 1\nevent: last\ndata: words\n\n");
  EXPECT_EQ(idle.front()->read_to_end(), "");
}

TEST(HttpServer, an_answer_under_way_is_finished_before_it_stops) {
  std::promise<void> begun;
  std::promise<void> release;
  RunningServer server([&](const HttpRequest& request) {
    begun.set_value();
    release.get_future().wait();
    return echo(request);
  });
  HttpTestClient client(server.port());
  client.get("/under-way");
  begun.get_future().wait();
  std::jthread stopping([&] { server.stop(); });
  release.set_value();
  EXPECT_TRUE(client.read_answer().ends_with("GET /under-way "));
}

TEST(HttpClient, it_brings_the_answer_of_a_node) {
  RunningServer server(echo);
  const auto url = fmt::format("http://127.0.0.1:{}/api?x=1", server.port());
  const auto got = http_request("GET", url, "", std::chrono::seconds(10));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->headers.at("content-type"), "text/plain");
  EXPECT_EQ(got->body, "GET /api ");
  EXPECT_EQ(http_request("POST", url, "{}", std::chrono::seconds(10))->body, "POST /api {}");
}

TEST(HttpClient, nobody_listening_and_nobody_answering_are_unavailable) {
  std::uint16_t port = 0;
  {
    RunningServer gone(echo);
    port = gone.port();
  }
  const auto refused = http_request("GET", fmt::format("http://127.0.0.1:{}/", port), "", std::chrono::seconds(10));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);

  std::promise<void> release;
  RunningServer silent([&, released = release.get_future().share()](const HttpRequest& request) {
    released.wait();
    return echo(request);
  });
  const auto late = http_request("GET", fmt::format("http://127.0.0.1:{}/", silent.port()), "", milliseconds(30));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::unavailable);
  release.set_value();
}

TEST(HttpClient, only_a_node_on_an_address_is_asked) {
  for (const auto* url :
       {"https://127.0.0.1/", "http://example.net/", "http://127.0.0.1:99999/", "127.0.0.1", "http://127.0.0.1/a b"})
    EXPECT_EQ(http_request("GET", url, "", milliseconds(1)).error().kind, ErrorKind::invalid) << url;
}

}  // namespace
}  // namespace cw::platform
