#pragma once

// The simulated Internet behind a TUN device, on real time: a thread reads what the kernel sends, and writes each
// reply at its instant, to some tens of microseconds.

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "core/result.hpp"
#include "lab/private_network.hpp"
#include "lab/simulated_internet.hpp"

namespace cw::lab {

struct TunCounters {
  std::atomic<std::uint64_t> packets_read{0};
  std::atomic<std::uint64_t> replies_written{0};
  std::atomic<std::uint64_t> replies_refused{0};  // by the kernel
  std::atomic<std::int64_t> worst_lateness_ns{0};
};

class TunFront {
 public:
  // Starts the thread, which alone uses the Internet from then on.
  static Result<std::unique_ptr<TunFront>> start(TunDevice device, std::unique_ptr<SimulatedInternet> internet);
  // Stops the thread.
  ~TunFront();
  TunFront(const TunFront&) = delete;
  TunFront& operator=(const TunFront&) = delete;

  [[nodiscard]] const TunCounters& counters() const { return counters_; }

 private:
  TunFront(TunDevice device, std::unique_ptr<SimulatedInternet> internet, int stop_descriptor);

  void run(const std::stop_token& stop);
  void read_batch();
  void write_due();
  void wait() const;

  TunDevice device_;
  std::unique_ptr<SimulatedInternet> internet_;
  int stop_descriptor_;  // an eventfd: ends the wait
  TunCounters counters_;
  std::vector<std::uint8_t> packet_;
  bool more_to_read_ = false;
  std::jthread thread_;  // last: it uses all the others
};

}  // namespace cw::lab
