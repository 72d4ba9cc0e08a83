#pragma once

// The wire into the simulated Internet, for the probing engine. On simulated time a `receive` moves the clock to
// the next arrival, or to its end, and nothing ever sleeps; on real time it waits.

#include <vector>

#include "core/clock.hpp"
#include "lab/simulated_internet.hpp"
#include "lab/wake_signal.hpp"
#include "platform/wire.hpp"

namespace cw::lab {

class SimulatedWire final : public platform::Wire {
 public:
  // Simulated time. The clock and the Internet outlive the wire.
  SimulatedWire(SimulatedInternet& internet, ManualClock& clock);
  // The time of that clock, which runs by itself.
  SimulatedWire(SimulatedInternet& internet, const Clock& clock);

  [[nodiscard]] platform::WireTraits traits() const override;
  [[nodiscard]] Instant now() const override { return clock_.now(); }
  Result<IpAddress> source_for(const IpAddress& destination) override;
  Result<std::size_t> send(std::span<const platform::OutgoingPacket> packets,
                           std::vector<std::size_t>& refused) override;
  Result<std::size_t> receive(std::span<platform::IncomingPacket> packets, Instant until) override;
  void rest(Instant until) override;
  void wake() override { signal_.wake(); }
  [[nodiscard]] platform::WireCounters counters() const override { return counters_; }

 private:
  [[nodiscard]] std::size_t largest_packet() const;
  std::size_t take_what_is_there(std::span<platform::IncomingPacket> packets);
  // False when woken.
  bool pass_time(Instant until);

  SimulatedInternet& internet_;
  const Clock& clock_;
  ManualClock* manual_clock_ = nullptr;
  WakeSignal signal_;
  platform::WireCounters counters_;
  std::vector<std::uint8_t> completed_;
  std::vector<std::vector<std::uint8_t>> arrived_;  // what the last `receive` gave out
};

}  // namespace cw::lab
