// The wires over kernel sockets, on the loopback of a network namespace, on a pair of Ethernets and on a TUN device.
// They are tried only where nothing can leave the machine: with a default route there could be an address that is
// not ours.

#include <gtest/gtest.h>

#include "lab/tun_front.hpp"
#include "platform/datagram_wire.hpp"
#include "platform/raw_wire.hpp"
#include "platform/ring_wire.hpp"
#include "platform/wire_conformance.hpp"
#include "private_world.hpp"
#include "veth_pair.hpp"

namespace cw::platform {
namespace {

template <class SocketWire>
WireWorld open_loopback() {
  WireWorld world;
  world.missing = test::why_not_private();
  if (!world.missing.empty()) return world;
  auto wire = SocketWire::open();
  if (!wire) {
    world.missing = wire.error().message;
    return world;
  }
  world.wire = *std::move(wire);
  world.answers_v4 = test::loopback_v4;
  if (SourceFinder().find(test::loopback_v6())) world.answers_v6 = test::loopback_v6();
  world.without_route = test::outside;
  return world;
}

template <class SocketWire>
WireWorld open_veth() {
  WireWorld world;
  world.missing = test::why_not_private();
  if (!world.missing.empty()) return world;
  auto pair = test::VethPair::make();
  auto wire = SocketWire::open();
  if (!pair || !wire) {
    world.missing = !pair ? pair.error().message : wire.error().message;
    return world;
  }
  world.wire = *std::move(wire);
  world.answers_v4 = test::VethPair::far_v4;
  world.answers_v6 = test::VethPair::far_v6();
  world.without_route = test::outside;
  world.keeps_alive = *std::move(pair);
  return world;
}

// Everything has a route there.
template <class SocketWire>
WireWorld open_tun_world() {
  WireWorld world;
  world.missing = test::why_not_private();
  if (!world.missing.empty()) return world;
  auto lab = test::open_lab("silent_hops");
  auto wire = SocketWire::open();
  if (!lab || !wire) {
    world.missing = !lab ? lab.error().message : wire.error().message;
    return world;
  }
  world.wire = *std::move(wire);
  world.answers_v4 = *IpAddress::parse("203.0.113.14");
  world.answers_v6 = *IpAddress::parse("2001:db8:14::14");
  world.keeps_alive = *std::move(lab);
  return world;
}

INSTANTIATE_TEST_SUITE_P(RingOnLoopback, WireConformance, testing::Values(&open_loopback<RingWire>));
INSTANTIATE_TEST_SUITE_P(RingOnVeth, WireConformance, testing::Values(&open_veth<RingWire>));
INSTANTIATE_TEST_SUITE_P(RingOnTun, WireConformance, testing::Values(&open_tun_world<RingWire>));
INSTANTIATE_TEST_SUITE_P(Raw, WireConformance, testing::Values(&open_loopback<RawWire>));
INSTANTIATE_TEST_SUITE_P(RawOnVeth, WireConformance, testing::Values(&open_veth<RawWire>));
INSTANTIATE_TEST_SUITE_P(Datagram, WireConformance, testing::Values(&open_loopback<DatagramWire>));
INSTANTIATE_TEST_SUITE_P(DatagramOnVeth, WireConformance, testing::Values(&open_veth<DatagramWire>));

}  // namespace
}  // namespace cw::platform
