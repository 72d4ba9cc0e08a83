#pragma once

// A trace: fast, polite, and right above all.
//
// 1. A distance probe with the largest TTL goes first, and with it the first eight TTLs. Up to eight TTLs wait
//    for an answer at any time; each answer lets the next one go.
// 2. The destination's answer to the distance probe tells about how far it is (from the TTL left in its reply,
//    or in its quote of ours). That is a guess: the TTL is probed, and so is every TTL below, and only what
//    answers counts. The smallest TTL that reached the destination ends the path; what was sent above is dropped.
// 3. A TTL that later ones have overtaken is asked again at once, until it has had its attempts; then the data
//    decides how long it is waited for (Patience in hop_table.hpp).
// 4. Without a destination the trace ends at an ICMP "unreachable", at a loop, after `gap_limit` silent TTLs
//    beyond the last answer, or at the largest TTL; not before the distance probe is answered or given up,
//    because a destination that answers is found behind any number of silent hops.

#include <cstdint>
#include <optional>

#include "core/time.hpp"
#include "model/measurement.hpp"
#include "ports/probe/native/hop_table.hpp"
#include "ports/probe/native/reply_log.hpp"
#include "ports/probe/native/task.hpp"

namespace cw::probe {

struct Verdict {
  Status status = Status::silent;
  StopReason reason = StopReason::max_ttl;
  int last_ttl = 0;  // of the path
};

class TraceTask final : public Task {
 public:
  explicit TraceTask(MeasurementRequest request);

  Step next(Instant now, Events* events) override;
  void on_sent(ProbeTag tag, Instant at) override;
  void on_refused(ProbeTag tag, Instant at) override;
  void on_answer(const Answer& answer, Events* events) override;
  Measurement take_result(Instant now) override;

  [[nodiscard]] bool has_given_up(Ttl ttl) const { return hops_.at(ttl.value).silent; }

 private:
  // What is due, by TTL from the highest down.
  struct Agenda {
    std::optional<int> retry;
    int waiting = 0;  // TTLs in the window
    Tick wake = Tick::max();
  };
  struct Unreachable {
    int ttl;
    StopReason reason;
  };

  [[nodiscard]] Tick tick_of(Instant instant) const;
  [[nodiscard]] int last() const { return hops_.last(); }
  [[nodiscard]] bool is_distance_probe(int ttl) const { return probes_distance_ && ttl == last(); }
  [[nodiscard]] bool distance_is_open() const;
  // The last TTL that matters, as far as is known.
  [[nodiscard]] int end() const { return reached_.value_or(last()); }

  Agenda look_ahead(Tick now, Events* events);
  [[nodiscard]] int attempts_at(int ttl) const;
  void give_up(int ttl, Events* events);
  [[nodiscard]] bool is_worth_asking(int ttl) const;
  [[nodiscard]] std::optional<int> new_ttl(const Agenda& agenda) const;
  [[nodiscard]] int send_limit() const;
  [[nodiscard]] bool guess_stands() const;

  void note_destination(const Answer& answer);
  void note_loop(Ttl ttl);
  [[nodiscard]] bool is_worth_telling(int ttl) const;

  [[nodiscard]] std::optional<Verdict> judge() const;
  [[nodiscard]] std::optional<Verdict> judge_gap() const;

  HopTable hops_;
  Patience patience_;
  ReplyLog log_;
  Instant started_at_;
  Tick last_probe_{};
  std::optional<int> reached_;  // smallest TTL that the destination answered
  std::optional<Unreachable> unreachable_;
  std::optional<int> loop_;
  std::optional<int> guess_;
  std::optional<Verdict> verdict_;
  int probes_sent_ = 0;
  int highest_answered_;  // but for the distance probe
  bool probes_distance_;
};

// How far the destination is by its answer to a probe of that TTL; a guess, as the way back may be longer.
std::optional<int> guess_distance(const Answer& answer);

// The TTL that closes a loop. An address that answers again, with another one in between, is a "cycle" of
// Augustin et al. (IMC 2006, section 4.2); per-packet balancing makes single ones, so it takes two, as in
// A B A B. Repeats of the destination, and of an address at neighbouring TTLs, are none.
std::optional<int> find_loop(const ReplyLog& log, int first, int last, const IpAddress& destination);

// Why an answer ends a trace short of its destination; nothing where it does not.
std::optional<StopReason> unreachable_reason(codec::IcmpMessage message);

}  // namespace cw::probe
