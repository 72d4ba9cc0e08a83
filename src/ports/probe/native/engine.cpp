#include "ports/probe/native/engine.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace cw::probe {
namespace {

// Within a batch the time of sending is known to some microseconds; no answer is faster than light.
constexpr Duration least_rtt = std::chrono::microseconds(1);

constexpr Duration timer_grain = std::chrono::milliseconds(1);

// A full send buffer empties at the speed of the link.
constexpr Duration buffer_pause = std::chrono::microseconds(500);

ProbeIdentity make_identity(const platform::WireTraits& traits, const EngineOptions& options, Random& random) {
  const auto identifier = static_cast<std::uint16_t>(1 + random.below(0xfffe));
  return {.icmp_identifier_v4 = traits.icmp_identifier_v4.value_or(identifier),
          .icmp_identifier_v6 = traits.icmp_identifier_v6.value_or(identifier),
          .cookie_key = CookieKey::make(random),
          .text = options.identity_text};
}

}  // namespace

Engine::Engine(platform::Wire& wire, const EngineOptions& options)
    : wire_(wire),
      random_(options.seed),
      identity_(make_identity(wire.traits(), options, random_)),
      ledger_(random_),
      pacer_(options.packets_per_second),
      knowledge_(random_, options.order),
      packets_in_(receive_batch) {
  packets_out_.reserve(send_batch);
}

// ---- tasks come and go

std::uint32_t Engine::take_slot() {
  if (free_slots_.empty()) {
    slots_.emplace_back();
    return static_cast<std::uint32_t>(slots_.size() - 1);
  }
  const auto slot = free_slots_.back();
  free_slots_.pop_back();
  return slot;
}

void Engine::start(MeasurementRequest request, Observer observer) {
  const auto source = wire_.source_for(request.address);
  if (!source) {
    observer.on_finished(std::unexpected(source.error()));
    return;
  }
  const auto slot = take_slot();
  auto& running = slots_[slot];
  running.flow = make_flow(request, *source, identity_);
  running.destination = &ledger_.join(request.address);
  running.task = make_task(std::move(request), &knowledge_);
  running.observer = std::move(observer);
  running.armed = Instant::max();
  running.begun = false;
  note_running(+1, running);
  counters_.measurements_started.add();
  look_at(slot, wire_.now());
}

void Engine::note_running(std::ptrdiff_t change, const Running& running) {
  running_ += static_cast<std::size_t>(change);
  if (is_watched(running)) watched_ += static_cast<std::size_t>(change);
  knowledge_.crowded = running_ > TraceKnowledge::crowd;
  counters_.measurements_running.set(running_);
}

std::unique_ptr<Task> Engine::free_slot(std::uint32_t slot, Observer& observer) {
  auto& running = slots_[slot];
  ledger_.leave(*running.destination, slot);
  note_running(-1, running);
  observer = std::move(running.observer);
  auto task = std::move(running.task);
  ++running.generation;
  running.queued = running.touched = false;
  free_slots_.push_back(slot);
  return task;
}

void Engine::finish(std::uint32_t slot, Instant now) {
  Observer observer;
  const auto source = slots_[slot].flow.source;
  const auto task = free_slot(slot, observer);
  counters_.measurements_finished.add();
  auto result = task->take_result(now);
  result.source = source;
  result.dscp = task->request().dscp;
  observer.on_finished(std::move(result));
}

void Engine::finish_with(std::uint32_t slot, const Error& error) {
  Observer observer;
  free_slot(slot, observer);
  counters_.measurements_cancelled.add();
  observer.on_finished(std::unexpected(error));
}

void Engine::cancel(const Uuid& id) {
  const Error cancelled{.kind = ErrorKind::cancelled, .message = "the measurement was cancelled"};
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot)
    if (slots_[slot].task && slots_[slot].task->request().id == id) finish_with(slot, cancelled);
}

void Engine::end_all(const Error& error) {
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot)
    if (slots_[slot].task) finish_with(slot, error);
}

