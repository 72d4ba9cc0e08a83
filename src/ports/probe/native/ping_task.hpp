#pragma once

// A ping: `count` probes at an interval, each waited for on its own, so that a late answer to one is not taken
// for the answer to the next. It ends with the last answer, or when the last silence is certain.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.hpp"
#include "model/measurement.hpp"
#include "ports/probe/native/reply_log.hpp"
#include "ports/probe/native/task.hpp"

namespace cw::probe {

inline constexpr Ttl ping_ttl{64};

class PingTask final : public Task {
 public:
  explicit PingTask(MeasurementRequest request) : Task(std::move(request)) {}

  Step next(Instant now, Events* events) override;
  void on_sent(ProbeTag tag, Instant at) override;
  void on_refused(ProbeTag tag, Instant at) override;
  void on_answer(const Answer& answer, Events* events) override;
  Measurement take_result(Instant now) override;

 private:
  struct Probe {
    Instant sent_at;
    bool answered = false;
    bool given_up = false;
  };

  [[nodiscard]] Duration patience() const;
  void give_up_old_ones(Instant now, Events* events);
  [[nodiscard]] bool all_sent() const { return static_cast<int>(probes_.size()) == request().count; }

  std::vector<Probe> probes_;
  std::size_t first_open_ = 0;  // every probe before it is answered or given up
  ReplyLog log_;
  std::optional<Duration> largest_rtt_;
  std::optional<StopReason> refusal_by_network_;
  bool reached_ = false;
  bool refused_ = false;
};

}  // namespace cw::probe
