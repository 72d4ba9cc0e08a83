#pragma once

// What trace, ping and mtr share: the prober on its own thread, ids, and the requests made from their options.

#include <memory>
#include <string>

#include "app/command_line.hpp"
#include "app/oneshot/target_feed.hpp"
#include "core/random.hpp"
#include "core/result.hpp"
#include "model/measurement_request.hpp"
#include "platform/system_clock.hpp"
#include "ports/probe/prober.hpp"

namespace cw::app {

// Measurements at once: enough to keep the packet rate, few enough to stay small.
inline constexpr std::size_t kProbeWindow = 2000;

class ProbeSession {
 public:
  // Opens the sockets, gives up privileges and starts the prober. `unavailable` without the privilege for that
  // method; on stderr, once, what unprivileged sockets cannot see.
  static Result<std::unique_ptr<ProbeSession>> open(const ProbeArguments& arguments);

  [[nodiscard]] probe::Prober& prober() { return *prober_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  // With a new id; the kind and what belongs to it are the caller's to fill in.
  MeasurementRequest request_for(const NamedTarget& target, Kind kind);
  // The result as it is shown: with this node's name.
  Measurement finish(Measurement measurement) const;
  // On stderr, when replies were lost because we did not read them in time: what they would have shown is missing.
  void say_own_losses() const;

 private:
  explicit ProbeSession(const ProbeArguments& arguments);

  ProbeArguments arguments_;
  std::string vantage_;
  platform::SystemClock clock_;
  Random random_;
  std::unique_ptr<probe::Prober> prober_;
};

}  // namespace cw::app
