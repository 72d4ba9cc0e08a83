#pragma once

// What every Prober promises, as tests. An adapter instantiates the suite with a function that opens a prober in
// a world that is known: a path to a destination that answers, and an address behind which nothing answers.
// INSTANTIATE_TEST_SUITE_P(Native, ProberConformance, testing::Values(open_native_world));

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/ip_address.hpp"
#include "model/measurement_request.hpp"
#include "ports/probe/prober.hpp"

namespace cw::probe {

struct ProberWorld {
  std::unique_ptr<Prober> prober;
  std::vector<IpAddress> path;  // by TTL from 1; the last is the destination
  IpAddress silent;             // reached by nobody, as are all hops from some TTL on
  std::set<Kind> kinds;
  std::set<Method> methods;
  std::optional<std::size_t> most_running;
  // Lets the world go on until the condition holds. Gives up, and says false, when that takes too long.
  std::function<bool(const std::function<bool()>&)> run_until;
  std::string missing;  // why there is no prober here: the tests are skipped and say so
  std::shared_ptr<void> keeps_alive;
};

using OpenProberWorld = std::function<ProberWorld()>;

class ProberConformance : public testing::TestWithParam<OpenProberWorld> {
 protected:
  void SetUp() override {
    world_ = GetParam()();
    if (!world_.prober) GTEST_SKIP() << "no prober to try: " << world_.missing;
  }
  // The prober ends before what its observers write to.
  void TearDown() override { world_.prober.reset(); }

  ProberWorld world_;
};

}  // namespace cw::probe
