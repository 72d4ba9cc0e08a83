#pragma once

// The way packets leave this machine: the best of packet rings, raw sockets and unprivileged ones that is to be
// had, or the one that the owner names.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/command_line.hpp"
#include "core/result.hpp"
#include "model/settings.hpp"
#include "platform/wire.hpp"
#include "platform/wire_options.hpp"

namespace cw::app {

enum class WireChoice : std::uint8_t { automatic, ring, raw, datagram };

inline constexpr std::string_view kWireChoices = "auto, ring, raw, datagram";
std::optional<WireChoice> parse_wire_choice(std::string_view text);

struct OpenedWire {
  std::unique_ptr<platform::Wire> wire;  // its traits name it
  // Why it is not a better one; empty where it is, or where nobody asked for better.
  std::string why_not_ring;
  std::string why_not_raw;
};

// `invalid` for a source or an interface that is not there, `unavailable` where none is to be had, saying how to
// mend it. To be called before privileges are dropped.
Result<OpenedWire> open_wire(const platform::WireOptions& options = {}, WireChoice choice = WireChoice::automatic);

// How the settings want packets to leave.
Result<OpenedWire> open_wire(const Settings& settings);
// How the command line wants it.
Result<OpenedWire> open_wire(const WireArguments& arguments);

// A seed for what must not be guessed or repeated, from the system.
std::uint64_t system_seed();

}  // namespace cw::app
