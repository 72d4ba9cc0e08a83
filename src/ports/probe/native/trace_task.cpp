#include "ports/probe/native/trace_task.hpp"

#include <algorithm>
#include <utility>

namespace cw::probe {
namespace {

constexpr int window = 8;
// Paths of the Internet are mostly shorter; beyond this the destination's distance is awaited.
constexpr int usual_path_length = 14;
constexpr int most_ahead_blindly = 4;
// Silences of a router that limits its answers which are forgiven.
constexpr int most_forgiven = 14;
constexpr int most_forgiven_in_doubt = 2;
// So long after a silence it shows whether the router limits its answers.
constexpr Tick time_to_find_a_limit = std::chrono::milliseconds(200);
// A destination's answer to the distance probe is waited for so long before other TTLs are asked.
constexpr Duration least_first_wait = std::chrono::milliseconds(100);
constexpr Duration longest_first_wait = std::chrono::milliseconds(500);

Ttl to_ttl(int value) { return Ttl{static_cast<std::uint8_t>(value)}; }

}  // namespace

TraceTask::TraceTask(MeasurementRequest request, TraceKnowledge* knowledge)
    : Task(std::move(request)),
      hops_(this->request().first_ttl.value, this->request().max_ttl.value),
      knowledge_(knowledge),
      lowest_open_(hops_.first()),
      highest_sent_(hops_.first() - 1),
      highest_answered_(hops_.first() - 1),
      // A host that holds a connection half open answers no other SYN of the flow, so the first one that reaches it
      // has to be that of its own TTL.
      probes_distance_(hops_.last() - hops_.first() >= window && this->request().method != Method::tcp) {
  patience_.longest = std::chrono::ceil<Tick>(this->request().timeout);
}

void TraceTask::begin(Instant now) {
  begun_ = true;
  if (knowledge_ == nullptr) return;
  if (knowledge_->shuffles()) order_ = TtlOrder(knowledge_->key, request().address);
  if (request().known_hops != KnownHops::join || !probes_distance_) return;
  join_ = std::make_unique<PathJoin>(*knowledge_, request());
  switch (join_->begin(hops_, now)) {
    case PathJoin::Plan::check:
      approach_ = Approach::check;
      probes_distance_ = false;
      break;
    case PathJoin::Plan::join:
      approach_ = Approach::from_destination;
      break;
    case PathJoin::Plan::trace:
      break;
  }
}

Tick TraceTask::tick_of(Instant instant) const { return std::chrono::floor<Tick>(instant - started_at_); }

bool TraceTask::distance_is_open() const { return probes_distance_ && !hops_.at(last()).is_resolved(); }

// ---- what to do next

Step TraceTask::next(Instant now, Events* events) {
  if (verdict_) return Done{};
  if (!begun_) begin(now);
  const auto tick = probes_sent_ == 0 ? Tick{} : tick_of(now);
  auto agenda = look_ahead(tick, events);
  verdict_ = judge();
  if (verdict_) return Done{};
  auto ttl = new_ttl(agenda, tick);
  if (verdict_) return Done{};
  if (!ttl) ttl = agenda.retry;
  if (ttl) {
    const auto free_at = last_probe_ + std::chrono::ceil<Tick>(request().probe_spacing);
    if (probes_sent_ > 0 && tick < free_at) return WaitUntil{started_at_ + std::min(free_at, agenda.wake)};
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
  while (lowest_open_ <= highest_sent_ && (hops_.at(lowest_open_).sent == 0 || hops_.at(lowest_open_).is_resolved()))
    ++lowest_open_;
  // Between the distance probe and the highest of the others nothing was sent.
  const int start = end() == last() ? last() : std::min(end(), highest_sent_);
  for (int ttl = start; ttl >= lowest_open_; ttl = std::min(ttl - 1, highest_sent_)) {
    const auto& hop = hops_.at(ttl);
    if (hop.answered) later = std::max(later.value_or(Tick{}), hop.rtt);
    if (hop.sent == 0 || hop.is_resolved()) continue;
    const auto wait = std::min(patience_.give_up_after(later), longest_wait(ttl));
    // Overtaken: the answer should have been here by now, so the place in the window is free.
    const auto overtaken = later ? hop.last_sent + std::min(*later + Patience::slack(*later), wait) : Tick::max();
    if (now < overtaken && !is_distance_probe(ttl)) ++agenda.waiting;
    if (now < overtaken) agenda.wake = std::min(agenda.wake, overtaken);
    if (!is_worth_asking(ttl)) continue;
    const bool may_retry = hop.sent < attempts_at(ttl);
    auto due = hop.last_sent + wait;
    if (may_retry) due = std::min({due, overtaken, hop.last_sent + retry_wait()});
    if (!may_retry && !later) due = std::max(due, hop.first_sent + patience_.least_tail_wait());
    if (now < due) {
      agenda.wake = std::min(agenda.wake, due);
      continue;
    }
    if (later && !may_retry) {
      if (may_show_a_limit(ttl, now, agenda.wake)) continue;
      forgive_silence(ttl, now);
    }
    if (hop.sent >= attempts_at(ttl))
      give_up(ttl, events);
    else if (!must_wait_for_router(ttl, now, agenda.wake))
      agenda.retry = ttl;
  }
  return agenda;
}

// The router that is likely to be there answers others: whether it limits its answers shows within a short time, and
// so long the hop is not called silent.
bool TraceTask::may_show_a_limit(int ttl, Tick now, Tick& wake) {
  const auto& hop = hops_.at(ttl);
  const auto shown = hop.last_sent + time_to_find_a_limit;
  if (!is_in_crowd() || hop.forgiven > 0 || now >= shown) return false;
  const auto instant = started_at_ + now;
  const auto router = expected_router(ttl, instant);
  if (!router || knowledge_->budget.is_limited(*router)) return false;
  if (!knowledge_->budget.has_answered_since(*router, instant - time_to_find_a_limit)) return false;
  wake = std::min(wake, shown);
  return true;
}

// Where the router limits its answers, silence does not count; where it may, not all of it.
void TraceTask::forgive_silence(int ttl, Tick now) {
  if (!is_in_crowd()) return;
  const auto router = expected_router(ttl, started_at_ + now);
  if (!router) return;
  auto& hop = hops_.touch(ttl);
  const bool limited = knowledge_->budget.is_limited(*router);
  const int most = limited ? most_forgiven : knowledge_->budget.may_be_limited(*router) ? most_forgiven_in_doubt : 0;
  hop.forgiven = static_cast<std::uint8_t>(std::max<int>(hop.forgiven, std::min<int>(hop.sent, most)));
}

bool TraceTask::must_wait_for_router(int ttl, Tick now, Tick& wake) {
  if (!is_in_crowd()) return false;
  const auto instant = started_at_ + now;
  const auto router = expected_router(ttl, instant);
  if (!router) return false;
  // Asked again, a router without a limit answers, and one with a limit shows it.
  if (hops_.at(ttl).sent > 0 && !knowledge_->budget.is_limited(*router)) return false;
  const auto ready = knowledge_->budget.ready_at(*router, instant);
  if (ready <= instant) return false;
  wake = std::min(wake, std::chrono::ceil<Tick>(ready - started_at_));
  return true;
}

// Asked for the same TTL several times in a row, while the probe waits for its turn.
std::optional<IpAddress> TraceTask::expected_router(int ttl, Instant now) {
  if (is_distance_probe(ttl) || ttl == guess_) return std::nullopt;
  if (join_)
    if (auto router = join_->expected_at(ttl, log_, now)) return router;
  if (expected_.ttl != ttl) {
    const auto* router = knowledge_->neighbours.expected(request().address, ttl);
    expected_ = {.router = router == nullptr ? IpAddress{} : *router, .ttl = ttl};
  }
  return expected_.router.is_unspecified() ? std::nullopt : std::optional(expected_.router);
}

// In a crowd nothing is lost by asking again a little early: what is beyond an ocean answers both.
Tick TraceTask::retry_wait() const {
  return is_in_crowd() && patience_.anything_seen ? patience_.early_retry() : Tick::max() / 2;
}

// In a crowd the others' destinations tell how long one may take.
Tick TraceTask::longest_wait(int ttl) const {
  if (!is_in_crowd() || !is_distance_probe(ttl)) return Tick::max();
  return std::chrono::ceil<Tick>(std::max(2 * knowledge_->destination_rtt.with_margin(), least_first_wait * 2));
}

// Silence where the destination is thought to be would make the path too long by one; so it is asked once more.
int TraceTask::attempts_at(int ttl) const {
  return request().attempts + (guess_ == ttl ? 1 : 0) + hops_.at(ttl).forgiven;
}

void TraceTask::give_up(int ttl, Events* events) {
  auto& hop = hops_.touch(ttl);
  hop.silent = true;
  if (is_in_crowd() && ttl < highest_answered_) knowledge_->neighbours.note(request().address, ttl, {});
  if (events != nullptr && is_worth_telling(ttl))
    events->push_back(SilenceEvent{.ttl = to_ttl(ttl), .attempt = hop.sent});
  if (approach_ == Approach::check && join_->silence_differs(ttl)) trace_it_all();
}

// Silence far beyond the last answer says nothing that the gap limit would not have said before.
bool TraceTask::is_worth_asking(int ttl) const {
  if (approach_ == Approach::check) return true;
  return reached_ || is_distance_probe(ttl) || hops_.at(last()).answered || ttl <= front() + request().gap_limit;
}

// The highest TTL that answered, or above which the first one was asked.
int TraceTask::front() const {
  if (approach_ != Approach::from_destination || !join_->lowest_asked()) return highest_answered_;
  return std::max(highest_answered_, *join_->lowest_asked() - 1);
}

std::optional<int> TraceTask::new_ttl(Agenda& agenda, Tick now) {
  if (approach_ == Approach::check) return join_->next_to_check(hops_);
  if (probes_distance_ && hops_.at(last()).sent == 0) return last();
  // The guess is checked at once, whatever is waited for.
  if (guess_ && *guess_ < end() && hops_.at(*guess_).sent == 0) return guess_;
  if (agenda.waiting >= window) return std::nullopt;
  return approach_ == Approach::from_node ? next_from_node(agenda, now) : next_from_destination(agenda, now);
}

// The first eight TTLs come before the others, as every path has them. A TTL whose router may not be asked yet
// lets others go first.
std::optional<int> TraceTask::next_from_node(Agenda& agenda, Tick now) {
  constexpr int most_tries = 3;
  auto limit = send_limit();
  const auto near = std::min(limit, hops_.first() + window - 1);
  // In a crowd nobody minds the wait, and what lies beyond the destination is asked in vain.
  if (is_in_crowd() && !reached_ && is_distance_due(now, agenda.wake)) limit = near;
  std::uint64_t without = 0;
  for (int i = 0; i < most_tries; ++i) {
    auto ttl = guess_stands() ? std::nullopt : first_in_order(hops_.first(), near, without);
    if (!ttl) ttl = first_in_order(hops_.first(), limit, without);
    if (!ttl || !must_wait_for_router(*ttl, now, agenda.wake)) return ttl;
    without |= std::uint64_t{1} << (*ttl % 64);
  }
  return std::nullopt;
}

// The destination may answer yet, as destinations usually do by now.
bool TraceTask::is_distance_due(Tick now, Tick& wake) const {
  if (!distance_is_open()) return false;
  const auto usual = knowledge_->destination_rtt.with_margin();
  const auto until = std::chrono::ceil<Tick>(std::clamp(usual, least_first_wait, longest_first_wait));
  if (now >= until) return false;
  wake = std::min(wake, until);
  return true;
}

std::optional<int> TraceTask::first_in_order(int from, int to, std::uint64_t without) const {
  std::optional<int> best;
  std::uint32_t best_rank = 0;
  for (int ttl = from; ttl <= to; ++ttl) {
    const auto& hop = hops_.at(ttl);
    if (hop.sent > 0 || hop.joined || (without >> (ttl % 64) & 1) != 0) continue;
    const auto rank = order_.rank(ttl);
    if (best && rank >= best_rank) continue;
    best = ttl;
    best_rank = rank;
  }
  return best;
}

// 1. The destination's answer tells where to begin; it is waited for as long as destinations usually take.
// 2. Where the end of the path is not known, it is looked for.
// 3. Then towards the node.
std::optional<int> TraceTask::next_from_destination(Agenda& agenda, Tick now) {
  if (!join_->lowest_asked() && !guess_ && !reached_ && is_distance_due(now, agenda.wake)) return std::nullopt;
  const auto limit = send_limit();
  const int from = join_->lowest_asked().value_or(std::min(hops_.first() + window - 1, limit));
  for (int ttl = from; ttl <= limit; ++ttl)
    if (hops_.at(ttl).sent == 0 && !hops_.at(ttl).joined) return ttl;
  const auto next = join_->next_towards_node(hops_, log_, std::min(guess_.value_or(end()), end()), started_at_ + now);
  if (next.wake != Instant::max())
    agenda.wake = std::min(agenda.wake, std::chrono::ceil<Tick>(next.wake - started_at_));
  if (next.ttl && must_wait_for_router(*next.ttl, now, agenda.wake)) return std::nullopt;
  if (!next.ttl) verdict_ = judge();  // what was joined may have been the last of it
  return next.ttl;
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
  const auto gap = std::max(hops_.first() + window - 1, front() + request().gap_limit);
  if (!distance_is_open()) return std::min(last(), hops_.at(last()).answered && !unreachable_ ? last() : gap);
  const auto ahead = front() + std::min(most_ahead_blindly, request().gap_limit);
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
  const auto router = is_in_crowd() ? expected_router(tag.ttl.value, at) : std::nullopt;
  if (router) hop.of_present_rate = knowledge_->budget.is_of_present_rate(*router, started_at_ + hop.last_sent);
  if (hop.sent++ == 0) hop.first_sent = tick;
  hop.last_sent = tick;
  last_probe_ = tick;
  lowest_open_ = std::min<int>(lowest_open_, tag.ttl.value);
  if (tag.ttl.value < last()) highest_sent_ = std::max<int>(highest_sent_, tag.ttl.value);
  if (knowledge_ == nullptr) return;
  if (join_ && approach_ == Approach::from_destination && !is_distance_probe(tag.ttl.value))
    join_->on_sent(tag.ttl.value, log_, at);
  hop.ticket = router ? knowledge_->budget.sent(*router, at) : RouterBudget::no_ticket;
  expected_.ttl = 0;
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
  if (knowledge_ != nullptr) knowledge_->budget.came_back(std::exchange(hop.ticket, RouterBudget::no_ticket));
  if (!hop.is_resolved()) {
    hop.answered = true;
    if (!is_distance_probe(ttl)) highest_answered_ = std::max(highest_answered_, ttl);
    hop.rtt = std::chrono::ceil<Tick>(answer.rtt);
    patience_.hop_answered(hop.rtt);
    if (knowledge_ != nullptr && !is_distance_probe(ttl)) note_hop(answer);
  }
  if (answer.from == request().address) {
    note_destination(answer);
  } else if (const auto reason = unreachable_reason(answer.message)) {
    if (!unreachable_ || ttl < unreachable_->ttl) unreachable_ = Unreachable{.ttl = ttl, .reason = *reason};
  } else if (repeats) {
    note_loop(answer.tag.ttl);
  }
}

// What others may learn from a hop.
void TraceTask::note_hop(const Answer& answer) {
  if (approach_ == Approach::check) return check_against_known(answer);
  if (answer.message != codec::IcmpMessage::time_exceeded || answer.from == request().address) return;
  const int ttl = answer.tag.ttl.value;
  const auto at = started_at_ + hops_.at(ttl).last_sent + answer.rtt;
  if (join_) join_->on_hop(ttl, hops_, log_, at);
  if (!knowledge_->crowded) return;
  const auto& hop = hops_.at(ttl);
  knowledge_->budget.answered(
      answer.from, {.sent_at = started_at_ + hop.last_sent, .after_silence = hop.sent > 1 && hop.of_present_rate}, at);
  knowledge_->neighbours.note(request().address, ttl, answer.from);
}

void TraceTask::check_against_known(const Answer& answer) {
  if (join_->differs(answer)) trace_it_all();
}

void TraceTask::trace_it_all() {
  approach_ = Approach::from_node;
  probes_distance_ = true;
  join_->trace_it_all(hops_);
  lowest_open_ = hops_.first();
}

// Whatever the target itself answers, the probe has arrived there; "time exceeded" included, as a router that
// is the target says when it also forwards for others.
void TraceTask::note_destination(const Answer& answer) {
  const int ttl = answer.tag.ttl.value;
  reached_ = std::min(reached_.value_or(ttl), ttl);
  patience_.destination_answered(std::chrono::ceil<Tick>(answer.rtt));
  if (knowledge_ != nullptr) knowledge_->destination_rtt.add(answer.rtt);
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

// ---- the result

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
  result.hops.reserve(static_cast<std::size_t>(std::max(0, end + 1 - hops_.first())));
  for (int i = hops_.first(); i <= end; ++i) {
    const auto ttl = to_ttl(i);
    result.hops.push_back(Hop{.ttl = ttl, .sent = hops_.at(i).sent, .replies = log_.replies_at(ttl)});
    const auto* inferred = join_ ? join_->inferred_at(i) : nullptr;
    if (inferred != nullptr) result.hops.back().inferred = *inferred;
  }
  if (join_) join_->remember(result, hops_);
  return result;
}

}  // namespace cw::probe
