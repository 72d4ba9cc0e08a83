#include "app/wires.hpp"

#include <fmt/format.h>

#include <random>
#include <utility>

#include "core/text.hpp"
#include "platform/datagram_wire.hpp"
#include "platform/raw_wire.hpp"
#include "platform/ring_wire.hpp"

namespace cw::app {
namespace {

template <class Wire>
Result<OpenedWire> open_only(const platform::WireOptions& options) {
  return OpenedWire{.wire = TRY(Wire::open(options))};
}

Result<OpenedWire> open_best(const platform::WireOptions& options) {
  auto ring = platform::RingWire::open(options);
  if (ring) return OpenedWire{.wire = *std::move(ring)};
  auto raw = platform::RawWire::open(options);
  if (raw) return OpenedWire{.wire = *std::move(raw), .why_not_ring = std::move(ring).error().message};
  auto datagram = platform::DatagramWire::open(options);
  if (!datagram)
    return fail(ErrorKind::unavailable,
                "no privilege to send probes: run as root, or once `sudo setcap cap_net_raw+ep` on this program, or "
                "`sudo sysctl net.ipv4.ping_group_range=\"0 2147483647\"` for ICMP without privileges");
  return OpenedWire{.wire = *std::move(datagram),
                    .why_not_ring = std::move(ring).error().message,
                    .why_not_raw = std::move(raw).error().message};
}

}  // namespace

std::optional<WireChoice> parse_wire_choice(std::string_view text) {
  if (text == "auto") return WireChoice::automatic;
  if (text == "ring") return WireChoice::ring;
  if (text == "raw") return WireChoice::raw;
  if (text == "datagram") return WireChoice::datagram;
  return std::nullopt;
}

Result<OpenedWire> open_wire(const platform::WireOptions& options, WireChoice choice) {
  // No wire can mend what is wrong with these.
  TRY(platform::check(options));
  switch (choice) {
    case WireChoice::automatic:
      return open_best(options);
    case WireChoice::ring:
      return open_only<platform::RingWire>(options);
    case WireChoice::raw:
      return open_only<platform::RawWire>(options);
    case WireChoice::datagram:
      return open_only<platform::DatagramWire>(options);
  }
  std::unreachable();
}

Result<OpenedWire> open_wire(const Settings& settings) {
  return open_wire({.source_v4 = settings.address("probe.source_v4"),
                    .source_v6 = settings.address("probe.source_v6"),
                    .interface = settings.text("probe.interface")},
                   parse_wire_choice(settings.text("probe.wire")).value_or(WireChoice::automatic));
}

Result<OpenedWire> open_wire(const WireArguments& arguments) {
  const auto choice = parse_wire_choice(arguments.kind);
  if (!choice)
    return fail(ErrorKind::invalid,
                fmt::format("a wire is one of {}, not \"{}\"", kWireChoices, printable(arguments.kind, 40)));
  platform::WireOptions options{.interface = arguments.interface_name};
  if (arguments.source) (arguments.source->is_v4() ? options.source_v4 : options.source_v6) = arguments.source;
  return open_wire(options, *choice);
}

std::uint64_t system_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace cw::app
