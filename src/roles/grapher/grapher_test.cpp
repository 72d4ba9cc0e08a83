#include "roles/grapher/grapher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ports/graph/embedded/embedded_graph_store.hpp"
#include "ports/store/sample_measurements.hpp"
#include "ports/store/sql/sql_store.hpp"

namespace cw::roles {
namespace {

namespace samples = store::samples;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A graph that is away when it is told so, or loses its answer after it has written.
class UnreliableGraph final : public graph::GraphStore {
 public:
  explicit UnreliableGraph(graph::GraphStore& graph) : graph_(graph) {}

  Result<std::int64_t> cursor() override {
    if (away > 0 && away-- > 0) return fail(ErrorKind::unavailable, "the graph is away");
    return graph_.cursor();
  }
  Result<> apply(const graph::GraphBatch& batch) override {
    auto applied = graph_.apply(batch);
    if (applied && on_applied) on_applied(batch);
    if (applied && lose_answers > 0 && lose_answers-- > 0) return fail(ErrorKind::unavailable, "the answer was lost");
    return applied;
  }
  Result<> clear() override { return graph_.clear(); }
  Result<graph::GraphCounts> counts() override { return graph_.counts(); }
  Result<std::vector<graph::Route>> path(const graph::PathQuery& query) override { return graph_.path(query); }
  Result<std::vector<graph::Route>> neighbours(Asn asn, int most) override { return graph_.neighbours(asn, most); }
  Result<graph::Subgraph> subgraph(const graph::SubgraphQuery& query) override { return graph_.subgraph(query); }
  Result<graph::RouteChanges> changes(const graph::Days& before, const graph::Days& after) override {
    return graph_.changes(before, after);
  }
  Result<std::vector<graph::Network>> networks(std::optional<Asn> after, int most) override {
    return graph_.networks(after, most);
  }
  Result<std::vector<graph::Route>> routes(std::optional<graph::RouteEnds> after, int most) override {
    return graph_.routes(after, most);
  }
  Result<std::vector<graph::Origin>> origins(std::optional<graph::Origin> after, int most) override {
    return graph_.origins(after, most);
  }
  Result<std::vector<graph::Membership>> memberships(std::optional<graph::Membership> after, int most) override {
    return graph_.memberships(after, most);
  }
  Result<std::vector<graph::Exchange>> exchanges(std::optional<std::string> after, int most) override {
    return graph_.exchanges(after, most);
  }

  int away = 0;
  int lose_answers = 0;
  std::function<void(const graph::GraphBatch&)> on_applied;

 private:
  graph::GraphStore& graph_;
};

class GrapherTest : public testing::Test {
 protected:
  void store_trace(Instant at) {
    auto added = samples::plain_trace(random_, at);
    added.as_path = samples::plain_as_path();
    ASSERT_TRUE(store_->measurements().put({added}));
  }
  void store_traces(int count) {
    for (int i = 0; i < count; ++i) store_trace(samples::start() + seconds(i));
  }
  // Until there is nothing more to do.
  void catch_up() {
    for (auto taken = grapher_.run_once(); taken && *taken > 0;) taken = grapher_.run_once();
  }
  Result<std::int64_t> links_in_store() {
    std::int64_t sum = 0;
    TRY(store_->database()->read([&](platform::Database& database) {
      return database.query("SELECT coalesce(sum(observed_count), 0) FROM as_links", {},
                            [&](const platform::SqlRow& row) -> Result<> {
                              sum = row.integer(0);
                              return {};
                            });
    }));
    return sum;
  }

