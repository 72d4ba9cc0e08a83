#pragma once

// How fast the probes of a multipath trace may come to one TTL, how long their answers are waited for, and how
// often a silent flow is asked there. Many flows end at one router, and routers answer only so many: what
// they do not answer must not look like silence.
//
// Asking slowly helps with a router that is busy. It does not help where some packets take a way that says nothing:
// as many are answered as before, and the pace is taken up again.

#include <cstdint>
#include <optional>

#include "core/time.hpp"

namespace cw::probe {

enum class SentBecause : std::uint8_t { wanted, lost };  // lost: the probe of this flow before it

class HopPace {
 public:
  // Whether one more may go, with that many under way.
  [[nodiscard]] bool has_room(int under_way) const { return under_way < window_; }
  [[nodiscard]] Instant next_at() const { return last_sent_ + gap_; }

  void on_sent(Instant at, SentBecause because);
  // To the probe of that number: where it is not the first, the ones before it were lost.
  void on_answer(int attempt, Duration rtt);

  [[nodiscard]] Duration largest_rtt() const { return largest_rtt_; }
  // Probes that a flow gets before it counts as silent. Where nobody ever answered it is one: the request's own
  // flow is asked there more often.
  [[nodiscard]] int attempts(int least) const;
  // Packets take ways of their own there.
  void on_packets_apart();
  // A flow is silent for good.
  void on_silence();

 private:
  int window_ = 8;
  Duration gap_{};
  Instant last_sent_{};
  Duration largest_rtt_{};
  struct Outcome {
    int answered = 0;
    int lost = 0;
    [[nodiscard]] int all() const { return answered + lost; }
  };
  Outcome& outcome();
  [[nodiscard]] bool is_compared() const;
  [[nodiscard]] bool slowness_helps() const;

  Outcome fast_;
  Outcome slow_;  // with the gap at `slow_gap` or above
  std::optional<Instant> first_loss_;
  bool keeps_pace_ = false;
  int answered_ = 0;
  int lost_ = 0;
  int silent_ = 0;
};

// Until a probe is believed to be lost, when answers take `usual` and it is the flow's `attempt`th at that TTL.
// Later ones are waited for longer, so that a router that answers seldom comes to answer.
Duration retry_after(Duration usual, int attempt);
Duration give_up_after(Duration usual, int attempt);

}  // namespace cw::probe
