#pragma once

// The graph of a multipath trace as text: a line an interface, named by its TTL and a letter, with the interfaces
// that flows were seen to go on to. A pure function.

#include <string>

#include "app/text/trace_text.hpp"
#include "model/measurement.hpp"

namespace cw::app {

// "load-balanced paths: 9 interfaces, 12 links; at 95 % no branch of a hop was missed", and the lines.
std::string graph_text(const PathGraph& graph, const TextStyle& style);

}  // namespace cw::app
