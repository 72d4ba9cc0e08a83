#pragma once

// The hops of one trace that are not asked because they are known: near ones, joined behind a hop that answered
// (HopMemory), or all but a few of a path that is measured again (PathMemory).

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ip_address.hpp"
#include "core/time.hpp"
#include "model/measurement.hpp"
#include "model/measurement_request.hpp"
#include "ports/probe/native/hop_table.hpp"
#include "ports/probe/native/reply_log.hpp"
#include "ports/probe/native/task.hpp"
#include "ports/probe/native/trace_knowledge.hpp"

namespace cw::probe {

class PathJoin {
 public:
  PathJoin(TraceKnowledge& knowledge, const MeasurementRequest& request);

  // ---- a path that is known as a whole

  // What this measurement is, from what is known of the path; asked for once, before the first probe.
  enum class Plan : std::uint8_t {
    check,  // a known path: only some TTLs are asked, the others are joined
    trace,  // a known path whose turn it is to be traced as a whole
    join,   // an unknown path: from its end towards what is known
  };
  Plan begin(HopTable& hops, Instant now);
  [[nodiscard]] bool is_checking() const { return !to_check_.empty(); }
  [[nodiscard]] std::optional<int> next_to_check(const HopTable& hops) const;
  // Whether an answer, or a silence, is not what the known path had there.
  [[nodiscard]] bool differs(const Answer& answer) const;
  [[nodiscard]] bool silence_differs(int ttl) const;
  // Something differs: every TTL is asked.
  void trace_it_all(HopTable& hops);

  // ---- hops near the node

  struct Next {
    std::optional<int> ttl;
    Instant wake = Instant::max();
  };
  // The next TTL towards the node, below `lowest_asked`; joins what is known. `end` is where the path ends, as far
  // as is known.
  Next next_towards_node(HopTable& hops, const ReplyLog& log, int end, Instant now);
  [[nodiscard]] std::optional<int> lowest_asked() const { return lowest_; }
  void on_sent(int ttl, const ReplyLog& log, Instant now);
  // A hop of that TTL has answered: what is before and behind it is noted for the others. Where it is not the one
  // that was known, what was joined behind it is asked.
  void on_hop(int ttl, HopTable& hops, const ReplyLog& log, Instant at);
  // The router that a probe of that TTL is likely to end at, by the hop behind it.
  [[nodiscard]] std::optional<IpAddress> expected_at(int ttl, const ReplyLog& log, Instant now) const;

  // ---- the result

  [[nodiscard]] const InferredHop* inferred_at(int ttl) const;
  // Keeps the finished path, and the silences between its hops.
  void remember(const Measurement& measurement, const HopTable& hops);

 private:
  struct Inferred {
    int ttl;
    InferredHop hop;
  };

  [[nodiscard]] HopMemory::Place place(const IpAddress& hop, int ttl) const;
  [[nodiscard]] bool is_sampled(int ttl) const;
  [[nodiscard]] bool may_look_ahead(const HopTable& hops, int ttl, int end) const;
  [[nodiscard]] const IpAddress* address_at(int ttl, const ReplyLog& log) const;
  void join(HopTable& hops, const HopMemory::Before& before);
  void unjoin_from(int ttl, HopTable& hops);
  void note_silences(const Measurement& measurement, const HopTable& hops);

  TraceKnowledge& knowledge_;
  const MeasurementRequest& request_;
  std::vector<Inferred> inferred_;
  std::optional<int> lowest_;  // every TTL from here on was asked or joined
  std::vector<int> to_check_;
  KnownPath known_;
  bool joined_any_ = false;
};

}  // namespace cw::probe
