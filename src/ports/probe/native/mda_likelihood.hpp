#pragma once

// How well a count of probes agrees with a share that is the same for all of them.

#include <cmath>

namespace cw::probe {

// How many of how many probes.
struct Count {
  double hits = 0;
  double all = 0;
  [[nodiscard]] double share() const { return all > 0 ? hits / all : 0; }
  friend Count operator+(const Count& a, const Count& b) { return {.hits = a.hits + b.hits, .all = a.all + b.all}; }
};

// What a series of draws with that share tells at best: the logarithm of its greatest likelihood.
inline double log_likelihood(const Count& count) {
  if (count.all <= 0) return 0;
  const auto part = [&](double hits) { return hits > 0 ? hits * std::log2(hits / count.all) : 0; };
  return part(count.hits) + part(count.all - count.hits);
}

}  // namespace cw::probe
