#pragma once

// A trace of all load-balanced paths. The request's own flow (offset 0) is traced as always, by a TraceTask, whose
// hops are the measurement's; the TTLs that it has shown to exist are asked about with further flows, all of them
// at the same time, by the rules of mda_plan.hpp until these are satisfied. The result is the graph of
// mda_flow_table.hpp.
//
// Bounds: `most_flows` flows, `most_probes` probes, `most_time`. A trace that comes to one of them ends with what
// it has, and its graph is not complete.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.hpp"
#include "model/measurement.hpp"
#include "ports/probe/native/mda_flow_table.hpp"
#include "ports/probe/native/mda_hop_pace.hpp"
#include "ports/probe/native/mda_plan.hpp"
#include "ports/probe/native/task.hpp"
#include "ports/probe/native/trace_task.hpp"

namespace cw::probe {

class MdaTask final : public Task {
 public:
  static constexpr int most_flows = 512;
  static constexpr int most_probes = 4096;
  static constexpr Duration most_time = std::chrono::seconds(15);

  explicit MdaTask(MeasurementRequest request);

  Step next(Instant now, Events* events) override;
  void on_sent(ProbeTag tag, Instant at) override;
  void on_refused(ProbeTag tag, Instant at) override;
  // Events are those of the request's own flow.
  void on_answer(const Answer& answer, Events* events) override;
  Measurement take_result(Instant now) override;

 private:
  // What may be sent now, and when to look again.
  struct Agenda {
    std::vector<ProbeWish> due;
    Instant wake = Instant::max();
  };

  void end_path(Instant now);
  Agenda look_at_open(Instant now);
  void look_at(const ProbeWish& probe, Instant now, Agenda& agenda);
  void make_plan(Instant now);
  void reopen(int ttl);
  [[nodiscard]] bool is_exhausted(Instant now) const;
  [[nodiscard]] int last_ttl_to_ask() const;
  void note_rtts();
  [[nodiscard]] int attempts_at(int ttl) const { return pace_at(ttl).attempts(request().attempts); }
  [[nodiscard]] std::optional<ProbeWish> choose(Instant now, Agenda& agenda) const;

  HopPace& pace_at(int ttl) { return paces_[static_cast<std::size_t>(ttl - table_.first())]; }
  [[nodiscard]] const HopPace& pace_at(int ttl) const { return paces_[static_cast<std::size_t>(ttl - table_.first())]; }

  TraceTask path_;  // the request's own flow
  std::optional<Measurement> path_result_;
  FlowTable table_;
  std::vector<HopPace> paces_;        // by TTL
  std::vector<Duration> usual_rtts_;  // by TTL: how long answers take
  std::vector<int> under_way_;        // by TTL, as of the last look
  std::vector<ProbeWish> open_;       // awaited
  std::vector<ProbeWish> wishes_;     // of the rules
  bool is_planned_ = false;           // the wishes are those of what is known now
  bool is_complete_ = true;
  Instant started_at_;
  Instant last_probe_;
  int probes_sent_ = 0;
};

}  // namespace cw::probe
