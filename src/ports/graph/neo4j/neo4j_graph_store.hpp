#pragma once

// The graph in a Neo4j, over its HTTP Query API. Opening does not connect: whether the server is there is said by
// every call, so that a node starts, and goes on, without it. The first call that gets through makes the constraints
// and indexes. Calls are made one after the other; who calls waits at most for the session's timeout.

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "ports/graph/graph_store.hpp"

namespace cw::graph {

class QueryApi;

struct Neo4jOptions {
  std::string url;             // as parse_neo4j_url() has it
  std::string user = "neo4j";  // empty: a server without authentication
  std::string password;
  std::string ca_file;  // PEM; empty: the system's authorities
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
  std::chrono::milliseconds timeout = std::chrono::seconds(60);
};

class Neo4jGraphStore final : public GraphStore {
 public:
  // `invalid` for a URL that is none.
  static Result<std::unique_ptr<Neo4jGraphStore>> open(Neo4jOptions options);
  ~Neo4jGraphStore() override;

  Result<std::int64_t> cursor() override;
  Result<> apply(const GraphBatch& batch) override;
  Result<> clear() override;
  Result<GraphCounts> counts() override;
  Result<std::vector<Route>> path(const PathQuery& query) override;
  Result<std::vector<Route>> neighbours(Asn asn, int most) override;
  Result<Subgraph> subgraph(const SubgraphQuery& query) override;
  Result<RouteChanges> changes(const Days& before, const Days& after) override;
  Result<std::vector<Network>> networks(std::optional<Asn> after, int most) override;
  Result<std::vector<Route>> routes(std::optional<RouteEnds> after, int most) override;
  Result<std::vector<Origin>> origins(std::optional<Origin> after, int most) override;
  Result<std::vector<Membership>> memberships(std::optional<Membership> after, int most) override;
  Result<std::vector<Exchange>> exchanges(std::optional<std::string> after, int most) override;

 private:
  explicit Neo4jGraphStore(std::unique_ptr<QueryApi> api);

  // The server with our constraints, indexes and cursor in it.
  Result<QueryApi*> ready();
  static Result<> finish_clearing(QueryApi& api);

  std::unique_ptr<QueryApi> api_;
  std::atomic<bool> prepared_ = false;
};

}  // namespace cw::graph
