#pragma once

// The AS path of one trace by the first ownership rules: special-use and unmapped hops are gaps, a link is
// claimed only between networks seen at consecutive TTLs.

#include <span>

#include "model/address_facts.hpp"
#include "model/as_path.hpp"
#include "model/measurement.hpp"

namespace cw::topology {

// `facts` in any order; a hop without facts is unmapped. A ping has an empty path.
AsPath find_as_path(const Measurement& measurement, std::span<const AddressFacts> facts);

}  // namespace cw::topology
