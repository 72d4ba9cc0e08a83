#pragma once

// A program started by argument vector, never through a shell, in a session of its own: with limits on its time,
// memory and output, and killed as a whole. Nothing of ours is inherited but what is said here: no descriptor, no
// signal mask, no environment, and of our capabilities only the right to send packets.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "platform/file_descriptor.hpp"

namespace cw::platform {

enum class StandardInput : std::uint8_t { nothing, pipe };

// 1. A program gets at most what the starting thread still has; nothing gives it more (no_new_privs).
// 2. `raw_packets`: of that, CAP_NET_RAW alone, handed on as an ambient capability, so that it holds for programs
//    with and without file capabilities. Without it, ping, mtr and traceroute fall back to datagram sockets,
//    which the kernel's ping group has to allow; nping cannot work.
// 3. `ours`: all of it, for a program that drops privileges by itself and has to be able to.
// 4. A program with file capabilities cannot even be started when the bounding set has lost them (execve(2),
//    EPERM): who drops the bounding set has to start such programs from a thread that did not.
enum class InheritedRights : std::uint8_t { raw_packets, ours };

struct Command {
  std::vector<std::string> arguments;    // the first is the program: a path, or a name looked up in PATH
  std::vector<std::string> environment;  // "NAME=value", over a clean one: PATH, HOME=/ and LC_ALL=C
  StandardInput input = StandardInput::nothing;
  InheritedRights rights = InheritedRights::raw_packets;
};

struct ProcessLimits {
  Duration time = std::chrono::seconds(60);           // Duration::max(): none
  std::size_t memory_bytes = std::size_t{256} << 20;  // address space of each process in the group
  std::size_t output_bytes = std::size_t{4} << 20;    // of stdout and of stderr, as far as nobody took it
};

enum class ProcessEnd : std::uint8_t { exited, signalled, out_of_time, too_much_output };

struct ProcessOutcome {
  ProcessEnd end = ProcessEnd::exited;
  int code = 0;  // exit code or signal number
  std::string output;
  std::string errors;
};

// A running program whose pipes are non-blocking. Its group is killed and its leader reaped when the object goes.
// Processes that it started go with it, but for those that opened a session of their own. It is killed too when
// the thread that started it ends, so a short-lived thread must not start a long-lived program; the kernel
// forgets that for programs with file capabilities (prctl(2), PR_SET_PDEATHSIG), which then end by themselves.
class Subprocess {
 public:
  // `not_found`: there is no such program; `unavailable`: it may not be run.
  static Result<Subprocess> start(const Command& command, const ProcessLimits& limits, Instant now);
  Subprocess(Subprocess&& other) noexcept;
  Subprocess& operator=(Subprocess&& other) noexcept;
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;
  ~Subprocess();

  // Open with StandardInput::pipe. SIGPIPE is the caller's to ignore (platform/signals.hpp does).
  [[nodiscard]] int input_fd() const { return input_.get(); }
  // -1, which poll(2) passes over, once the other end is closed.
  [[nodiscard]] int output_fd() const { return output_.get(); }
  [[nodiscard]] int errors_fd() const { return errors_.get(); }
  // Readable when the leader has ended.
  [[nodiscard]] int process_fd() const { return process_.get(); }
  [[nodiscard]] pid_t process_id() const { return leader_; }
  [[nodiscard]] Instant deadline() const { return deadline_; }

  void close_input() { input_.reset(); }
  // Takes what the pipes hold. False once the program has ended and its pipes are empty, or a limit was passed
  // (it is killed then): `outcome` is complete.
  bool pump(Instant now);
  // What stdout has said so far; it counts against the limit no more.
  [[nodiscard]] std::string take_output() { return std::exchange(outcome_.output, {}); }
  [[nodiscard]] ProcessOutcome take_outcome() { return std::exchange(outcome_, {}); }
  // The whole group, at once. Nothing is left of it when this returns; `pump` is false from then on.
  void kill();

 private:
  Subprocess() = default;

  void end_by_limit(ProcessEnd why);
  void kill_group() const;
  void reap();

  FileDescriptor input_;
  FileDescriptor output_;
  FileDescriptor errors_;
  FileDescriptor process_;
  pid_t leader_ = -1;  // -1: ended, and reaped
  ProcessLimits limits_;
  Instant deadline_;
  ProcessOutcome outcome_;
};

// Waits for the program's end, within its limits.
ProcessOutcome run_to_end(Subprocess process, const Clock& clock);

// Where a program lies, by PATH and the administrators' folders (/usr/sbin, /sbin). `not_found` names it.
Result<std::string> find_program(std::string_view name);

}  // namespace cw::platform
