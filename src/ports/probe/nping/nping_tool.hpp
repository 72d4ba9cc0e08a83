#pragma once

// nping of the nmap project: pings by ICMP, UDP, TCP SYN and TCP ACK, over IPv4. Its IPv6 cannot be had without
// Ethernet addresses (0.7.93: the capture filter does not compile for ICMPv6, the checksums of UDP and TCP are 0).

#include "ports/probe/tool_prober.hpp"

namespace cw::probe {

Tool nping_tool();

}  // namespace cw::probe
