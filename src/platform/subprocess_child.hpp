#pragma once

// The child's side of a new process, between fork and execve. Other threads' locks may be held for ever there, so
// everything here is async-signal-safe (signal-safety(7)): plain system calls on what was prepared before.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace cw::platform {

struct ChildPlan {
  const char* program = nullptr;
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  int input = -1;
  int output = -1;
  int errors = -1;
  int report = -1;  // takes a ChildFailure if the program cannot be started; closed by a start that works
  std::size_t memory_bytes = 0;
  pid_t parent = -1;
  bool keeps_rights = false;
};

struct ChildFailure {
  enum class Stage : std::uint8_t { preparing, starting };
  Stage stage = Stage::preparing;
  int error = 0;  // errno
};

[[noreturn]] void become_program(const ChildPlan& plan);

}  // namespace cw::platform
