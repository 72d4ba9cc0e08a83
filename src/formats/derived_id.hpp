#pragma once

// An id for what another program measured and gave none: made of the time and the text, so that importing the same
// result twice stores it once.

#include <string_view>

#include "core/time.hpp"
#include "core/uuid.hpp"

namespace cw::formats {

// Version 7 of the result's own millisecond, its random bits made of what the result says.
Uuid derived_id(std::string_view text, Instant started_at);

}  // namespace cw::formats
