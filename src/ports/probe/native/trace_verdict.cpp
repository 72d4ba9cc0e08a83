#include <algorithm>

#include "ports/probe/native/trace_task.hpp"

namespace cw::probe {

// ---- how it ends

std::optional<Verdict> TraceTask::judge() const {
  if (reached_) {
    if (!hops_.all_resolved_up_to(*reached_ - 1)) return std::nullopt;
    return Verdict{.status = Status::reached, .reason = StopReason::destination, .last_ttl = *reached_};
  }
  if (distance_is_open()) return std::nullopt;
  if (unreachable_ && hops_.all_resolved_up_to(unreachable_->ttl - 1))
    return Verdict{.status = Status::unreachable, .reason = unreachable_->reason, .last_ttl = unreachable_->ttl};
  if (loop_ && hops_.all_resolved_up_to(*loop_))
    return Verdict{.status = Status::loop, .reason = StopReason::loop, .last_ttl = *loop_};
  if (const auto gap = judge_gap()) return gap;
  if (!hops_.all_resolved_up_to(last())) return std::nullopt;
  return Verdict{.status = Status::silent, .reason = StopReason::max_ttl, .last_ttl = last()};
}

// A router's answer to the distance probe says that the path goes on behind the gap; an "unreachable" to it
// says that nothing more is to be found.
std::optional<Verdict> TraceTask::judge_gap() const {
  if (approach_ == Approach::check) return std::nullopt;  // joined hops are no silence
  const auto gap_end = highest_answered_ + request().gap_limit;
  if (gap_end > last() || (probes_distance_ && gap_end == last())) return std::nullopt;
  if (probes_distance_ && hops_.at(last()).answered && !unreachable_) return std::nullopt;
  if (!hops_.all_resolved_up_to(gap_end)) return std::nullopt;
  if (unreachable_)
    return Verdict{.status = Status::unreachable,
                   .reason = unreachable_->reason,
                   .last_ttl = std::max(highest_answered_, hops_.first())};
  return Verdict{.status = Status::silent, .reason = StopReason::gap_limit, .last_ttl = gap_end};
}

}  // namespace cw::probe