  Random random_{20'260'101};
  std::unique_ptr<store::SqlStore> store_ = *store::SqlStore::open("sqlite::memory:");
  std::unique_ptr<graph::EmbeddedGraphStore> embedded_ = *graph::EmbeddedGraphStore::open(store_->database());
  UnreliableGraph graph_{*embedded_};
  GrapherPorts ports_{.feed = store_->feed(), .measurements = store_->measurements(), .graph = graph_};
  Grapher grapher_{ports_, {.most_traces = 3, .first_wait = microseconds(1), .longest_wait = microseconds(4)}};
};

TEST_F(GrapherTest, a_stored_trace_becomes_networks_and_a_route_with_the_rtt_of_its_far_side) {
  auto added = samples::plain_trace(random_, samples::start());
  added.as_path = samples::plain_as_path();
  added.facts = {samples::facts_of(samples::host(1), Asn{64502}, "Far")};
  added.facts[0].ixp = "Sample-IX";
  ASSERT_TRUE(store_->measurements().put({added}));
  EXPECT_EQ(*grapher_.run_once(), 1u);

  const auto routes = *graph_.routes({}, 10);
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0], (graph::Route{.ends = {.from = Asn{64501}, .to = Asn{64502}},
                                     .observed_count = 1,
                                     .min_rtt = microseconds(12'345),
                                     .max_rtt = microseconds(12'345),
                                     .first_seen = samples::start(),
                                     .last_seen = samples::start(),
                                     .ixp_id = "Sample-IX"}));
  EXPECT_EQ(graph_.networks({}, 10)->size(), 3u);
  EXPECT_EQ(graph_.networks({}, 10)->at(2).org_name, "Far");
  EXPECT_THAT(*graph_.origins({}, 10),
              ElementsAre(graph::Origin{.asn = Asn{64502}, .prefix = Prefix::around(samples::host(1), 24)}));
  EXPECT_THAT(*graph_.memberships({}, 10), ElementsAre(graph::Membership{.asn = Asn{64502}, .ixp_id = "Sample-IX"}));
}

TEST_F(GrapherTest, what_it_counts_is_what_the_store_counts) {
  store_traces(10);
  catch_up();
  EXPECT_EQ(graph_.counts()->observations, 10);
  EXPECT_EQ(graph_.counts()->observations, *links_in_store());
  EXPECT_EQ(*grapher_.run_once(), 0u);
  EXPECT_EQ(grapher_.state().position, *store_->feed().last());
}

TEST_F(GrapherTest, a_trace_that_is_stored_late_is_not_missed) {
  store_trace(samples::start() + hours(1));
  catch_up();
  store_trace(samples::start());
  catch_up();
  EXPECT_EQ(graph_.counts()->observations, 2);
  EXPECT_EQ(graph_.routes({}, 1)->at(0).first_seen, samples::start());
}

TEST_F(GrapherTest, an_answer_that_is_lost_after_the_write_counts_nothing_twice) {
  store_traces(7);
  graph_.lose_answers = 2;
  EXPECT_FALSE(grapher_.run_once());
  EXPECT_FALSE(grapher_.run_once());
  catch_up();
  EXPECT_EQ(graph_.counts()->observations, 7);
}

TEST_F(GrapherTest, a_graph_that_was_away_catches_up) {
  store_traces(2);
  graph_.away = 1;
  const auto refused = grapher_.run_once();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  store_traces(8);
  catch_up();
  EXPECT_EQ(graph_.counts()->observations, 10);
}

TEST_F(GrapherTest, a_graph_that_was_cleared_is_filled_again_to_the_same) {
  store_traces(8);
  catch_up();
  const auto routes = *graph_.routes({}, 10);
  const auto counts = *graph_.counts();
  ASSERT_TRUE(graph_.clear());
  catch_up();
  EXPECT_EQ(*graph_.routes({}, 10), routes);
  EXPECT_EQ(*graph_.counts(), counts);
}

TEST_F(GrapherTest, a_graph_ahead_of_the_store_is_said) {
  store_traces(1);
  catch_up();
  ASSERT_TRUE(graph_.apply({.after = 1, .position = 1'000}));
  const auto refused = grapher_.run_once();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("graph rebuild"));
}

TEST_F(GrapherTest, a_trace_that_is_gone_or_cannot_be_read_holds_up_nobody) {
  store_traces(4);
  ASSERT_TRUE(store_->database()->write([](platform::Database& database) -> Result<> {
    TRY(database.execute("DELETE FROM measurements WHERE id = (SELECT min(id) FROM measurements)"));
    TRY(database.execute("UPDATE measurements SET detail = '{' WHERE id = (SELECT max(id) FROM measurements)"));
    return {};
  }));
  catch_up();
  EXPECT_EQ(graph_.counts()->observations, 2);
  EXPECT_EQ(grapher_.state().position, *store_->feed().last());
}

TEST_F(GrapherTest, it_goes_on_by_itself_when_the_graph_is_back_and_ends_when_told) {
  store_traces(7);
  graph_.away = 3;
  graph_.lose_answers = 1;
  std::stop_source stop;
  graph_.on_applied = [&](const graph::GraphBatch& batch) {
    if (batch.position == *store_->feed().last()) stop.request_stop();
  };
  grapher_.run(stop.get_token());
  EXPECT_EQ(graph_.counts()->observations, 7);
  EXPECT_THAT(grapher_.state().error, IsEmpty());
}

}  // namespace
}  // namespace cw::roles
