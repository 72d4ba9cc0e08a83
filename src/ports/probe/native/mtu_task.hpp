#pragma once

// A trace, and then the largest packet that its path carries. Long probes are not allowed to be fragmented; what
// becomes of each tells PathMtuFinder. Where packets get lost without a word, long probes with smaller TTLs show
// how far they come.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/time.hpp"
#include "model/measurement.hpp"
#include "ports/probe/native/path_mtu_finder.hpp"
#include "ports/probe/native/task.hpp"

namespace cw::probe {

class MtuTask final : public Task {
 public:
  // `trace` is a task for the same request.
  MtuTask(MeasurementRequest request, std::unique_ptr<Task> trace);

  Step next(Instant now, Events* events) override;
  void on_sent(ProbeTag tag, Instant at) override;
  void on_refused(ProbeTag tag, Instant at) override;
  void on_answer(const Answer& answer, Events* events) override;
  Measurement take_result(Instant now) override;

 private:
  struct Probe {
    std::uint16_t size = 0;
    Ttl ttl;
    friend auto operator<=>(const Probe&, const Probe&) = default;
  };
  struct Tries {
    int count = 0;
    Instant last_sent;
    bool answered = false;
  };
  // How far lost packets come: up to the TTL in the first place, short of the one in the second.
  struct Bracket {
    std::vector<Ttl> hops;  // that answered the trace
    std::size_t reached = 0;
    std::size_t missed = 0;  // places in `hops`, counted from 1
  };

  Step next_size(Instant now);
  Step next_of_bracket(Instant now);
  // Sends the probe, waits for it, or says with nothing that it got no answer.
  std::optional<Step> ask(const Probe& probe, Instant now);
  Step send(const Probe& probe, Instant now);
  void begin_search(Instant now);
  void begin_bracket();
  void note_answer(const Answer& answer, const Probe& probe);
  [[nodiscard]] Ttl distance_of(const Answer& answer) const;

  std::unique_ptr<Task> trace_;        // until it is done
  std::optional<Measurement> result_;  // from then on
  PathMtuFinder finder_;
  std::optional<Bracket> bracket_;
  std::map<Probe, Tries> tries_;
  std::vector<Probe> sent_;  // by attempt
  Probe wanted_;             // of the last wish to send
  Duration patience_{};
  Instant last_sent_;
  int probes_sent_ = 0;
};

}  // namespace cw::probe
