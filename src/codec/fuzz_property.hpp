#pragma once

// What the fuzz targets of the codecs assert. Only they include this.

#include <algorithm>
#include <cstdlib>

#include "codec/byte_reader.hpp"

namespace cw::codec {

// Stays on in every build, as an assert may not.
inline void require(bool holds) {
  if (!holds) std::abort();
}

// A view that a parser handed out lies inside what it was given.
inline void require_inside(Bytes part, Bytes whole) {
  if (part.empty()) return;
  require(part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

inline bool same_bytes(Bytes a, Bytes b) { return std::ranges::equal(a, b); }

}  // namespace cw::codec
