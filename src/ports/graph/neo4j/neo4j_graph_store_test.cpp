// The Neo4j adapter against a server that answers as it is told: what a real one does only on a bad day.

#include "ports/graph/neo4j/neo4j_graph_store.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <thread>

#include "core/guarded.hpp"
#include "platform/http_server.hpp"
#include "ports/graph/sample_graph.hpp"

namespace cw::graph {
namespace {

using platform::HttpRequest;
using platform::HttpResponse;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

HttpResponse rows(std::string_view values) {
  return {.status = 202, .body = fmt::format(R"({{"data":{{"fields":[],"values":{}}}}})", values)};
}

HttpResponse error(int status, std::string_view code) {
  return {.status = status, .body = fmt::format(R"({{"errors":[{{"code":"{}","message":"words"}}]}})", code)};
}

// Answers with what it was told, in order, then with no rows.
class FakeNeo4j {
 public:
  FakeNeo4j() {
    thread_ = std::jthread([this] { server_->run(); });
  }
  ~FakeNeo4j() { server_->stop(); }

  void answer(HttpResponse response) {
    state_.with([&](State& state) { state.answers.push_back(std::move(response)); });
  }
  std::vector<HttpRequest> requests() {
    return state_.with([](State& state) { return state.requests; });
  }
  std::string url() const { return fmt::format("http://127.0.0.1:{}", server_->port()); }

  std::function<void()> before_answer;

 private:
  struct State {
    std::deque<HttpResponse> answers;
    std::vector<HttpRequest> requests;
  };

  HttpResponse handle(const HttpRequest& request) {
    if (before_answer) before_answer();
    return state_.with([&](State& state) {
      state.requests.push_back(request);
      if (state.answers.empty()) return rows("[]");
      auto next = std::move(state.answers.front());
      state.answers.pop_front();
      return next;
    });
  }

