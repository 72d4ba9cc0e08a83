#include "app/wires.hpp"

#include <fmt/format.h>

#include <random>

#include "platform/datagram_wire.hpp"
#include "platform/raw_wire.hpp"

namespace cw::app {

Result<OpenedWire> open_wire() {
  auto raw = platform::RawWire::open();
  if (raw) return OpenedWire{.wire = *std::move(raw)};
  auto datagram = platform::DatagramWire::open();
  if (datagram) return OpenedWire{.wire = *std::move(datagram), .why_not_raw = std::move(raw).error().message};
  return fail(ErrorKind::unavailable,
              "no privilege to send probes: run as root, or once `sudo setcap cap_net_raw+ep` on this program, or "
              "`sudo sysctl net.ipv4.ping_group_range=\"0 2147483647\"` for ICMP without privileges");
}

std::uint64_t system_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace cw::app
