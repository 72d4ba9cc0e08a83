#pragma once

// What the events of one running measurement say so far, in the shape of its result: for live views, and for a
// run that is interrupted.

#include <map>
#include <set>
#include <vector>

#include "model/measurement.hpp"
#include "model/measurement_request.hpp"
#include "ports/probe/prober.hpp"

namespace cw::app {

class EventLog {
 public:
  explicit EventLog(MeasurementRequest request) : request_(std::move(request)) {}

  void add(const probe::ProbeEvent& event);

  // By TTL, from the first that was told of to the last that matters: the destination's, else the last that
  // answered and the silent ones asked beyond it. TTLs in between that nothing is known of are there, unsent.
  [[nodiscard]] std::vector<Hop> hops() const;
  // One TTL; empty where nothing is known.
  [[nodiscard]] Hop hop(Ttl ttl) const;
  // The lowest TTL that the destination itself answered.
  [[nodiscard]] std::optional<Ttl> destination() const;
  [[nodiscard]] Ttl highest() const;
  // Answered, or given up as often as it is asked.
  [[nodiscard]] bool is_settled(Ttl ttl) const;
  [[nodiscard]] int round() const { return round_; }

  // A result out of what is known, as if it had ended at `now`.
  [[nodiscard]] Measurement result(Instant started_at, Instant now) const;

 private:
  struct Known {
    std::vector<Reply> replies;
    std::set<int> attempts;  // that were answered or given up
    int silences = 0;
  };

  MeasurementRequest request_;
  std::map<std::uint8_t, Known> known_;
  int round_ = 0;
};

}  // namespace cw::app