bool Engine::is_current(Handle handle) const {
  const auto& running = slots_[handle.slot];
  return running.task && running.generation == handle.generation;
}

// ---- what tasks want

void Engine::tell(Running& running) {
  for (const auto& event : events_) running.observer.on_event(event);
  events_.clear();
}

Step Engine::ask(Running& running, Instant now) {
  const auto step = running.task->next(now, running.observer.on_event ? &events_ : nullptr);
  if (!events_.empty()) tell(running);
  return step;
}

void Engine::look_at(std::uint32_t slot, Instant now) {
  auto& running = slots_[slot];
  const auto step = ask(running, now);
  if (std::holds_alternative<Done>(step)) {
    finish(slot, now);
  } else if (const auto* wait = std::get_if<WaitUntil>(&step)) {
    arm(slot, wait->instant);
  } else {
    queue_to_send(slot);
  }
}

void Engine::queue_to_send(std::uint32_t slot) {
  auto& running = slots_[slot];
  running.due = {};
  if (std::exchange(running.queued, true)) return;
  const std::size_t urgency = (is_watched(running) ? 0U : 2U) + (running.begun ? 0U : 1U);
  senders_[urgency].push_back(handle_of(slot));
}

// A timer that turns out to be too early is armed again; so each task has few of them.
void Engine::arm(std::uint32_t slot, Instant due) {
  auto& running = slots_[slot];
  running.due = due;
  if (running.armed <= due) return;
  running.armed = due;
  timers_.push({.due = due, .handle = handle_of(slot)});
}

void Engine::run_timers(Instant now) {
  while (!timers_.empty() && timers_.top().due <= now) {
    const auto [due, handle] = timers_.top();
    timers_.pop();
    if (!is_current(handle)) continue;
    auto& running = slots_[handle.slot];
    if (running.armed == due) running.armed = Instant::max();
    if (running.due > now)
      arm(handle.slot, running.due);
    else
      look_at(handle.slot, now);
  }
}

// ---- out

bool Engine::next_sender(Handle& handle) {
  for (auto& senders : senders_) {
    while (!senders.empty()) {
      handle = senders.front();
      senders.pop_front();
      if (is_current(handle)) return true;
    }
  }
  return false;
}

void Engine::fill_batch(Instant now) {
  const auto allowed = std::min(pacer_.allowance(now), send_batch);
  const auto already = batch_size_;
  Handle handle{};
  while (batch_size_ < send_batch && batch_size_ - already < allowed && next_sender(handle)) {
    auto& running = slots_[handle.slot];
    running.queued = false;
    const auto step = ask(running, now);
    if (const auto* probe = std::get_if<SendProbe>(&step))
      add_to_batch(handle.slot, *probe, now);
    else if (const auto* wait = std::get_if<WaitUntil>(&step))
      arm(handle.slot, wait->instant);
    else
      finish(handle.slot, now);
  }
  pacer_.take(batch_size_ - already);
}

void Engine::add_to_batch(std::uint32_t slot, const SendProbe& probe, Instant now) {
  const auto tag = probe.tag;
  auto& running = slots_[slot];
  auto& out = batch_[batch_size_++];
  out.handle = handle_of(slot);
  out.tag = tag;
  out.destination = running.flow.destination;
  out.sequence = ledger_.issue(*running.destination, slot, tag, now);
  out.size = encode_probe(flow_of(running, tag), tag.ttl, out.sequence, identity_.cookie_key, out.bytes, probe.size);
  out.zeros = probe.size == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(probe.size - out.size);
  running.begun = true;
  running.task->on_sent(tag, now);
  queue_to_send(slot);  // for the next one, if there is one
}

