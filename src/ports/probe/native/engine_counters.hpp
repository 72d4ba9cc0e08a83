#pragma once

// What the engine counts. Written by the engine's thread alone, read by any.

#include <atomic>
#include <cstdint>

#include "platform/wire.hpp"
#include "ports/probe/prober.hpp"

namespace cw::probe {

class EngineCounter {
 public:
  // Only one thread writes, so a plain addition is enough.
  void add(std::uint64_t by = 1) { set(value() + by); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct EngineCounters {
  EngineCounter probes_sent;
  EngineCounter probes_refused;  // by our own machine
  EngineCounter send_buffer_full;
  EngineCounter resets_sent;  // that ended what a SYN began
  EngineCounter measurements_started;
  EngineCounter measurements_finished;
  EngineCounter measurements_cancelled;
  EngineCounter measurements_running;

  EngineCounter reply_matched;
  EngineCounter reply_duplicate;  // of those matched
  EngineCounter reply_after_end;  // genuine, and nobody waits for it any more
  EngineCounter reply_unparsable;
  EngineCounter reply_bad_checksum;
  EngineCounter reply_foreign;     // about somebody else's packet
  EngineCounter reply_unmatched;   // about a probe that was never sent, or is long forgotten
  EngineCounter reply_bad_cookie;  // about a probe of ours, with a payload that is not ours

  // Of the wire.
  EngineCounter packets_sent;
  EngineCounter send_errors;
  EngineCounter packets_received;
  EngineCounter receive_drops;

  void take(const platform::WireCounters& wire);
  [[nodiscard]] Counters by_name() const;
};

}  // namespace cw::probe
