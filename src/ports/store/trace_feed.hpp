#pragma once

// The traces in the order in which they were stored, for whatever follows the store and must not miss one: ids are
// made when a measurement is leased, so one that took long is stored behind younger ones. trace_feed_conformance.cpp
// is the contract as tests.

#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "core/uuid.hpp"

namespace cw::store {

struct FedTrace {
  std::int64_t position = 0;  // from 1 on, growing; there may be holes
  Uuid measurement;
  friend bool operator==(const FedTrace&, const FedTrace&) = default;
};

class TraceFeed {
 public:
  virtual ~TraceFeed() = default;

  // The next ones behind a position. Nothing ever appears at or before a position that was read. A measurement that
  // has been removed since may still be named.
  virtual Result<std::vector<FedTrace>> after(std::int64_t position, int most) = 0;
  // The highest position that was given; 0 when there was none.
  virtual Result<std::int64_t> last() = 0;
};

}  // namespace cw::store