  Guarded<State> state_;
  std::unique_ptr<platform::HttpServer> server_ =
      *platform::HttpServer::open({.most_body_bytes = std::size_t{16} * 1024 * 1024},
                                  [this](const HttpRequest& request) { return handle(request); });
  std::jthread thread_;
};

std::unique_ptr<Neo4jGraphStore> open(const std::string& url, milliseconds timeout = std::chrono::seconds(10)) {
  return *Neo4jGraphStore::open({.url = url, .password = "pass:wörd", .timeout = timeout});
}

TEST(Neo4jGraphStore, opens_without_its_server_and_says_at_every_call_that_it_is_away) {
  std::string url;
  {
    const FakeNeo4j gone;
    url = gone.url();
  }
  const auto store = open(url);
  for (int i = 0; i < 2; ++i) {
    const auto cursor = store->cursor();
    ASSERT_FALSE(cursor);
    EXPECT_EQ(cursor.error().kind, ErrorKind::unavailable);
    EXPECT_THAT(cursor.error().message, HasSubstr("no answer from http://127.0.0.1"));
  }
}

TEST(Neo4jGraphStore, a_url_that_is_none_is_refused_at_once) {
  EXPECT_EQ(Neo4jGraphStore::open({.url = "bolt://graph.example"}).error().kind, ErrorKind::invalid);
}

TEST(Neo4jGraphStore, the_password_goes_as_basic_credentials_and_nowhere_else) {
  FakeNeo4j server;
  const auto store = open(server.url());
  EXPECT_EQ(*store->cursor(), 0);
  const auto requests = server.requests();
  ASSERT_FALSE(requests.empty());
  // "neo4j:pass:wörd" in UTF-8
  EXPECT_EQ(requests[0].headers.at("authorization"), "Basic bmVvNGo6cGFzczp3w7ZyZA==");
  EXPECT_EQ(requests[0].path, "/db/neo4j/query/v2");
  for (const auto& request : requests) EXPECT_THAT(request.body, Not(HasSubstr("pass")));
}

TEST(Neo4jGraphStore, values_go_as_parameters_and_never_in_the_text_of_a_statement) {
  FakeNeo4j server;
  const auto store = open(server.url());
  auto batch = samples::batch(0, 1, {{4200000001, 4200000002}});
  batch.networks[0].org_name = "'} DETACH DELETE n //";
  const auto applied = store->apply(batch);
  ASSERT_FALSE(applied);  // no row came back
  EXPECT_EQ(applied.error().kind, ErrorKind::conflict);
  const auto body = server.requests().back().body;
  const auto parameters = body.find("\"parameters\"");
  ASSERT_NE(parameters, std::string::npos);
  EXPECT_THAT(body.substr(0, parameters), Not(HasSubstr("4200000001")));
  EXPECT_THAT(body.substr(0, parameters), Not(HasSubstr("DETACH DELETE n")));
  EXPECT_THAT(body.substr(parameters), HasSubstr("4200000001"));
}

TEST(Neo4jGraphStore, constraints_are_made_once_and_before_anything_else) {
  FakeNeo4j server;
  const auto store = open(server.url());
  EXPECT_FALSE(store->apply(samples::batch(0, 1, {{1, 2}})));
  const auto first = server.requests();
  EXPECT_THAT(first.front().body, HasSubstr("c.schema"));
  EXPECT_EQ(std::ranges::count_if(first, [](const auto& one) { return one.body.contains("IF NOT EXISTS"); }), 7);
  EXPECT_FALSE(store->apply(samples::batch(0, 1, {{1, 2}})));
  EXPECT_EQ(server.requests().size(), first.size() + 1);
}

TEST(Neo4jGraphStore, a_graph_of_a_newer_cyberwatch_is_left_alone) {
  FakeNeo4j server;
  server.answer(rows("[[99]]"));
  const auto store = open(server.url());
  const auto cursor = store->cursor();
  ASSERT_FALSE(cursor);
  EXPECT_EQ(cursor.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(cursor.error().message, HasSubstr("upgrade this program"));
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(Neo4jGraphStore, an_error_says_what_to_do_and_the_next_call_tries_again) {
  FakeNeo4j server;
  server.answer(error(401, "Neo.ClientError.Security.Unauthorized"));
  server.answer(error(400, "Neo.TransientError.Transaction.DeadlockDetected"));
  server.answer({.status = 404, .body = "<html>"});
  server.answer({.status = 202, .body = R"({"data":{"fie)"});
  const auto store = open(server.url());
  EXPECT_THAT(store->cursor().error().message, HasSubstr("graph.password_file"));
  EXPECT_EQ(store->cursor().error().kind, ErrorKind::unavailable);
  EXPECT_EQ(store->cursor().error().kind, ErrorKind::unsupported);
  EXPECT_EQ(store->cursor().error().kind, ErrorKind::unavailable);
  EXPECT_EQ(*store->cursor(), 0);
}

TEST(Neo4jGraphStore, a_server_that_accepts_and_never_answers_costs_one_timeout) {
  FakeNeo4j server;
  std::promise<void> released;
  auto gate = released.get_future().share();
  server.before_answer = [gate] { gate.wait(); };
  const auto store = open(server.url(), milliseconds(50));
  const auto cursor = store->cursor();
  released.set_value();
  ASSERT_FALSE(cursor);
  EXPECT_EQ(cursor.error().kind, ErrorKind::unavailable);
}

TEST(Neo4jGraphStore, a_row_that_is_none_of_ours_is_an_error_and_no_guess) {
  FakeNeo4j server;
  const auto store = open(server.url());
  ASSERT_TRUE(store->cursor());
  server.answer(rows(R"([["AS1",null,null,0,0]])"));
  EXPECT_EQ(store->networks({}, 10).error().kind, ErrorKind::internal);
  server.answer(rows(R"([[1,null,null,-5,0]])"));
  EXPECT_EQ(store->networks({}, 10).error().kind, ErrorKind::internal);
}

TEST(Neo4jGraphStore, a_clearing_that_was_interrupted_is_ended_before_the_cursor_is_told) {
  FakeNeo4j server;
  const auto store = open(server.url());
  ASSERT_TRUE(store->cursor());
  const auto before = server.requests().size();
  server.answer(rows("[[-1]]"));
  for (int i = 0; i < 5; ++i) server.answer(rows("[[0]]"));
  EXPECT_EQ(*store->cursor(), 0);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), before + 7);
  EXPECT_THAT(requests.back().body, HasSubstr("\"position\":0"));
}

}  // namespace
}  // namespace cw::graph
