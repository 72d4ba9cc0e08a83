#include "ports/probe/scamper/scamper_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "formats/scamper_json.hpp"
#include "ports/probe/scamper/scamper_command.hpp"
#include "ports/probe/scamper/scamper_result.hpp"
#include "ports/probe/tool_record.hpp"

namespace cw::probe {
namespace {

constexpr auto time_to_let_go = std::chrono::seconds(10);

std::unexpected<Error> cancelled() { return fail(ErrorKind::cancelled, "the measurement was cancelled"); }

}  // namespace

void ScamperSession::add(MeasurementRequest request, Observer observer) {
  // Nought is what a result without a user id says.
  if (++last_user_id_ == 0) ++last_user_id_;
  waiting_.push_back({.request = std::move(request), .observer = std::move(observer), .user_id = last_user_id_});
}

void ScamperSession::cancel(const Uuid& id, Instant now) {
  for (auto task = waiting_.begin(); task != waiting_.end();) {
    if (task->request.id == id) {
      tell(*task, cancelled());
      task = waiting_.erase(task);
    } else {
      ++task;
    }
  }
  for (auto& task : sent_) {
    if (task.request.id != id || !task.observer) continue;
    tell(task, cancelled());
    halt(task, now);
  }
}

void ScamperSession::connected() {
  parser_ = {};
  questions_.assign(1, Attach{});
  output_ = "attach format json\n";
  attached_ = may_send_ = false;
}

Result<> ScamperSession::hear(std::string_view bytes, Instant now) {
  for (const auto& message : TRY(parser_.take(bytes))) {
    const bool is_answer =
        !std::holds_alternative<ControlReady>(message) && !std::holds_alternative<ControlData>(message);
    if (is_answer && questions_.empty())
      return fail(ErrorKind::invalid, "scamper's control socket answered what nobody asked");
    answer(message, now);
    if (!attached_ && questions_.empty())
      return fail(ErrorKind::invalid, "scamper refuses to attach: it is older than 20211212");
  }
  return {};
}

void ScamperSession::answer(const ControlMessage& message, Instant now) {
  if (std::holds_alternative<ControlReady>(message)) {
    may_send_ = true;
  } else if (const auto* data = std::get_if<ControlData>(&message)) {
    on_data(*data, now);
  } else if (const auto* accepted = std::get_if<ControlAccepted>(&message)) {
    on_accepted(accepted->id, now);
  } else if (const auto* refused = std::get_if<ControlRefused>(&message)) {
    on_refused(refused->reason);
  } else {
    attached_ = attached_ || std::holds_alternative<Attach>(questions_.front());
    questions_.pop_front();
  }
}

void ScamperSession::on_accepted(std::uint32_t id, Instant now) {
  const auto question = questions_.front();
  questions_.pop_front();
  const auto* user_id = std::get_if<std::uint32_t>(&question);
  if (user_id == nullptr) return;
  const auto task = sent_task(*user_id);
  if (task == sent_.end()) return;
  task->control_id = id;
  // It was cancelled before it had a number.
  if (!task->observer) halt(*task, now);
}

void ScamperSession::on_refused(const std::string& reason) {
  const auto question = questions_.front();
  questions_.pop_front();
  // A halt is refused when the result is already under way.
  const auto* user_id = std::get_if<std::uint32_t>(&question);
  if (user_id == nullptr) return;
  may_send_ = true;
  const auto task = sent_task(*user_id);
  if (task == sent_.end()) return;
  finish(task, fail(ErrorKind::unsupported, fmt::format("scamper refuses \"{}\": {}",
                                                        scamper_command(task->request, *user_id), printable(reason))));
}

void ScamperSession::on_data(const ControlData& data, Instant now) {
  auto record = formats::read_scamper_line(data.payload);
  auto task = sent_.end();
  if (data.id) task = std::ranges::find(sent_, data.id, &Task::control_id);
  if (task == sent_.end() && record && *record) task = sent_task((*record)->user_id);
  if (!record) {
    ++unreadable_results_;
    if (task != sent_.end()) finish(task, fail("scamper's result cannot be read", std::move(record).error()));
    return;
  }
  if (!*record || task == sent_.end() || (*record)->state == formats::ScamperState::in_progress) return;
  packets_sent_ += static_cast<std::uint64_t>((*record)->measurement.probes_sent);
  if (!task->observer) return finish(task, cancelled());
  if ((*record)->state == formats::ScamperState::halted)
    return finish(task, fail(ErrorKind::internal, "scamper halted the measurement by itself"));
  auto measurement = as_asked(**std::move(record), task->request, now);
  if (task->request.raw_output == RawOutput::keep) measurement.raw_output = data.payload;
  auto events = events_of(measurement);
  finish(task, std::move(measurement), std::move(events));
}

void ScamperSession::lost(const Error& error) {
  for (auto* tasks : {&sent_, &waiting_}) {
    for (auto& task : *tasks) tell(task, std::unexpected(error));
    tasks->clear();
  }
  taken_.clear();
  questions_.clear();
  output_.clear();
  attached_ = may_send_ = false;
}

Result<> ScamperSession::expire(Instant now) {
  for (auto& task : sent_) {
    if (task.deadline > now) continue;
    if (!task.observer) return fail(ErrorKind::internal, "scamper does not let go of a measurement that was halted");
    tell(task, fail(ErrorKind::internal, "scamper gave no result within the longest time the measurement can take"));
    halt(task, now);
  }
  return {};
}

std::optional<Instant> ScamperSession::next_deadline() const {
  std::optional<Instant> first;
  for (const auto& task : sent_) first = std::min(first.value_or(Instant::max()), task.deadline);
  return first;
}

std::string ScamperSession::take_output(Instant now) {
  send_next(now);
  return std::exchange(output_, {});
}

void ScamperSession::send_next(Instant now) {
  if (!attached_ || !may_send_) return;
  const auto is_free = [&](const Task& task) { return !taken_.contains(task.request.address); };
  const auto next = std::ranges::find_if(waiting_, is_free);
  if (next == waiting_.end()) return;
  may_send_ = false;
  taken_.insert(next->request.address);
  next->deadline = now + scamper_time_limit(next->request);
  output_ += scamper_command(next->request, next->user_id) + "\n";
  questions_.emplace_back(next->user_id);
  sent_.splice(sent_.end(), waiting_, next);
}

// Without a number yet it is halted as soon as it has one.
void ScamperSession::halt(Task& task, Instant now) {
  task.deadline = now + time_to_let_go;
  if (!task.control_id || std::exchange(task.is_halting, true)) return;
  output_ += fmt::format("halt {}\n", *task.control_id);
  questions_.emplace_back(Halt{});
}

void ScamperSession::finish(Tasks::iterator task, Result<Measurement> result, std::vector<ProbeEvent> events) {
  taken_.erase(task->request.address);
  tell(*task, std::move(result), std::move(events));
  sent_.erase(task);
}

void ScamperSession::tell(Task& task, Result<Measurement> result, std::vector<ProbeEvent> events) {
  auto observer = std::exchange(task.observer, std::nullopt);
  if (!observer) return;
  finished_.push_back({.observer = *std::move(observer), .events = std::move(events), .result = std::move(result)});
}

ScamperSession::Tasks::iterator ScamperSession::sent_task(std::uint32_t user_id) {
  return std::ranges::find(sent_, user_id, &Task::user_id);
}

}  // namespace cw::probe
