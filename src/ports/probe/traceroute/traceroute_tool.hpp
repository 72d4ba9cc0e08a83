#pragma once

// Debian's traceroute: traces by ICMP, UDP and TCP. UDP and TCP keep one flow, which makes it send one probe at a
// time; by ICMP it sends sixteen, whose checksums differ, so that it may see several of a load balancer's paths.

#include "ports/probe/tool_prober.hpp"

namespace cw::probe {

Tool traceroute_tool();

}  // namespace cw::probe
