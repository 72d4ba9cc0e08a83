#pragma once

// An mtr: a trace once a round. The first round is a TraceTask with one attempt per TTL, which finds the
// distance; every later round sends one probe to each TTL up to it and waits for all of them, so that loss per
// hop can be counted. When the path grows or shrinks the next round follows; answers of every address stay.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/time.hpp"
#include "model/measurement.hpp"
#include "ports/probe/native/reply_log.hpp"
#include "ports/probe/native/task.hpp"
#include "ports/probe/native/trace_task.hpp"

namespace cw::probe {

class MtrTask final : public Task {
 public:
  explicit MtrTask(MeasurementRequest request);

  Step next(Instant now, Events* events) override;
  void on_sent(ProbeTag tag, Instant at) override;
  void on_refused(ProbeTag tag, Instant at) override;
  void on_answer(const Answer& answer, Events* events) override;
  Measurement take_result(Instant now) override;

 private:
  struct RoundHop {
    bool sent = false;
    bool answered = false;
  };

  [[nodiscard]] int first() const { return request().first_ttl.value; }
  [[nodiscard]] std::size_t row(int ttl) const { return static_cast<std::size_t>(ttl - first()); }
  [[nodiscard]] bool in_first_round() const { return survey_ != nullptr; }
  // The last TTL of this round that matters.
  [[nodiscard]] int round_end() const { return reached_.value_or(limit_); }

  Step next_of_first_round(Instant now, Events* events);
  Step next_of_round(Instant now, Events* events);
  void close_first_round(Instant now, Events* events);
  void close_round(Events* events);
  void begin_round();
  [[nodiscard]] Duration patience() const;
  void keep(const Answer& answer, Events* events);

  std::unique_ptr<TraceTask> survey_;  // until the first round is over
  std::optional<Measurement> result_;  // of the survey, then of everything
  ReplyLog log_;
  std::vector<int> sent_;  // per TTL, all rounds
  std::vector<RoundHop> round_hops_;
  int round_ = 1;
  int limit_ = 0;  // TTLs up to here are asked each round
  int longest_path_ = 0;
  std::optional<int> reached_;  // this round's smallest TTL that the destination answered
  bool ever_reached_ = false;
  bool finished_ = false;
  int probes_sent_ = 0;
  Instant started_at_;
  Instant round_started_;
  Instant last_probe_;
  bool round_begun_ = false;  // its first probe is out
  Duration largest_rtt_{};
};

}  // namespace cw::probe
