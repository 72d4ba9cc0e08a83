#pragma once

// What the process ends with (contract): 0 done; 1 the thing asked for failed; 2 wrong usage or settings; 3 a
// back end or privilege is missing.

#include <cstdint>

#include "core/result.hpp"

namespace cw::app {

enum class ExitCode : std::uint8_t { done = 0, failed = 1, usage = 2, unavailable = 3 };

constexpr ExitCode exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
    case ErrorKind::unsupported:
      return ExitCode::usage;
    case ErrorKind::unavailable:
    case ErrorKind::conflict:
      return ExitCode::unavailable;
    case ErrorKind::not_found:
    case ErrorKind::forbidden:
    case ErrorKind::exhausted:
    case ErrorKind::cancelled:
    case ErrorKind::internal:
      return ExitCode::failed;
  }
  return ExitCode::failed;
}

}  // namespace cw::app
