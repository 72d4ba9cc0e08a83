#pragma once

// What `cyberwatch why ADDRESS` says: everything the node knows of its probing of an address, in words.

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cw::app {

// The answer of GET /api/v1/why/{address} in lines for people. `unavailable` for what is no such answer.
Result<std::string> why_text(std::string_view json);

}  // namespace cw::app
