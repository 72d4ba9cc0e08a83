#pragma once

// What every Wire promises, as tests. An adapter instantiates the suite with a world to try it in: a wire, an
// address of each family that answers echo requests there, and one that does not.
// INSTANTIATE_TEST_SUITE_P(Raw, WireConformance, testing::Values(WireWorldFactory{open_raw_world}));

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/ip_address.hpp"
#include "platform/wire.hpp"

namespace cw::platform {

struct WireWorld {
  std::unique_ptr<Wire> wire;
  std::optional<IpAddress> answers_v4;
  std::optional<IpAddress> answers_v6;
  std::optional<IpAddress> without_route;
  std::string missing;  // why there is no wire here: the tests are skipped and say so
  std::shared_ptr<void> keeps_alive;
};

using OpenWireWorld = std::function<WireWorld()>;

class WireConformance : public testing::TestWithParam<OpenWireWorld> {
 protected:
  void SetUp() override {
    world_ = GetParam()();
    if (!world_.wire) GTEST_SKIP() << "no wire to try: " << world_.missing;
  }
  [[nodiscard]] Wire& wire() { return *world_.wire; }

  WireWorld world_;
};

}  // namespace cw::platform
