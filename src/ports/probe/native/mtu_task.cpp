#include "ports/probe/native/mtu_task.hpp"

#include <algorithm>
#include <utility>

namespace cw::probe {
namespace {

// Attempts of our own probes begin here, far above those of any trace.
constexpr std::uint16_t first_attempt = 0x4000;
// Silence counts after so many, the controls of so many answered. Loss of one in ten is taken for a black hole once in
// a thousand sizes.
constexpr int least_silent = 3;
constexpr int least_vouched = 2;
// So many rounds in a row without any answer are the end of answers: of the destination when it is known to answer, of
// a router on the way, of a destination that never did.
constexpr int most_doubtful = 5;
constexpr int most_doubtful_on_the_way = 3;
constexpr int most_doubtful_unheard = 2;
// Linux: one answer a second; and some for clocks and queues. Doubled while that is not enough.
constexpr Duration least_pace = std::chrono::milliseconds(1'100);
constexpr Duration slowest_pace = least_pace * 8;
// A control that follows later may get an answer that was not yet due for its probe. Where probes are spaced, or the
// machine is busy, it has to.
constexpr Duration at_its_heels = std::chrono::milliseconds(20);
// For a size. A black hole whose far end gives one answer a second takes half of it.
constexpr Duration longest_search = std::chrono::seconds(60);
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
  if (result_->status == Status::failed) return Done{};
  if (sent_.size() >= most_probes || (!bracket_ && now >= began_at_ + longest_search)) {
    finder_.answers_ended();
    return Done{};
  }
  return bracket_ ? next_of_bracket(now) : next_size(now);
}

void MtuTask::begin_search(Instant now) {
  result_ = trace_->take_result(now);
  trace_.reset();
  began_at_ = now;
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
      if (tries.sent == 0) return send_alone(probe, now);
      const auto taken_at = tries.sent_at + refusal_time;
      if (now < taken_at) return WaitUntil{taken_at};
      finder_.taken_here(*size);
    } else if (const auto step = ask(probe, now)) {
      return *step;
    } else if (verdict(probe) == Verdict::answers_ended) {
      finder_.answers_ended();
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
    if (verdict(probe) == Verdict::answers_ended) {  // this router will not tell
      bracket.hops.erase(bracket.hops.begin() + static_cast<std::ptrdiff_t>(place - 1));
      --bracket.missed;
      bracket.some_unheard = true;
      continue;
    }
    (tries_[probe].answered ? bracket.reached : bracket.missed) = place;
  }
  return Done{};
}

// ---- what silence means

std::optional<Step> MtuTask::ask(const Probe& probe, Instant now) {
  auto& tries = tries_[probe];
  const Probe control{.size = finder_.control_size(), .ttl = probe.ttl};
  if (tries.waiting && verdict(probe) == Verdict::none) {
    const bool alone = tries.sent == 1 || control == probe;
    if (!alone && !tries.control) return send(control, probe, now);
    const auto last = tries.control ? sent_[*tries.control].at : tries.sent_at;
    if (now < last + patience_) return WaitUntil{last + patience_};
    end_round(probe, now);
  }
  if (verdict(probe) != Verdict::none) return std::nullopt;
  const auto free_at = paces_[probe.ttl].free_at;
  if (now < free_at) return WaitUntil{free_at};
  return send_alone(probe, now);
}

void MtuTask::end_round(const Probe& probe, Instant now) {
  auto& tries = tries_[probe];
  tries.waiting = false;
  if (!tries.control && probe.size > finder_.control_size()) return;  // it was alone
  if (tries.control && sent_[*tries.control].answered) return note_vouched(tries);
  ++tries.doubtful;
  tries.vouched = tries.apart = 0;
  if (!is_known_to_answer(probe)) return;
  auto& pace = paces_[probe.ttl];
  pace.between_answers = std::clamp(pace.between_answers * 2, least_pace, slowest_pace);
  pace.free_at = now + pace.between_answers;
}

// The control was answered. So the probe would have been, if they went together. If they could not, the answer may have
// become due between them; but not again and again with a longer rest before. Say answers become due every T, and a gap
// is between probe and control. Twice the control was answered and the probe came too early: then the first time left
// less than gap / T of an answer over, and the second says T <= rest + 2 gaps. After so long a rest, one is due.
void MtuTask::note_vouched(Tries& tries) {
  tries.doubtful = 0;
  const auto& control = sent_[*tries.control];
  const auto gap = control.at - tries.sent_at;
  const auto rest = tries.sent_at - tries.heard_at;
  if (gap > at_its_heels && ++tries.apart == 2) tries.rest = rest + 3 * gap;
  if (gap <= at_its_heels || (tries.apart > 2 && rest >= tries.rest)) ++tries.vouched;
  auto& free_at = paces_[control.probe.ttl].free_at;
  free_at = std::max(free_at, control.at + tries.rest);
}

MtuTask::Verdict MtuTask::verdict(const Probe& probe) const {
  const auto& tries = tries_.at(probe);
  if (tries.answered) return Verdict::answered;
  if (tries.sent >= least_silent && tries.vouched >= least_vouched) return Verdict::too_big;
  const int most = !is_known_to_answer(probe) ? most_doubtful_unheard
                   : probe.ttl == search_ttl  ? most_doubtful
                                              : most_doubtful_on_the_way;
  return tries.doubtful >= most ? Verdict::answers_ended : Verdict::none;
}

// Routers are asked where they have answered the trace.
bool MtuTask::is_known_to_answer(const Probe& probe) const {
  return probe.ttl != search_ttl || result_->status == Status::reached || finder_.largest_passed() != 0;
}

Step MtuTask::send(const Probe& probe, const Probe& judged, Instant now) {
  const auto free_at = last_sent_ + request().probe_spacing;
  if (now < free_at) return WaitUntil{free_at};
  wanted_ = {.probe = probe, .judged = judged};
  const auto attempt = static_cast<std::uint16_t>(first_attempt + sent_.size());
  return SendProbe{.tag = {.attempt = attempt, .ttl = probe.ttl}, .size = probe.size};
}

// ---- what happens

void MtuTask::on_sent(ProbeTag tag, Instant at) {
  if (trace_) return trace_->on_sent(tag, at);
  wanted_.at = last_sent_ = at;
  auto& tries = tries_[wanted_.judged];
  if (wanted_.probe != wanted_.judged) {
    tries.control = sent_.size();
    tries.heard_at = std::max(paces_[wanted_.probe.ttl].heard_at, began_at_);
  } else {
    ++tries.sent;
    tries.sent_at = at;
    tries.waiting = true;
    tries.control.reset();
  }
  sent_.push_back(wanted_);
  ++probes_sent_;
}

void MtuTask::on_refused(ProbeTag tag, Instant at) {
  if (trace_) return trace_->on_refused(tag, at);
  if (tag.attempt < first_attempt) return;
  --probes_sent_;
  finder_.refused_here(sent_[static_cast<std::size_t>(tag.attempt - first_attempt)].probe.size);
}

void MtuTask::on_answer(const Answer& answer, Events* events) {
  if (trace_) return trace_->on_answer(answer, events);
  if (answer.tag.attempt < first_attempt) return;
  note_answer(answer, sent_[static_cast<std::size_t>(answer.tag.attempt - first_attempt)]);
}

// Whatever the target itself says of a packet, it has got it; but for the one message that says it has not.
void MtuTask::note_answer(const Answer& answer, Sent& sent) {
  const auto& probe = sent.probe;
  if (answer.message == codec::IcmpMessage::packet_too_big)
    return finder_.too_big(probe.size, answer.from, distance_of(answer), answer.next_hop_mtu.value_or(0));
  sent.answered = tries_[probe].answered = true;
  auto& pace = paces_[probe.ttl];
  pace.heard_at = std::max(pace.heard_at, sent.at);
  pace.free_at = std::max(pace.free_at, sent.at + pace.between_answers);
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
  if (bracket_ && bracket_->reached != 0)
    lost_behind = bracket_->hops[bracket_->reached - 1];
  else if (bracket_ && !bracket_->some_unheard)
    lost_behind = Ttl{0};
  PathMtu found{.mtu = finder_.largest_passed(), .limits = finder_.limits(lost_behind)};
  const bool others_spoke =
      std::ranges::any_of(found.limits, [](const MtuLimit& limit) { return limit.from.has_value(); });
  if (found.mtu != 0 || others_spoke) result.path_mtu = std::move(found);
  return result;
}

}  // namespace cw::probe
