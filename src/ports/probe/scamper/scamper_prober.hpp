#pragma once

// Measuring with scamper: one long-lived process, started and watched here, asked over its control socket, with as
// many measurements at once as its packet rate allows.
//
// 1. scamper drops privileges by itself and has to be root for it, so it has to be opened while we still are.
// 2. It sends TCP and tracelb probes past the kernel, which takes a link layer with addresses: over a tunnel or PPP
//    they are `unsupported`.
// 3. When the process ends, what ran fails with the reason, and another is started: after a second, and twice as
//    long each time that one does not live for a minute, up to five minutes. Until then the prober is `unavailable`.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "ports/probe/prober.hpp"

namespace cw::probe {

struct ScamperProberOptions {
  std::string program = "scamper";
  int packets_per_second = 1000;     // of all its measurements together; 1 to 10,000
  std::size_t most_running = 1'000;  // asked for and without a result yet; more are `exhausted`
};

class ScamperProber final : public Prober {
 public:
  // Returns when scamper answers. `not_found`, which names the package; `invalid` (a rate that scamper does not
  // allow); `unavailable`, with what scamper said.
  static Result<std::unique_ptr<ScamperProber>> open(const ScamperProberOptions& options, const Clock& clock);
  ~ScamperProber() override;

  [[nodiscard]] std::string_view name() const override;
  Result<> start(const MeasurementRequest& request, Observer observer) override;
  void cancel(const Uuid& id) override;
  // "results", "unreadable_results", "packets_sent", "processes_started".
  [[nodiscard]] Counters counters() const override;

 private:
  class Supervisor;
  explicit ScamperProber(std::unique_ptr<Supervisor> supervisor);
  std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace cw::probe
