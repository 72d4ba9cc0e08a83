#pragma once

// Seeded randomness. The seed comes from outside: from the system in `app`, from the test in a test.

#include <cstdint>

namespace cw {

// xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64. Not for secrets.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next();
  // Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  // Uniform in [0, 1).
  double unit();

 private:
  std::uint64_t state_[4];
};

}  // namespace cw
