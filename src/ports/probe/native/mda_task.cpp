#include "ports/probe/native/mda_task.hpp"

#include <algorithm>
#include <utility>

namespace cw::probe {
namespace {

// Beyond the last answer there may be an ocean.
constexpr Duration ocean = std::chrono::milliseconds(350);

MeasurementRequest of_one_path(MeasurementRequest request) {
  request.multipath = Multipath::off;
  request.known_hops = KnownHops::probe;
  return request;
}

}  // namespace

MdaTask::MdaTask(MeasurementRequest request)
    : Task(std::move(request)),
      path_(of_one_path(this->request())),
      table_(this->request().first_ttl.value, this->request().max_ttl.value),
      paces_(static_cast<std::size_t>(table_.last() - table_.first() + 1)),
      usual_rtts_(paces_.size(), this->request().timeout),
      under_way_(paces_.size()) {}

// ---- what to do next

// 1. The request's own flow first: it shows how far there is to go.
// 2. Flows whose probes are lost, then what the rules want next.
// 3. The end, when nothing is wanted and nothing is awaited.
Step MdaTask::next(Instant now, Events* events) {
  Instant wake = Instant::max();
  if (!path_result_) {
    const auto step = path_.next(now, events);
    const auto free_at = probes_sent_ > 0 ? last_probe_ + request().probe_spacing : now;
    if (std::holds_alternative<SendProbe>(step)) {
      if (now < free_at) return WaitUntil{free_at};
      return step;
    }
    if (const auto* wait = std::get_if<WaitUntil>(&step))
      wake = wait->instant;
    else
      end_path(now);
  }
  auto agenda = look_at_open(now);
  if (!is_planned_) make_plan(now);
  const auto probe = choose(now, agenda);
  wake = std::min(wake, agenda.wake);
  if (probe) {
    const auto free_at = last_probe_ + request().probe_spacing;
    if (now < free_at) return WaitUntil{std::min(wake, free_at)};
    const auto sent = table_.cell(probe->ttl, probe->flow).sent;
    return SendProbe{{.attempt = static_cast<std::uint16_t>(sent + 1),
                      .flow = static_cast<std::uint16_t>(probe->flow),
                      .ttl = Ttl{static_cast<std::uint8_t>(probe->ttl)}}};
  }
  if (wake == Instant::max()) return Done{};
  return WaitUntil{wake};
}

void MdaTask::end_path(Instant now) {
  path_result_ = path_.take_result(now);
  is_planned_ = false;
}

MdaTask::Agenda MdaTask::look_at_open(Instant now) {
  Agenda agenda;
  std::ranges::fill(under_way_, 0);
  for (const auto& probe : open_) look_at(probe, now, agenda);
  std::erase_if(open_, [&](const ProbeWish& probe) { return !table_.cell(probe.ttl, probe.flow).open; });
  return agenda;
}

void MdaTask::look_at(const ProbeWish& probe, Instant now, Agenda& agenda) {
  const auto [ttl, flow] = probe;
  const auto cell = table_.cell(ttl, flow);
  if (!cell.open || (flow == 0 && !path_result_)) return;
  if (table_.ended_before(flow, ttl)) return table_.give_up(ttl, flow);
  const auto usual = usual_rtts_[static_cast<std::size_t>(ttl - table_.first())];
  // Who answers was found out: one more answer is not waited for as patiently as the first.
  const int attempt = cell.is_settled() ? 1 : cell.sent;
  const auto lost_at = cell.last_sent + retry_after(usual, attempt);
  if (now < lost_at) {
    ++under_way_[static_cast<std::size_t>(ttl - table_.first())];
    agenda.wake = std::min(agenda.wake, lost_at);
    return;
  }
  const bool may_retry = !cell.is_settled() && cell.sent < attempts_at(ttl) && !is_exhausted(now);
  const auto over_at = cell.last_sent + give_up_after(usual, attempt);
  if (may_retry) {
    agenda.due.push_back(probe);
  } else if (now < over_at) {
    agenda.wake = std::min(agenda.wake, over_at);
  } else {
    if (!cell.is_settled()) pace_at(ttl).on_silence();
    table_.give_up(ttl, flow);
    is_planned_ = false;
  }
}

bool MdaTask::is_exhausted(Instant now) const {
  return probes_sent_ >= most_probes || now - started_at_ > most_time ||
         (path_result_ && path_result_->status == Status::failed);
}

void MdaTask::make_plan(Instant now) {
  is_planned_ = true;
  auto plan = plan_probes(
      table_, {.end = last_ttl_to_ask(),
               .confidence_percent = request().confidence_percent,
               .most_flows = most_flows,
               .first_flow = path_result_ ? FlowTable::FirstFlow::settled : FlowTable::FirstFlow::under_way});
  for (const auto ttl : plan.packets_apart) pace_at(ttl).on_packets_apart();
  const bool exhausted = is_exhausted(now);
  is_complete_ = !plan.out_of_flows && !(exhausted && !plan.wishes.empty());
  wishes_ = exhausted ? std::vector<ProbeWish>{} : std::move(plan.wishes);
}

// As far as somebody passes packets on, and one further: whoever is there may be the last. That one waits until
// the request's own flow has been there.
int MdaTask::last_ttl_to_ask() const {
  const int known = table_.highest_forwarder();
  int end = std::min(table_.last(), known + 1);
  if (!path_result_ && !table_.cell(end, 0).is_settled() && !table_.ended_before(0, end)) end = std::min(end, known);
  if (path_result_ && path_result_->status == Status::loop)
    end = std::min<int>(end, path_result_->hops.back().ttl.value);
  return end;
}

// As long as those from the TTLs behind it; where there are none, what was seen before and an ocean.
void MdaTask::note_rtts() {
  Duration any{};
  for (const auto& pace : paces_) any = std::max(any, pace.largest_rtt());
  Duration later{};
  for (auto i = paces_.size(); i-- > 0;) {
    later = std::max(later, paces_[i].largest_rtt());
    usual_rtts_[i] = std::min(later > Duration{} ? later : any + ocean, request().timeout);
  }
}

// Of what may go, that with the fewest others under way to its TTL.
std::optional<ProbeWish> MdaTask::choose(Instant now, Agenda& agenda) const {
  std::optional<ProbeWish> best;
  int fewest = 0;
  const auto consider = [&](const ProbeWish& probe) {
    const int others = under_way_[static_cast<std::size_t>(probe.ttl - table_.first())];
    const auto& pace = pace_at(probe.ttl);
    if (!pace.has_room(others)) return;
    if (now < pace.next_at()) {
      agenda.wake = std::min(agenda.wake, pace.next_at());
    } else if (!best || others < fewest) {
      best = probe;
      fewest = others;
    }
  };
  std::ranges::for_each(agenda.due, consider);
  if (!best) std::ranges::for_each(wishes_, consider);
  return best;
}

// ---- what happened

void MdaTask::on_sent(ProbeTag tag, Instant at) {
  if (probes_sent_++ == 0) started_at_ = at;
  last_probe_ = at;
  if (tag.flow == 0 && !path_result_) path_.on_sent(tag, at);
  const ProbeWish probe{.ttl = tag.ttl.value, .flow = tag.flow};
  const bool was_open = table_.cell(probe.ttl, probe.flow).open;
  table_.on_sent(probe.ttl, probe.flow, at);
  pace_at(probe.ttl).on_sent(at, was_open ? SentBecause::lost : SentBecause::wanted);
  if (!was_open) open_.push_back(probe);
  std::erase(wishes_, probe);
}

void MdaTask::on_refused(ProbeTag tag, Instant at) {
  if (tag.flow == 0 && !path_result_) path_.on_refused(tag, at);
  table_.give_up(tag.ttl.value, tag.flow);
  is_planned_ = false;
}

void MdaTask::on_answer(const Answer& answer, Events* events) {
  const int ttl = answer.tag.ttl.value;
  const int flow = answer.tag.flow;
  if (flow == 0 && !path_result_) path_.on_answer(answer, events);
  if (answer.duplicate) return;
  const bool was_settled = table_.cell(ttl, flow).is_settled();
  const bool was_answered = table_.has_answers(ttl);
  const bool ends = answer.from == request().address || unreachable_reason(answer.message).has_value();
  const bool is_news = table_.on_answer(ttl, flow, answer.from, ends);
  // A late answer tells nothing of how long others take, nor does one that repeats another of pace.
  if (!was_settled) {
    const bool is_slower = answer.rtt > pace_at(ttl).largest_rtt();
    pace_at(ttl).on_answer(flow == 0 ? 1 : answer.tag.attempt, answer.rtt);
    if (is_slower) note_rtts();
  }
  if (!was_answered) reopen(ttl);
  // What is awaited counts as answered in the plan: one answer more from a known interface changes nothing, but for
  // the last one.
  if (is_news || flow == 0 || table_.open_at(ttl) == 0) is_planned_ = false;
}

// Somebody is there after all: who was given up after one probe is asked again.
void MdaTask::reopen(int ttl) {
  const auto silent = table_.reopen_silent(ttl);
  for (const auto flow : silent) open_.push_back({.ttl = ttl, .flow = flow});
}

Measurement MdaTask::take_result(Instant now) {
  auto result = path_result_ ? *std::move(path_result_) : path_.take_result(now);
  result.finished_at = now;
  result.probes_sent = probes_sent_;
  result.graph = make_graph(table_, request().address);
  result.graph->confidence_percent = request().confidence_percent;
  result.graph->complete = is_complete_ && result.status != Status::failed;
  return result;
}

}  // namespace cw::probe
