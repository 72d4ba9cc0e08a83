#pragma once

// What PostgreSQL's error codes mean to a caller (manual, appendix A).

#include <string_view>

#include "core/result.hpp"

namespace cw::platform {

struct PostgresFault {
  std::string_view state;    // five characters; empty where the server said none
  std::string_view message;  // the server's own words
};

// In words about the database called `name`.
std::unexpected<Error> postgres_failure(const PostgresFault& fault, std::string_view name);

}  // namespace cw::platform
