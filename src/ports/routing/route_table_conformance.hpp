#pragma once

// What every RouteTable promises, as tests. An adapter instantiates the suite with a function that makes a table of
// the given routes: INSTANTIATE_TEST_SUITE_P(Builtin, RouteTableConformance, testing::Values(make_table)).

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/asn.hpp"
#include "core/prefix.hpp"
#include "ports/routing/route_table.hpp"

namespace cw::routing {

// In order from wide to narrow.
struct ConformanceRoute {
  Prefix prefix;
  Asn asn;
  std::string org_name;
};

using MakeRouteTable = std::shared_ptr<const RouteTable> (*)(const std::vector<ConformanceRoute>& routes);

class RouteTableConformance : public testing::TestWithParam<MakeRouteTable> {
 protected:
  static std::shared_ptr<const RouteTable> make(const std::vector<ConformanceRoute>& routes) {
    return GetParam()(routes);
  }
};

}  // namespace cw::routing
