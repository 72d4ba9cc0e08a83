#include "ports/probe/native/trace_task.hpp"

#include <algorithm>
#include <utility>

namespace cw::probe {
namespace {

constexpr int window = 8;
// Paths of the Internet are mostly shorter; beyond this the destination's distance is awaited.
constexpr int usual_path_length = 14;
constexpr int most_ahead_blindly = 4;

Ttl to_ttl(int value) { return Ttl{static_cast<std::uint8_t>(value)}; }

}  // namespace

TraceTask::TraceTask(MeasurementRequest request)
    : Task(std::move(request)),
      hops_(this->request().first_ttl.value, this->request().max_ttl.value),
      highest_answered_(hops_.first() - 1),
      probes_distance_(hops_.last() - hops_.first() >= window) {
  patience_.longest = std::chrono::ceil<Tick>(this->request().timeout);
}

Tick TraceTask::tick_of(Instant instant) const { return std::chrono::floor<Tick>(instant - started_at_); }

bool TraceTask::distance_is_open() const { return probes_distance_ && !hops_.at(last()).is_resolved(); }

// ---- what to do next

Step TraceTask::next(Instant now, Events* events) {
  if (verdict_) return Done{};
  if (probes_sent_ == 0) return SendProbe{{.attempt = 1, .ttl = to_ttl(probes_distance_ ? last() : hops_.first())}};
  const auto tick = tick_of(now);
  const auto agenda = look_ahead(tick, events);
  verdict_ = judge();
  if (verdict_) return Done{};
  auto ttl = new_ttl(agenda);
  if (!ttl) ttl = agenda.retry;
  if (ttl) {
    const auto free_at = last_probe_ + std::chrono::ceil<Tick>(request().probe_spacing);
    if (tick < free_at) return WaitUntil{started_at_ + std::min(free_at, agenda.wake)};
    const auto attempt = static_cast<std::uint16_t>(hops_.at(*ttl).sent + 1);
    return SendProbe{{.attempt = attempt, .ttl = to_ttl(*ttl)}};
  }
  if (agenda.wake != Tick::max()) return WaitUntil{started_at_ + agenda.wake};
  // Nothing is awaited and nothing may be sent: what is known is all there will be.
  verdict_ = Verdict{.status = Status::silent, .reason = StopReason::gap_limit, .last_ttl = hops_.highest_sent()};
  return Done{};
}

TraceTask::Agenda TraceTask::look_ahead(Tick now, Events* events) {
  Agenda agenda;
  std::optional<Tick> later;  // the largest RTT of later hops
  for (int ttl = end(); ttl >= hops_.first(); --ttl) {
    const auto& hop = hops_.at(ttl);
    if (hop.answered) later = std::max(later.value_or(Tick{}), hop.rtt);
    if (hop.sent == 0 || hop.is_resolved()) continue;
    const auto wait = patience_.give_up_after(later);
    // Overtaken: the answer should have been here by now, so the place in the window is free.
    const auto overtaken = later ? hop.last_sent + std::min(*later + Patience::slack(*later), wait) : Tick::max();
    if (now < overtaken && !is_distance_probe(ttl)) ++agenda.waiting;
    if (now < overtaken) agenda.wake = std::min(agenda.wake, overtaken);
    if (!is_worth_asking(ttl)) continue;
    const bool may_retry = hop.sent < attempts_at(ttl);
    auto due = may_retry ? std::min(overtaken, hop.last_sent + wait) : hop.last_sent + wait;
    if (!may_retry && !later) due = std::max(due, hop.first_sent + patience_.least_tail_wait());
    if (now < due)
      agenda.wake = std::min(agenda.wake, due);
    else if (may_retry)
      agenda.retry = ttl;
    else
      give_up(ttl, events);
  }
  return agenda;
}

// Silence where the destination is thought to be would make the path too long by one; so it is asked once more.
int TraceTask::attempts_at(int ttl) const { return request().attempts + (guess_ == ttl ? 1 : 0); }

void TraceTask::give_up(int ttl, Events* events) {
  auto& hop = hops_.touch(ttl);
  hop.silent = true;
  if (events != nullptr && is_worth_telling(ttl))
    events->push_back(SilenceEvent{.ttl = to_ttl(ttl), .attempt = hop.sent});
}

// Silence far beyond the last answer says nothing that the gap limit would not have said before.
bool TraceTask::is_worth_asking(int ttl) const {
  return reached_ || is_distance_probe(ttl) || hops_.at(last()).answered ||
         ttl <= highest_answered_ + request().gap_limit;
}

std::optional<int> TraceTask::new_ttl(const Agenda& agenda) const {
  // The guess is checked at once, whatever is waited for.
  if (guess_ && *guess_ < end() && hops_.at(*guess_).sent == 0) return guess_;
  if (agenda.waiting >= window) return std::nullopt;
  const auto limit = send_limit();
  for (int ttl = hops_.first(); ttl <= limit; ++ttl)
    if (hops_.at(ttl).sent == 0) return ttl;
  return std::nullopt;
}

// 1. Below what ended the path already.
// 2. The destination answered the distance probe: up to where it is guessed to be, until that proves wrong.
// 3. Its answer is awaited: as far as paths usually are, then a little ahead of the answers.
// 4. It does not answer: as far as a gap may be.
int TraceTask::send_limit() const {
  if (reached_ && *reached_ < last()) return *reached_ - 1;
  if (reached_ && probes_distance_) return guess_stands() ? *guess_ : last();
  if (loop_) return *loop_;
  if (unreachable_ && unreachable_->ttl < last()) return unreachable_->ttl - 1;
  const auto gap = std::max(hops_.first() + window - 1, highest_answered_ + request().gap_limit);
  if (!distance_is_open()) return std::min(last(), hops_.at(last()).answered && !unreachable_ ? last() : gap);
  const auto ahead = highest_answered_ + std::min(most_ahead_blindly, request().gap_limit);
  return std::min(last(), std::max(hops_.first() + usual_path_length - 1, ahead));
}

// Refuted when the guessed TTL did not bring the destination's answer, or a router farther away answered.
bool TraceTask::guess_stands() const {
  return guess_ && !hops_.at(*guess_).is_resolved() && highest_answered_ < *guess_;
}

// ---- what came back

void TraceTask::on_sent(ProbeTag tag, Instant at) {
  if (probes_sent_++ == 0) started_at_ = at;
  auto& hop = hops_.touch(tag.ttl.value);
  const auto tick = tick_of(at);
  if (hop.sent++ == 0) hop.first_sent = tick;
  hop.last_sent = tick;
  last_probe_ = tick;
}

void TraceTask::on_refused(ProbeTag /*tag*/, Instant /*at*/) {
  // What is refused once is refused again: it is about the destination, not about the TTL.
  if (!patience_.anything_seen)
    verdict_ = Verdict{.status = Status::failed, .reason = StopReason::error, .last_ttl = hops_.first()};
}

void TraceTask::on_answer(const Answer& answer, Events* events) {
  if (verdict_) return;
  const int ttl = answer.tag.ttl.value;
  auto& hop = hops_.touch(ttl);
  const auto timeliness = hop.silent ? Timeliness::late : Timeliness::in_time;
  const bool repeats = log_.answered_elsewhere(answer.from, answer.tag.ttl);
  if (!log_.add(answer, timeliness)) return;
  if (events != nullptr && is_worth_telling(ttl))
    events->push_back(ReplyEvent{.ttl = answer.tag.ttl, .reply = to_reply(answer, timeliness)});
  if (answer.duplicate) return;
  if (!hop.is_resolved()) {
    hop.answered = true;
    if (!is_distance_probe(ttl)) highest_answered_ = std::max(highest_answered_, ttl);
    hop.rtt = std::chrono::ceil<Tick>(answer.rtt);
    patience_.hop_answered(hop.rtt);
  }
  if (answer.from == request().address) {
    note_destination(answer);
  } else if (const auto reason = unreachable_reason(answer.message)) {
    if (!unreachable_ || ttl < unreachable_->ttl) unreachable_ = Unreachable{.ttl = ttl, .reason = *reason};
  } else if (repeats) {
    note_loop(answer.tag.ttl);
  }
}

// Whatever the target itself answers, the probe has arrived there; "time exceeded" included, as a router that
// is the target says when it also forwards for others.
void TraceTask::note_destination(const Answer& answer) {
  const int ttl = answer.tag.ttl.value;
  reached_ = std::min(reached_.value_or(ttl), ttl);
  patience_.destination_answered(std::chrono::ceil<Tick>(answer.rtt));
  if (!is_distance_probe(ttl) || guess_) return;
  const auto distance = guess_distance(answer);
  if (distance && *distance >= hops_.first() && *distance < last()) guess_ = distance;
}

void TraceTask::note_loop(Ttl ttl) {
  if (is_distance_probe(ttl.value)) return;
  loop_ = find_loop(log_, hops_.first(), probes_distance_ ? last() - 1 : last(), request().address);
}

// The distance probe's answer is nobody's hop until the path is known to be that long.
bool TraceTask::is_worth_telling(int ttl) const {
  if (reached_ && ttl > *reached_) return false;
  return !is_distance_probe(ttl) || highest_answered_ >= ttl - 1;
}

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

Measurement TraceTask::take_result(Instant now) {
  Measurement result{
      .id = request().id,
      .kind = request().kind,
      .target = request().target,
      .address = request().address,
      .method = request().method,
      .port = request().port,
      .flow = request().flow,
      .started_at = started_at_,
      .finished_at = now,
      .status = verdict_ ? verdict_->status : Status::failed,
      .stop_reason = verdict_ ? verdict_->reason : StopReason::error,
      .probes_sent = probes_sent_,
  };
  const int end = verdict_ ? verdict_->last_ttl : hops_.highest_sent();
  for (int i = hops_.first(); i <= end; ++i) {
    const auto ttl = to_ttl(i);
    result.hops.push_back(Hop{.ttl = ttl, .sent = hops_.at(i).sent, .replies = log_.replies_at(ttl)});
  }
  return result;
}

// ---- rules

std::optional<int> guess_distance(const Answer& answer) {
  // A host counts its reply down from one of these (RFC 1700 and what systems do).
  constexpr std::uint8_t initial_ttls[] = {64, 128, 255};
  if (answer.message != codec::IcmpMessage::echo_reply && answer.quoted_ttl &&
      *answer.quoted_ttl <= answer.tag.ttl.value)
    return answer.tag.ttl.value - *answer.quoted_ttl + 1;
  if (!answer.reply_ttl) return std::nullopt;
  for (const auto initial : initial_ttls)
    if (*answer.reply_ttl <= initial) return initial - *answer.reply_ttl + 1;
  return std::nullopt;
}

std::optional<int> find_loop(const ReplyLog& log, int first, int last, const IpAddress& destination) {
  std::vector<std::pair<int, const IpAddress*>> path;
  int repeats = 0;
  for (int ttl = first; ttl <= last; ++ttl) {
    const auto* address = log.address_at(to_ttl(ttl));
    if (address == nullptr || *address == destination) continue;
    const auto same = [&](const auto& hop) { return *hop.second == *address; };
    const auto seen = std::ranges::find_if(path, same);
    const bool other_between = seen != path.end() && !std::all_of(seen, path.end(), same);
    path.emplace_back(ttl, address);
    if (other_between && ++repeats == 2) return ttl;
  }
  return std::nullopt;
}

std::optional<StopReason> unreachable_reason(codec::IcmpMessage message) {
  switch (message) {
    case codec::IcmpMessage::unreachable_network:
      return StopReason::icmp_network_unreachable;
    case codec::IcmpMessage::unreachable_host:
      return StopReason::icmp_host_unreachable;
    case codec::IcmpMessage::unreachable_prohibited:
      return StopReason::icmp_admin_prohibited;
    case codec::IcmpMessage::unreachable_protocol:
    case codec::IcmpMessage::unreachable_port:
    case codec::IcmpMessage::unreachable_other:
    case codec::IcmpMessage::packet_too_big:
      return StopReason::icmp_other;
    case codec::IcmpMessage::echo_request:
    case codec::IcmpMessage::echo_reply:
    case codec::IcmpMessage::time_exceeded:
    case codec::IcmpMessage::other:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace cw::probe
