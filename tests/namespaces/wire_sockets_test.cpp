// The wires over kernel sockets, on the loopback of a network namespace. They are tried only where nothing can
// leave the machine: with a default route there could be an address that is not ours.

#include <gtest/gtest.h>

#include "platform/datagram_wire.hpp"
#include "platform/raw_wire.hpp"
#include "platform/wire_conformance.hpp"

namespace cw::platform {
namespace {

constexpr auto outside = IpAddress::v4(0xc0000263);  // 192.0.2.99, RFC 5737

template <class SocketWire>
WireWorld open_world() {
  WireWorld world;
  SourceFinder routes;
  if (routes.find(outside)) {
    world.missing = "this machine has a default route; run the tests within `unshare -rn`";
    return world;
  }
  auto wire = SocketWire::open();
  if (!wire) {
    world.missing = wire.error().message;
    return world;
  }
  const auto loopback_v4 = IpAddress::v4(0x7f000001);
  const auto loopback_v6 = *IpAddress::parse("::1");
  if (!routes.find(loopback_v4)) {
    world.missing = "the loopback is down: run `ip link set lo up` in the network namespace";
    return world;
  }
  world.wire = *std::move(wire);
  world.answers_v4 = loopback_v4;
  if (routes.find(loopback_v6)) world.answers_v6 = loopback_v6;
  world.without_route = outside;
  return world;
}

INSTANTIATE_TEST_SUITE_P(Raw, WireConformance, testing::Values(&open_world<RawWire>));
INSTANTIATE_TEST_SUITE_P(Datagram, WireConformance, testing::Values(&open_world<DatagramWire>));

}  // namespace
}  // namespace cw::platform
