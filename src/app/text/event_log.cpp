#include "app/text/event_log.hpp"

#include <algorithm>

namespace cw::app {

void EventLog::add(const probe::ProbeEvent& event) {
  if (const auto* reply = std::get_if<probe::ReplyEvent>(&event)) {
    auto& known = known_[reply->ttl.value];
    known.replies.push_back(reply->reply);
    known.attempts.insert(reply->reply.attempt);
  } else if (const auto* silence = std::get_if<probe::SilenceEvent>(&event)) {
    auto& known = known_[silence->ttl.value];
    known.attempts.insert(silence->attempt);
    ++known.silences;
  } else if (const auto* round = std::get_if<probe::RoundEvent>(&event)) {
    round_ = std::max(round_, round->round);
  }
}

Hop EventLog::hop(Ttl ttl) const {
  const auto found = known_.find(ttl.value);
  if (found == known_.end()) return {.ttl = ttl};
  return {.ttl = ttl, .sent = static_cast<int>(found->second.attempts.size()), .replies = found->second.replies};
}

std::vector<Hop> EventLog::hops() const {
  std::vector<Hop> hops;
  if (known_.empty()) return hops;
  const auto last = destination().value_or(highest());
  for (int ttl = known_.begin()->first; ttl <= last.value; ++ttl)
    hops.push_back(hop(Ttl{static_cast<std::uint8_t>(ttl)}));
  return hops;
}

std::optional<Ttl> EventLog::destination() const {
  for (const auto& [ttl, known] : known_)
    if (std::ranges::find(known.replies, request_.address, &Reply::from) != known.replies.end()) return Ttl{ttl};
  return std::nullopt;
}

Ttl EventLog::highest() const { return known_.empty() ? Ttl{} : Ttl{known_.rbegin()->first}; }

bool EventLog::is_settled(Ttl ttl) const {
  const auto found = known_.find(ttl.value);
  if (found == known_.end()) return false;
  return !found->second.replies.empty() || found->second.silences >= request_.attempts;
}

Measurement EventLog::result(Instant started_at, Instant now) const {
  Measurement result{.id = request_.id,
                     .kind = request_.kind,
                     .target = request_.target,
                     .address = request_.address,
                     .method = request_.method,
                     .port = request_.port,
                     .flow = request_.flow,
                     .started_at = started_at,
                     .finished_at = now,
                     .status = Status::silent,
                     .stop_reason = StopReason::gap_limit,
                     .hops = hops()};
  for (const auto& hop : result.hops) result.probes_sent += hop.sent;
  if (destination()) {
    result.status = Status::reached;
    result.stop_reason = StopReason::destination;
  }
  return result;
}

}  // namespace cw::app
