#pragma once

// What every adapter says when it says no, in the same words.

#include <cstdint>

#include "core/asn.hpp"
#include "core/result.hpp"
#include "ports/graph/graph_store.hpp"

namespace cw::graph {

std::unexpected<Error> unknown_network(Asn asn);
std::unexpected<Error> no_path(const PathQuery& query);
std::unexpected<Error> cursor_moved(std::int64_t expected);

}  // namespace cw::graph
