#pragma once

// The native engine over a small simulated Internet on simulated time: routers in a row and a host behind them,
// told in TOML, and measurements of it in one call.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "lab/simulated_internet.hpp"
#include "lab/simulated_wire.hpp"
#include "model/measurement.hpp"
#include "ports/probe/native/native_prober.hpp"

namespace cw::lab {

// Routers r1 … rN in a row; the host is at TTL N + 1. Addresses: 198.18.0.i and 2001:db8:0:i::1 for routers,
// 203.0.113.7 and 2001:db8:ffff::7 for the host.
struct Row {
  int routers = 13;
  double rtt_ms = 60;                       // of the host
  std::map<int, std::string> router_lines;  // more TOML for single routers
  std::string host_lines;                   // more TOML for the host
  std::string more;                         // more tables at the end

  [[nodiscard]] std::string toml() const;
};

IpAddress router_address(int router, Family family = Family::v4);
IpAddress host_address(Family family = Family::v4);

MeasurementRequest request_for(const IpAddress& address, Kind kind = Kind::trace, Method method = Method::icmp);

class EngineLab {
 public:
  explicit EngineLab(const std::string& toml, const probe::NativeProberOptions& options = unlimited());
  explicit EngineLab(const Row& row, const probe::NativeProberOptions& options = unlimited())
      : EngineLab(row.toml(), options) {}

  static probe::NativeProberOptions unlimited() { return {.packets_per_second = 0, .seed = 1}; }

  // Runs one measurement to its end.
  Measurement measure(const MeasurementRequest& request);
  // Starts one whose result `results` gets when it ends.
  Result<> start(const MeasurementRequest& request);
  // False when something still runs after an hour of simulated time.
  bool run() { return prober().run_until_idle(clock_.now() + std::chrono::hours(1)); }

  [[nodiscard]] probe::NativeProber& prober() { return *prober_; }
  [[nodiscard]] SimulatedInternet& internet() { return internet_; }
  [[nodiscard]] ManualClock& clock() { return clock_; }
  [[nodiscard]] std::uint64_t counter(std::string_view name) const;

  std::vector<Result<Measurement>> results;
  std::vector<probe::ProbeEvent> events;

 private:
  ManualClock clock_;
  SimulatedInternet internet_;
  std::unique_ptr<probe::NativeProber> prober_;
};

// "198.18.0.1 198.18.0.2 * 203.0.113.7": the first answers that count.
std::string path_text(const Measurement& measurement);

}  // namespace cw::lab
