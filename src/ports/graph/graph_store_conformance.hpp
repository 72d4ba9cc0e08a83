#pragma once

// The contract of the graph as tests. A back end joins with one line:
//   INSTANTIATE_TEST_SUITE_P(Name, GraphStoreConformance, testing::Values(open_it));

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "ports/graph/graph_store.hpp"

namespace cw::graph {

// An empty graph, with whatever it needs to live. Without a back end to be had: no store, and why.
struct GraphStoreUnderTest {
  std::shared_ptr<void> backend;
  GraphStore* store = nullptr;
  std::string missing;
};
using OpenGraphStore = std::function<GraphStoreUnderTest()>;

class GraphStoreConformance : public testing::TestWithParam<OpenGraphStore> {
 protected:
  // A back end that is not there is said, and is a failure where CI says that everything must be.
  void SetUp() override;

  GraphStore& graph() { return *opened_.store; }

 private:
  GraphStoreUnderTest opened_ = GetParam()();
};

}  // namespace cw::graph
