#pragma once

// mtr 0.90 and newer: traces and mtr rounds by ICMP, UDP and TCP.
//
// mtr does not say what kind of answer it got, nor tell a router that refuses from one that forwards: a router
// that answers for every further TTL is taken for one that refuses ("unreachable", for reasons not told), as mtr's
// own reports end there too.

#include "ports/probe/tool_prober.hpp"

namespace cw::probe {

Tool mtr_tool();

}  // namespace cw::probe
