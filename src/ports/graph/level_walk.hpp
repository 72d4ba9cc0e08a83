#pragma once

// Breadth-first over networks, a level at a time, so that a back end is asked once a level. The order is fixed: level
// by level, each by number, so that every back end answers the same.

#include <set>
#include <utility>
#include <vector>

#include "core/asn.hpp"
#include "core/result.hpp"

namespace cw::graph {

struct Walk {
  std::vector<Asn> found;  // the center first
  bool complete = true;    // false: there were more networks within the depth
};

// `expand(level)` gives a Result of the set of all neighbours of the networks of a level.
template <class Expand>
Result<Walk> walk_levels(Asn center, int depth, std::size_t most, Expand&& expand) {
  Walk walk{.found = {center}};
  std::set<Asn> known{center};
  std::vector<Asn> level{center};
  for (int distance = 0; distance < depth && !level.empty(); ++distance) {
    std::vector<Asn> next;
    for (const auto asn : TRY(expand(std::as_const(level)))) {
      if (known.contains(asn)) continue;
      if (walk.found.size() + next.size() >= most) {
        walk.complete = false;
        break;
      }
      next.push_back(asn);
    }
    known.insert(next.begin(), next.end());
    walk.found.insert(walk.found.end(), next.begin(), next.end());
    if (!walk.complete) break;
    level = std::move(next);
  }
  return walk;
}

}  // namespace cw::graph
