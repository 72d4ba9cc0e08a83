#pragma once

// What Debian's traceroute ("Modern traceroute for Linux", 2.0 and newer) prints with the options -n -e.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/measurement.hpp"

namespace cw::probe {

struct TracerouteProbe {
  Ttl ttl;
  int attempt = 1;
  std::optional<IpAddress> from;  // nothing: "*"
  Duration rtt{};
  std::vector<MplsLabel> mpls;            // "<MPLS:L=24015,E=0,S=1,T=1>"
  std::optional<std::uint8_t> tcp_flags;  // "<syn,ack>" with -O info
  std::string_view mark;                  // "!H", "!F-1400", "!<10>"; it points into the text
};

// A line for each TTL: addresses, each with the times of its answers, each time with its mark.
// `invalid` for any other line.
Result<std::vector<TracerouteProbe>> parse_traceroute(std::string_view text);

// ICMP type and code that a mark stands for, by family (traceroute(8)); `invalid` for none.
struct TracerouteMark {
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  std::optional<std::uint16_t> mtu;
};
Result<TracerouteMark> read_mark(std::string_view mark, Family family);

}  // namespace cw::probe
