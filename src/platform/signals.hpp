#pragma once

// SIGINT and SIGTERM as something to wait for. They are blocked in the thread that opens this and in every
// thread it starts afterwards, so no handler ever runs.

#include <cstdint>
#include <optional>
#include <utility>

#include "core/result.hpp"
#include "core/time.hpp"

namespace cw::platform {

enum class StopSignal : std::uint8_t { interrupt, terminate };

class Signals {
 public:
  // Before any thread is started. SIGPIPE is ignored from here on: a closed pipe is a failed write.
  static Result<Signals> open();

  Signals(Signals&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Signals& operator=(Signals&&) = delete;
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  // The signal that came, or nothing after `longest`.
  [[nodiscard]] std::optional<StopSignal> wait(Duration longest) const;
  // Readable when a signal waits: for a poll together with other descriptors.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  explicit Signals(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace cw::platform