Result<> Engine::flush_batch(Instant now) {
  if (batch_size_ == 0) return {};
  packets_out_.clear();
  for (std::size_t i = 0; i < batch_size_; ++i) {
    // A task may have been cancelled while its packet waited; it goes out all the same.
    const auto bytes = std::span(batch_[i].bytes).first(batch_[i].size);
    packets_out_.push_back({.destination = batch_[i].destination, .bytes = bytes, .zeros = batch_[i].zeros});
  }
  refused_.clear();
  const auto before = wire_.now();
  const auto taken = TRY(wire_.send(packets_out_, refused_));
  note_sent(taken, before, wire_.now());
  note_refused(now);
  if (taken < batch_size_) counters_.send_buffer_full.add();
  std::move(batch_.begin() + static_cast<std::ptrdiff_t>(taken),
            batch_.begin() + static_cast<std::ptrdiff_t>(batch_size_), batch_.begin());
  batch_size_ -= taken;
  return {};
}

// The kernel takes the packets of a batch one after the other: each one's time lies in between.
void Engine::note_sent(std::size_t taken, Instant before, Instant after) {
  for (std::size_t i = 0; i < taken; ++i) {
    const auto& out = batch_[i];
    if (!is_current(out.handle)) continue;
    auto* flight = ledger_.find(*slots_[out.handle.slot].destination, out.sequence);
    if (flight != nullptr)
      flight->sent_at = before + (after - before) * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(taken);
  }
  counters_.probes_sent.add(taken);
}

void Engine::note_refused(Instant now) {
  counters_.probes_refused.add(refused_.size());
  for (const auto index : refused_) {
    const auto& out = batch_[index];
    if (!is_current(out.handle)) continue;
    slots_[out.handle.slot].task->on_refused(out.tag, now);
    look_at(out.handle.slot, now);
  }
}

// ---- in

// After a time without the processor thousands of answers may be there: nobody is given up before they are looked at.
Result<> Engine::receive_all(Instant until) {
  auto count = TRY(receive(until));
  for (int batch = 1; count == receive_batch && batch < most_batches_received; ++batch)
    count = TRY(receive(wire_.now()));
  return {};
}

Result<std::size_t> Engine::receive(Instant until) {
  const auto count = TRY(wire_.receive(packets_in_, until));
  for (std::size_t i = 0; i < count; ++i) take_in(packets_in_[i]);
  // Before the next probes: a host answers no other SYN of a flow that it holds half open.
  counters_.resets_sent.add(TRY(resets_.send(wire_)));
  look_at_touched();
  return count;
}

void Engine::look_at_touched() {
  const auto now = wire_.now();
  for (const auto slot : touched_) {
    auto& running = slots_[slot];
    // Finished and begun anew within this batch: then it is not marked.
    if (!std::exchange(running.touched, false)) continue;
    // Without a rate to keep to, whoever may send is asked at once: then it need not be asked twice.
    if (pacer_.is_unlimited() && !is_watched(running))
      queue_to_send(slot);
    else
      look_at(slot, now);
  }
  touched_.clear();
}

// The flow that the probe belongs to, valid until the next call.
const ProbeFlow& Engine::flow_of(const Running& running, ProbeTag tag) {
  if (tag.flow == 0) return running.flow;
  return flow_beside_ = beside(running.flow, tag.flow);
}

void Engine::take_in(const platform::IncomingPacket& packet) {
  const auto origin = packet.reconstructed ? PacketOrigin::reconstructed : PacketOrigin::received;
  const auto reply = decode_reply(packet.bytes, origin, identity_);
  if (!reply) {
    switch (reply.error()) {
      case Rejection::unparsable:
        return counters_.reply_unparsable.add();
      case Rejection::bad_checksum:
        return counters_.reply_bad_checksum.add();
      case Rejection::foreign:
        return counters_.reply_foreign.add();
    }
  }
  if (leaves_half_open(*reply, identity_.cookie_key)) resets_.add(*reply, identity_.cookie_key);
  auto* destination = ledger_.find(reply->probed);
  if (destination == nullptr || !match(*reply, *destination, packet.received_at)) count_unmatched(*reply);
}

