#pragma once

// The graph as tables beside the store's, in the same database.

#include <memory>

#include "platform/database.hpp"
#include "ports/graph/graph_store.hpp"

namespace cw::graph {

class EmbeddedGraphStore final : public GraphStore {
 public:
  // Migrates its tables. Errors as migrate() and the database have them.
  static Result<std::unique_ptr<EmbeddedGraphStore>> open(std::shared_ptr<platform::SharedDatabase> database);

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
  explicit EmbeddedGraphStore(std::shared_ptr<platform::SharedDatabase> database) : database_(std::move(database)) {}

  std::shared_ptr<platform::SharedDatabase> database_;
};

}  // namespace cw::graph
