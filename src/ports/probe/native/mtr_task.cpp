#include "ports/probe/native/mtr_task.hpp"

#include <algorithm>
#include <utility>

namespace cw::probe {
namespace {

constexpr Duration least_patience = std::chrono::milliseconds(100);
// When a router answers where the destination was, the path has grown: this many TTLs more.
constexpr int growth = 4;

Ttl to_ttl(int value) { return Ttl{static_cast<std::uint8_t>(value)}; }

MeasurementRequest one_attempt(MeasurementRequest request) {
  request.attempts = 1;
  return request;
}

}  // namespace

MtrTask::MtrTask(MeasurementRequest request)
    : Task(std::move(request)), survey_(std::make_unique<TraceTask>(one_attempt(this->request()))) {}

Step MtrTask::next(Instant now, Events* events) {
  if (finished_) return Done{};
  return in_first_round() ? next_of_first_round(now, events) : next_of_round(now, events);
}

// ---- the first round

Step MtrTask::next_of_first_round(Instant now, Events* events) {
  const auto step = survey_->next(now, events);
  if (!std::holds_alternative<Done>(step)) return step;
  close_first_round(now, events);
  return finished_ ? Step(Done{}) : next_of_round(now, events);
}

void MtrTask::close_first_round(Instant now, Events* events) {
  result_ = survey_->take_result(now);
  survey_.reset();
  started_at_ = round_started_ = result_->started_at;
  probes_sent_ = result_->probes_sent;
  limit_ = longest_path_ = result_->hops.empty() ? first() : result_->hops.back().ttl.value;
  ever_reached_ = result_->status == Status::reached;
  log_.drop_above(to_ttl(limit_), 1);
  for (const auto& hop : result_->hops) sent_.push_back(hop.sent);
  if (events != nullptr) events->push_back(RoundEvent{.round = 1});
  finished_ = result_->status == Status::failed || request().count == 1;
  begin_round();
}

// ---- every other round

void MtrTask::begin_round() {
  ++round_;
  round_begun_ = false;
  reached_.reset();
  round_hops_.assign(row(limit_) + 1, {});
  sent_.resize(std::max(sent_.size(), row(limit_) + 1));
}

Duration MtrTask::patience() const {
  if (largest_rtt_ == Duration{}) return request().timeout;
  return std::min(request().timeout, std::max(largest_rtt_ * 2, least_patience));
}

Step MtrTask::next_of_round(Instant now, Events* events) {
  if (!round_begun_ && now < round_started_ + request().interval) return WaitUntil{round_started_ + request().interval};
  bool waiting = false;
  for (int ttl = first(); ttl <= round_end(); ++ttl) {
    const auto& hop = round_hops_[row(ttl)];
    if (hop.sent) {
      waiting = waiting || !hop.answered;
      continue;
    }
    const auto free_at = last_probe_ + request().probe_spacing;
    if (round_begun_ && now < free_at) return WaitUntil{free_at};
    return SendProbe{{.attempt = static_cast<std::uint16_t>(round_), .ttl = to_ttl(ttl)}};
  }
  if (waiting && now < last_probe_ + patience()) return WaitUntil{last_probe_ + patience()};
  close_round(events);
  if (finished_) return Done{};
  return next_of_round(now, events);
}

// 1. The destination's smallest TTL is the next round's last; what was sent above it does not count as lost.
// 2. A router where the destination was: the path has grown.
// 3. Silence there: as before.
void MtrTask::close_round(Events* events) {
  for (int ttl = first(); ttl <= limit_; ++ttl) {
    const auto& hop = round_hops_[row(ttl)];
    if (ttl > round_end() && hop.sent) --sent_[row(ttl)];
    if (ttl <= round_end() && !hop.answered && events != nullptr)
      events->push_back(SilenceEvent{.ttl = to_ttl(ttl), .attempt = round_});
  }
  const bool last_answered = round_hops_[row(limit_)].answered;
  if (reached_)
    limit_ = *reached_;
  else if (last_answered)
    limit_ = std::min<int>(limit_ + growth, request().max_ttl.value);
  ever_reached_ = ever_reached_ || reached_;
  if (reached_ || !ever_reached_) longest_path_ = std::max(longest_path_, limit_);
  if (events != nullptr) events->push_back(RoundEvent{.round = round_});
  finished_ = round_ >= request().count;
  if (!finished_) begin_round();
}

// ---- what happens

void MtrTask::on_sent(ProbeTag tag, Instant at) {
  if (in_first_round()) return survey_->on_sent(tag, at);
  if (!round_begun_) {
    round_begun_ = true;
    round_started_ = at;
  }
  last_probe_ = at;
  ++probes_sent_;
  ++sent_[row(tag.ttl.value)];
  round_hops_[row(tag.ttl.value)].sent = true;
}

void MtrTask::on_refused(ProbeTag tag, Instant at) {
  if (in_first_round()) survey_->on_refused(tag, at);
}

void MtrTask::keep(const Answer& answer, Events* events) {
  const bool late = in_first_round() ? survey_->has_given_up(answer.tag.ttl) : answer.tag.attempt != round_;
  const auto timeliness = late ? Timeliness::late : Timeliness::in_time;
  if (!late && !answer.duplicate) largest_rtt_ = std::max(largest_rtt_, answer.rtt);
  if (!log_.add(answer, timeliness) || in_first_round()) return;  // there the survey tells what happens
  if (events != nullptr) events->push_back(ReplyEvent{.ttl = answer.tag.ttl, .reply = to_reply(answer, timeliness)});
}

void MtrTask::on_answer(const Answer& answer, Events* events) {
  if (finished_) return;
  const int ttl = answer.tag.ttl.value;
  const bool of_this_round = answer.tag.attempt == round_;
  if (in_first_round()) {
    keep(answer, events);
    return survey_->on_answer(answer, events);
  }
  if (of_this_round && ttl > round_end()) return;
  if (!of_this_round && ttl > limit_) return;
  keep(answer, events);
  if (!of_this_round || answer.duplicate) return;
  round_hops_[row(ttl)].answered = true;
  if (answer.from == request().address || unreachable_reason(answer.message)) {
    reached_ = std::min(reached_.value_or(ttl), ttl);
    log_.drop_above(answer.tag.ttl, answer.tag.attempt);
  }
}

// ---- the result

Measurement MtrTask::take_result(Instant now) {
  Measurement result = std::move(*result_);
  result.finished_at = now;
  result.probes_sent = probes_sent_;
  result.hops.clear();
  for (int i = first(); i <= longest_path_; ++i) {
    const auto ttl = to_ttl(i);
    const auto sent = row(i) < sent_.size() ? sent_[row(i)] : 0;
    result.hops.push_back(Hop{.ttl = ttl, .sent = sent, .replies = log_.replies_at(ttl)});
  }
  const bool answered_by_target = std::ranges::any_of(result.hops, [&](const Hop& hop) {
    return std::ranges::any_of(hop.replies,
                               [&](const Reply& reply) { return reply.from == result.address && !reply.late; });
  });
  if (answered_by_target) {
    result.status = Status::reached;
    result.stop_reason = StopReason::destination;
  }
  return result;
}

}  // namespace cw::probe
