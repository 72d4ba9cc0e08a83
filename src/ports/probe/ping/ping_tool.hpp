#pragma once

// ping of iputils: ICMP echo. Errors of routers end up in the verdict but not among the replies, as ping does not
// say how long they took.

#include "ports/probe/tool_prober.hpp"

namespace cw::probe {

Tool ping_tool();

}  // namespace cw::probe
