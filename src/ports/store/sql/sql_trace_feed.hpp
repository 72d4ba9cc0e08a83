#pragma once

// The feed of traces as a table beside the measurements, written in their transaction.

#include <memory>

#include "platform/database.hpp"
#include "ports/store/trace_feed.hpp"

namespace cw::store {

class SqlTraceFeed final : public TraceFeed {
 public:
  explicit SqlTraceFeed(std::shared_ptr<platform::SharedDatabase> database) : database_(std::move(database)) {}

  Result<std::vector<FedTrace>> after(std::int64_t position, int most) override;
  Result<std::int64_t> last() override;

 private:
  std::shared_ptr<platform::SharedDatabase> database_;
};

// Puts traces at the end of the feed. The last work of a transaction: positions are given under a lock that is held
// until its end, so that they grow in the order in which transactions end.
Result<> feed_traces(platform::Database& database, const std::vector<Uuid>& measurements);

}  // namespace cw::store