// True where the reply has found its probe, or was counted as a fake of one.
bool Engine::match(const ProbeReply& reply, FlightLedger::Destination& destination, Instant received_at) {
  bool bad_cookie = false;
  for (const auto sequence : {std::optional(reply.sequence), reply.other_sequence}) {
    if (!sequence) continue;
    auto* flight = ledger_.find(destination, *sequence);
    if (flight == nullptr || !may_be_about(reply, flow_of(slots_[flight->task], flight->tag))) continue;
    if (cookie_fits(reply, identity_.cookie_key, *sequence)) {
      deliver(reply, *sequence, *flight, received_at);
      return true;
    }
    bad_cookie = true;
  }
  if (bad_cookie) counters_.reply_bad_cookie.add();
  return bad_cookie;
}

void Engine::count_unmatched(const ProbeReply& reply) {
  const auto& key = identity_.cookie_key;
  const bool genuine = reply.cookie && (cookie_fits(reply, key, reply.sequence) ||
                                        (reply.other_sequence && cookie_fits(reply, key, *reply.other_sequence)));
  if (genuine)
    counters_.reply_after_end.add();
  else if (reply.method != Method::icmp)
    // Nothing in a UDP or TCP packet says whose it was, and this machine has other programs.
    counters_.reply_foreign.add();
  else
    counters_.reply_unmatched.add();
}

void Engine::deliver(const ProbeReply& reply, std::uint16_t sequence, Flight& flight, Instant received_at) {
  counters_.reply_matched.add();
  if (flight.answered) counters_.reply_duplicate.add();
  auto& running = slots_[flight.task];
  const auto& flow = flow_of(running, flight.tag);
  const bool tos_differs = reply.quote && reply.quote->traffic_class != flow.traffic_class;
  const Answer answer{
      .tag = flight.tag,
      .from = reply.from,
      .message = reply.message,
      .icmp_type = reply.icmp_type,
      .icmp_code = reply.icmp_code,
      .rtt = std::max(received_at - flight.sent_at, least_rtt),
      .reply_ttl = reply.reply_ttl,
      .quoted_ttl = reply.quoted_ttl,
      .quoted_tos = tos_differs ? std::optional(reply.quote->traffic_class) : std::nullopt,
      .tcp_flags = reply.tcp_flags,
      .next_hop_mtu = reply.next_hop_mtu,
      .mpls = reply.mpls,
      .duplicate = std::exchange(flight.answered, true),
      .rewritten = is_rewritten(reply, flow, identity_.cookie_key, sequence),
  };
  running.task->on_answer(answer, running.observer.on_event ? &events_ : nullptr);
  if (!events_.empty()) tell(running);
  if (!std::exchange(running.touched, true)) touched_.push_back(flight.task);
}

// ---- one turn

bool Engine::has_senders() const {
  return std::ranges::any_of(senders_, [](const auto& senders) { return !senders.empty(); });
}

// In a crowd answers are taken in with the next batch of probes, not one by one: the kernel has noted when they
// came. Whoever looks on sees each at once.
void Engine::rest_until_next_batch() {
  if (!knowledge_.crowded || watched_ > 0 || batch_size_ > 0 || !has_senders()) return;
  const auto now = wire_.now();
  if (pacer_.allowance(now) == 0) wire_.rest(pacer_.next_at());
}

Instant Engine::wake_time(Instant now, Instant latest) {
  auto until = latest;
  // In a crowd there is always a timer that is nearly due; those of one millisecond are looked at together.
  const auto soonest = knowledge_.crowded && watched_ == 0 ? now + timer_grain : now;
  if (!timers_.empty()) until = std::min(until, std::max(timers_.top().due, soonest));
  if (batch_size_ > 0) return std::min(until, now + buffer_pause);
  if (!has_senders()) return until;
  return std::min(until, pacer_.allowance(now) > 0 ? now : pacer_.next_at());
}

Result<> Engine::turn(Instant latest) {
  const auto now = wire_.now();
  const bool had_work = !is_idle();
  run_timers(now);
  fill_batch(now);
  TRY(flush_batch(now));
  rest_until_next_batch();
  // Who waits for the last measurement need not wait for the next packet too.
  TRY(receive_all(had_work && is_idle() ? now : wake_time(wire_.now(), latest)));
  counters_.take(wire_.counters());
  return {};
}

}  // namespace cw::probe
