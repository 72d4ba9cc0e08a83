#pragma once

// A program started by argument vector, never through a shell, in a process group of its own: with limits on its
// time, memory and output, and killed as a whole. Nothing of ours is inherited but what is said here.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "platform/file_descriptor.hpp"

namespace cw::platform {

struct Command {
  std::vector<std::string> arguments;    // the first is the program: a path, or a name looked up in PATH
  std::vector<std::string> environment;  // "NAME=value", over a clean one: PATH, HOME and LC_ALL=C
};

struct ProcessLimits {
  Duration time = std::chrono::seconds(60);
  std::size_t memory_bytes = std::size_t{256} << 20;  // address space of each process in the group
  std::size_t output_bytes = std::size_t{4} << 20;    // of stdout and of stderr
};

enum class ProcessEnd : std::uint8_t { exited, signalled, out_of_time, too_much_output };

struct ProcessOutcome {
  ProcessEnd end = ProcessEnd::exited;
  int code = 0;  // exit code or signal number
  std::string output;
  std::string errors;
};

// A running program whose pipes are non-blocking. Its group is killed and its leader reaped when the object goes.
class Subprocess {
 public:
  // `not_found`: there is no such program; `unavailable`: it may not be run.
  static Result<Subprocess> start(const Command& command, const ProcessLimits& limits);
  Subprocess(Subprocess&&) noexcept;
  Subprocess& operator=(Subprocess&&) noexcept;
  ~Subprocess();

  [[nodiscard]] int input_fd() const { return input_.get(); }
  [[nodiscard]] int output_fd() const { return output_.get(); }
  [[nodiscard]] int errors_fd() const { return errors_.get(); }
  // Readable when the leader has ended.
  [[nodiscard]] int process_fd() const { return process_.get(); }
  [[nodiscard]] Instant deadline() const { return deadline_; }

  void close_input() { input_ = FileDescriptor(); }
  // Takes what the pipes hold. False once the program has ended and its pipes are empty, or a limit was passed
  // (it is killed then): `outcome` is complete.
  bool pump(Instant now);
  [[nodiscard]] ProcessOutcome take_outcome();
  // The whole group, at once.
  void kill();

 private:
  Subprocess() = default;

  FileDescriptor input_;
  FileDescriptor output_;
  FileDescriptor errors_;
  FileDescriptor process_;
  pid_t leader_ = -1;
  ProcessLimits limits_;
  Instant deadline_;
  ProcessOutcome outcome_;
  bool ended_ = false;
};

// Where a program lies, by PATH and the administrators' folders (/usr/sbin, /sbin). `not_found` names it.
Result<std::string> find_program(std::string_view name);

}  // namespace cw::platform
