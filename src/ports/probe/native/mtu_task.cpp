#include "ports/probe/native/mtu_task.hpp"

#include <algorithm>
#include <utility>

namespace cw::probe {
namespace {

// Attempts of our own probes begin here, far above those of any trace.
constexpr std::uint16_t first_attempt = 0x4000;
// Silence counts after so many. Loss of one in ten is taken for a black hole once in a thousand sizes.
constexpr int most_tries = 3;
// Within this our own machine has refused what it will not send.
constexpr Duration refusal_time = std::chrono::milliseconds(2);
// Long packets are slow packets.
constexpr Duration least_slack = std::chrono::milliseconds(150);
// Far more than any search takes; what nobody foresaw ends here.
constexpr std::size_t most_probes = 200;
constexpr Ttl search_ttl{64};

}  // namespace

MtuTask::MtuTask(MeasurementRequest request, std::unique_ptr<Task> trace)
    : Task(std::move(request)), trace_(std::move(trace)), finder_(this->request().address.family()) {}

// ---- what to do next

Step MtuTask::next(Instant now, Events* events) {
  if (trace_) {
    auto step = trace_->next(now, events);
    if (!std::holds_alternative<Done>(step)) return step;
    begin_search(now);
  }
  if (result_->status == Status::failed || sent_.size() >= most_probes) return Done{};
  return bracket_ ? next_of_bracket(now) : next_size(now);
}

void MtuTask::begin_search(Instant now) {
  result_ = trace_->take_result(now);
  trace_.reset();
  Duration largest_rtt{};
  for (const auto& hop : result_->hops)
    if (const auto* answer = hop.answer()) largest_rtt = std::max(largest_rtt, answer->rtt);
  patience_ = request().timeout;
  if (largest_rtt > Duration{}) patience_ = std::min(patience_, std::max(largest_rtt * 2, largest_rtt + least_slack));
}

Step MtuTask::next_size(Instant now) {
  while (const auto size = finder_.next()) {
    const Probe probe{.size = *size, .ttl = search_ttl};
    auto& tries = tries_[probe];
    if (finder_.asks_own_machine()) {
      if (tries.count == 0) return send(probe, now);
      const auto taken_at = tries.last_sent + refusal_time;
      if (now < taken_at) return WaitUntil{taken_at};
      finder_.taken_here(*size);
    } else if (const auto step = ask(probe, now)) {
      return *step;
    } else {
      finder_.silent(*size);
    }
  }
  if (!finder_.lost()) return Done{};
  begin_bracket();
  return next_of_bracket(now);
}

void MtuTask::begin_bracket() {
  Bracket bracket;
  for (const auto& hop : result_->hops)
    if (const auto* answer = hop.answer(); answer != nullptr && answer->from != request().address)
      bracket.hops.push_back(hop.ttl);
  bracket.missed = bracket.hops.size() + 1;
  bracket_ = std::move(bracket);
}

Step MtuTask::next_of_bracket(Instant now) {
  auto& bracket = *bracket_;
  while (bracket.reached + 1 < bracket.missed) {
    const auto lost = finder_.lost();
    if (!lost) {  // somebody said it after all
      bracket_.reset();
      return next_size(now);
    }
    const auto place = bracket.reached + (bracket.missed - bracket.reached) / 2;
    const Probe probe{.size = *lost, .ttl = bracket.hops[place - 1]};
    if (const auto step = ask(probe, now)) return *step;
    (tries_[probe].answered ? bracket.reached : bracket.missed) = place;
  }
  return Done{};
}

std::optional<Step> MtuTask::ask(const Probe& probe, Instant now) {
  const auto& tries = tries_[probe];
  if (tries.answered) return std::nullopt;
  const auto given_up_at = tries.last_sent + patience_;
  if (tries.count > 0 && now < given_up_at) return WaitUntil{given_up_at};
  if (tries.count >= most_tries) return std::nullopt;
  return send(probe, now);
}

Step MtuTask::send(const Probe& probe, Instant now) {
  const auto free_at = last_sent_ + request().probe_spacing;
  if (now < free_at) return WaitUntil{free_at};
  wanted_ = probe;
  const auto attempt = static_cast<std::uint16_t>(first_attempt + sent_.size());
  return SendProbe{.tag = {.attempt = attempt, .ttl = probe.ttl}, .size = probe.size};
}

// ---- what happens

void MtuTask::on_sent(ProbeTag tag, Instant at) {
  if (trace_) return trace_->on_sent(tag, at);
  sent_.push_back(wanted_);
  auto& tries = tries_[wanted_];
  ++tries.count;
  tries.last_sent = last_sent_ = at;
  ++probes_sent_;
}

void MtuTask::on_refused(ProbeTag tag, Instant at) {
  if (trace_) return trace_->on_refused(tag, at);
  if (tag.attempt < first_attempt) return;
  --probes_sent_;
  finder_.refused_here(sent_[static_cast<std::size_t>(tag.attempt - first_attempt)].size);
}

void MtuTask::on_answer(const Answer& answer, Events* events) {
  if (trace_) return trace_->on_answer(answer, events);
  if (answer.tag.attempt < first_attempt) return;
  note_answer(answer, sent_[static_cast<std::size_t>(answer.tag.attempt - first_attempt)]);
}

// Whatever the target itself says of a packet, it has got it; but for the one message that says it has not.
void MtuTask::note_answer(const Answer& answer, const Probe& probe) {
  if (answer.message == codec::IcmpMessage::packet_too_big)
    return finder_.too_big(probe.size, answer.from, distance_of(answer), answer.next_hop_mtu.value_or(0));
  tries_[probe].answered = true;
  if (answer.from == request().address) finder_.passed(probe.size);
}

// By its address on the path, else by the TTL that was left when our packet came to it; 0 where neither tells.
Ttl MtuTask::distance_of(const Answer& answer) const {
  for (const auto& hop : result_->hops)
    for (const auto& reply : hop.replies)
      if (reply.from == answer.from && !reply.late) return hop.ttl;
  if (!answer.quoted_ttl || *answer.quoted_ttl > answer.tag.ttl.value) return Ttl{0};
  return Ttl{static_cast<std::uint8_t>(answer.tag.ttl.value - *answer.quoted_ttl + 1)};
}

Measurement MtuTask::take_result(Instant now) {
  if (trace_) return trace_->take_result(now);
  auto result = *std::move(result_);
  result.probes_sent += probes_sent_;
  result.finished_at = now;
  std::optional<Ttl> lost_behind;
  if (bracket_) lost_behind = bracket_->reached == 0 ? Ttl{0} : bracket_->hops[bracket_->reached - 1];
  PathMtu found{.mtu = finder_.largest_passed(), .limits = finder_.limits(lost_behind)};
  const bool others_spoke =
      std::ranges::any_of(found.limits, [](const MtuLimit& limit) { return limit.from.has_value(); });
  if (found.mtu != 0 || others_spoke) result.path_mtu = std::move(found);
  return result;
}

}  // namespace cw::probe
