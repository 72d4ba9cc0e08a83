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
// 5. Where many traces run, each asks in an order of its own, and a probe waits until the router where it is
//    likely to end may be asked. The silence of a router that limits its answers does not count; of one that answers
//    others it is believed when no limit has shown for half a second.
// 6. A request that may join known hops asks from the destination towards the node, one TTL after the other, until
//    the rest is known (PathJoin); a path that is known as a whole is only checked.

#include <cstdint>
#include <memory>
#include <optional>

#include "core/time.hpp"
#include "model/measurement.hpp"
#include "ports/probe/native/hop_table.hpp"
#include "ports/probe/native/path_join.hpp"
#include "ports/probe/native/probe_order.hpp"
#include "ports/probe/native/reply_log.hpp"
#include "ports/probe/native/task.hpp"
#include "ports/probe/native/trace_knowledge.hpp"
#include "ports/probe/native/trace_rules.hpp"

namespace cw::probe {

struct Verdict {
  Status status = Status::silent;
  StopReason reason = StopReason::max_ttl;
  int last_ttl = 0;  // of the path
};

class TraceTask final : public Task {
 public:
  // By itself, or with what other traces know, which outlives it.
  explicit TraceTask(MeasurementRequest request, TraceKnowledge* knowledge = nullptr);

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

  enum class Approach : std::uint8_t {
    from_node,         // the TTLs in their order
    from_destination,  // towards the node, until the rest is known
    check,             // a known path
  };

  void begin(Instant now);
  [[nodiscard]] Tick tick_of(Instant instant) const;
  [[nodiscard]] int last() const { return hops_.last(); }
  [[nodiscard]] bool is_distance_probe(int ttl) const { return probes_distance_ && ttl == last(); }
  [[nodiscard]] bool distance_is_open() const;
  // The last TTL that matters, as far as is known.
  [[nodiscard]] int end() const { return reached_.value_or(last()); }

  Agenda look_ahead(Tick now, Events* events);
  [[nodiscard]] bool must_wait_for_router(int ttl, Tick now, Tick& wake);
  [[nodiscard]] bool may_show_a_limit(int ttl, Tick now, Tick& wake);
  void forgive_silence(int ttl, Tick now);
  [[nodiscard]] Tick longest_wait(int ttl) const;
  [[nodiscard]] Tick retry_wait() const;
  [[nodiscard]] int attempts_at(int ttl) const;
  void give_up(int ttl, Events* events);
  [[nodiscard]] bool is_worth_asking(int ttl) const;
  std::optional<int> new_ttl(Agenda& agenda, Tick now);
  std::optional<int> next_from_node(Agenda& agenda, Tick now);
  std::optional<int> next_from_destination(Agenda& agenda, Tick now);
  [[nodiscard]] std::optional<int> first_in_order(int from, int to, std::uint64_t without) const;
  std::optional<IpAddress> expected_router(int ttl, Instant now);
  [[nodiscard]] bool is_in_crowd() const { return knowledge_ != nullptr && knowledge_->crowded; }
  [[nodiscard]] bool is_distance_due(Tick now, Tick& wake) const;
  [[nodiscard]] int front() const;
  [[nodiscard]] int send_limit() const;
  [[nodiscard]] bool guess_stands() const;

  void note_hop(const Answer& answer);
  void check_against_known(const Answer& answer);
  void trace_it_all();
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
  TraceKnowledge* knowledge_;
  std::unique_ptr<PathJoin> join_;  // where known hops may be joined
  TtlOrder order_;
  int probes_sent_ = 0;
  struct Expected {
    IpAddress router;  // unspecified: nobody knows
    int ttl = 0;
  };
  Expected expected_;     // the last one that was asked for
  int lowest_open_;       // below it no probe is waited for
  int highest_sent_;      // but for the distance probe
  int highest_answered_;  // but for the distance probe
  bool probes_distance_;
  Approach approach_ = Approach::from_node;
  bool begun_ = false;
};

}  // namespace cw::probe
