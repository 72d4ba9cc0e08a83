// The event stream of a run over a real connection: a reader whose connection is cut again and again at random
// places ends up with every event once.

#include <gtest/gtest.h>

#include <thread>

#include "api/api_test_node.hpp"
#include "core/random.hpp"
#include "platform/http_test_client.hpp"

namespace cw::api {
namespace {

constexpr int kProbes = 400;

class ServedNode {
 public:
  ServedNode() {
    // A queue of two kilobytes makes the server cut slow readers too.
    server_ = platform::HttpServer::open({.most_stream_bytes = 2048}, [this](const platform::HttpRequest& request) {
                return node.api->handle(request);
              }).value();
    thread_ = std::jthread([this] { server_->run(); });
  }
  ~ServedNode() { server_->stop(); }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  TestNode node;

 private:
  std::unique_ptr<platform::HttpServer> server_;
  std::jthread thread_;
};

std::string ask(std::uint16_t port, std::string_view method, std::string_view path, std::string_view more = "") {
  return fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}\r\n", method, path, port, more);
}

std::string start_run(std::uint16_t port) {
  constexpr std::string_view body = R"({"target":"12.0.0.1"})";
  platform::HttpTestClient client(port);
  client.send(ask(port, "POST", "/api/v1/looking-glass/runs",
                  fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size())));
  client.send(body);
  const auto answer = client.read_answer();
  const auto at = answer.find(R"("id":")") + 6;
  return answer.substr(at, 36);
}

// Reads `count` bytes of the stream after `last`, then cuts. Returns the ids of the events that came whole.
std::vector<int> read_piece(std::uint16_t port, const std::string& id, int last, std::size_t count) {
  platform::HttpTestClient client(port);
  client.send(ask(port, "GET", "/api/v1/looking-glass/runs/" + id + "/events",
                  last == 0 ? "" : fmt::format("Last-Event-ID: {}\r\n", last)));
  client.read_until("\r\n\r\n");
  const auto text = client.read(count);
  std::vector<int> ids;
  for (std::size_t at = 0, end = 0; (end = text.find("\n\n", at)) != std::string::npos; at = end + 2) {
    const auto event = std::string_view(text).substr(at, end - at);
    if (event.starts_with("id: ")) ids.push_back(parse_number<int>(event.substr(4, event.find('\n') - 4)).value());
  }
  return ids;
}

class EventStreamResume : public testing::TestWithParam<std::uint64_t> {};

TEST_P(EventStreamResume, no_event_is_lost_and_none_comes_twice) {
  ServedNode served;
  const auto id = start_run(served.port());
  const auto run_id = Uuid::parse(id).value();
  std::jthread probing([&] {
    for (int i = 0; i < kProbes; ++i)
      served.node.prober.tell(run_id, reply(i % 30 + 1, "11.0.0.1", std::chrono::milliseconds(1), i));
    served.node.prober.finish(run_id, trace_over(served.node.prober.running().front(), {"11.0.0.1", "12.0.0.1"}));
    served.node.api->store_finished_runs();
  });
  constexpr int expected = 1 + kProbes + 30 + 1;  // started, replies, one network a TTL, completed
  Random random(GetParam());
  std::vector<int> seen;
  while (seen.size() < expected) {
    const auto last = seen.empty() ? 0 : seen.back();
    for (const auto event : read_piece(served.port(), id, last, random.below(20'000))) seen.push_back(event);
  }
  std::vector<int> all(expected);
  for (int i = 0; i < expected; ++i) all[static_cast<std::size_t>(i)] = i + 1;
  EXPECT_EQ(seen, all);
}

INSTANTIATE_TEST_SUITE_P(Seeds, EventStreamResume, testing::Values(1, 2, 3, 4, 5));

TEST(ServedApi, a_rebound_name_and_our_own_are_told_apart_over_the_wire) {
  ServedNode served;
  platform::HttpTestClient client(served.port());
  client.send(ask(served.port(), "GET", "/api/v1/system"));
  EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 200 "));
  client.get("/api/v1/system");  // says localhost without the port
  EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 421 "));
}

}  // namespace
}  // namespace cw::api
