#pragma once

// Programs for the kernel's packet filter (classic BPF, "The BSD Packet Filter", McCanne and Jacobson, 1993) that
// let through what can answer a probe: ICMP errors, echo replies, and TCP segments that answer a SYN or an ACK to
// a port of ours. Everything else is dropped before it costs a wake-up.

#include <linux/filter.h>

#include <cstdint>
#include <vector>

#include "platform/file_descriptor.hpp"

namespace cw::platform {

// The lowest source port of our TCP and UDP probes.
inline constexpr std::uint16_t lowest_probe_port = 0x8000;

// Where the first byte that the program sees belongs.
enum class FilterPlace : std::uint8_t { ipv4_header, ipv6_header, tcp_header };

using FilterProgram = std::vector<sock_filter>;
FilterProgram reply_filter(FilterPlace place);

// False, with errno, where the kernel says no.
bool attach(const FilterProgram& program, const FileDescriptor& socket);

}  // namespace cw::platform
