#include "ports/probe/native/ping_task.hpp"

#include <algorithm>
#include <utility>

#include "ports/probe/native/trace_task.hpp"

namespace cw::probe {
namespace {

constexpr Duration least_patience = std::chrono::milliseconds(200);

}  // namespace

// Twice the largest RTT seen, as the ping of every system waits after its last probe; all the time that the
// request gives while nothing was seen.
Duration PingTask::patience() const {
  if (!largest_rtt_) return request().timeout;
  return std::min(request().timeout, std::max(*largest_rtt_ * 2, least_patience));
}

void PingTask::give_up_old_ones(Instant now, Events* events) {
  const auto wait = patience();
  for (; first_open_ < probes_.size(); ++first_open_) {
    auto& probe = probes_[first_open_];
    if (probe.answered) continue;
    if (now < probe.sent_at + wait) return;
    probe.given_up = true;
    if (events != nullptr)
      events->push_back(SilenceEvent{.ttl = ping_ttl, .attempt = static_cast<int>(first_open_) + 1});
  }
}

Step PingTask::next(Instant now, Events* events) {
  if (refused_) return Done{};
  give_up_old_ones(now, events);
  const bool waiting = first_open_ < probes_.size();
  if (all_sent()) {
    if (!waiting) return Done{};
    return WaitUntil{probes_[first_open_].sent_at + patience()};
  }
  const auto due = probes_.empty() ? now : probes_.back().sent_at + request().interval;
  if (now >= due) return SendProbe{{.attempt = static_cast<std::uint16_t>(probes_.size() + 1), .ttl = ping_ttl}};
  return WaitUntil{waiting ? std::min(due, probes_[first_open_].sent_at + patience()) : due};
}

void PingTask::on_sent(ProbeTag /*tag*/, Instant at) { probes_.push_back(Probe{.sent_at = at}); }

void PingTask::on_refused(ProbeTag /*tag*/, Instant /*at*/) { refused_ = !largest_rtt_.has_value(); }

void PingTask::on_answer(const Answer& answer, Events* events) {
  const auto index = static_cast<std::size_t>(answer.tag.attempt) - 1;
  if (index >= probes_.size()) return;
  auto& probe = probes_[index];
  const auto timeliness = probe.given_up ? Timeliness::late : Timeliness::in_time;
  if (!log_.add(answer, timeliness)) return;
  if (events != nullptr) events->push_back(ReplyEvent{.ttl = ping_ttl, .reply = to_reply(answer, timeliness)});
  if (answer.duplicate || probe.given_up) return;
  probe.answered = true;
  largest_rtt_ = std::max(largest_rtt_.value_or(Duration{}), answer.rtt);
  if (answer.from == request().address)
    reached_ = true;
  else if (!refusal_by_network_)
    refusal_by_network_ =
        answer.message == codec::IcmpMessage::time_exceeded ? StopReason::max_ttl : unreachable_reason(answer.message);
}

Measurement PingTask::take_result(Instant now) {
  Measurement result{
      .id = request().id,
      .kind = request().kind,
      .target = request().target,
      .address = request().address,
      .method = request().method,
      .port = request().port,
      .flow = request().flow,
      .started_at = probes_.empty() ? now : probes_.front().sent_at,
      .finished_at = now,
      .status = Status::silent,
      .stop_reason = StopReason::gap_limit,
      .probes_sent = static_cast<int>(probes_.size()),
  };
  result.hops.push_back(Hop{.ttl = ping_ttl, .sent = result.probes_sent, .replies = log_.all()});
  if (reached_) {
    result.status = Status::reached;
    result.stop_reason = StopReason::destination;
  } else if (refused_) {
    result.status = Status::failed;
    result.stop_reason = StopReason::error;
  } else if (refusal_by_network_) {
    // "Time exceeded" is a router that goes round in circles, or too far away: silence, with a reason.
    result.status = *refusal_by_network_ == StopReason::max_ttl ? Status::silent : Status::unreachable;
    result.stop_reason = *refusal_by_network_;
  }
  return result;
}

}  // namespace cw::probe
