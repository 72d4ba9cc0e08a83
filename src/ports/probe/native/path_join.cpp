#include "ports/probe/native/path_join.hpp"

#include <algorithm>

namespace cw::probe {
namespace {

// One in so many joined hops is asked all the same.
constexpr std::uint64_t sample = 16;
// While little is known, so many TTLs are asked without waiting for the answers.
constexpr int ahead_when_cold = 4;
// An answer to somebody else's probe is due by then.
constexpr Duration claim_time = std::chrono::milliseconds(400);
constexpr Duration between_looks = std::chrono::milliseconds(10);

Ttl to_ttl(int value) { return Ttl{static_cast<std::uint8_t>(value)}; }

}  // namespace

PathJoin::PathJoin(TraceKnowledge& knowledge, const MeasurementRequest& request)
    : knowledge_(knowledge), request_(request) {}

// ---- a path that is known as a whole

PathJoin::Plan PathJoin::begin(HopTable& hops, Instant now) {
  const auto* known = knowledge_.paths.find(path_key(request_), now);
  if (known == nullptr) return Plan::join;
  const int distance = hops.first() + static_cast<int>(known->hops.size()) - 1;
  if (distance >= hops.last()) return Plan::join;
  if (known->is_due()) return Plan::trace;
  known_ = *known;
  to_check_ = ttls_to_check(known_, hops.first());
  for (int ttl = hops.first(); ttl < distance; ++ttl) {
    if (std::ranges::binary_search(to_check_, ttl)) continue;
    hops.touch(ttl).joined = true;
    const auto& seen = known_.hops[static_cast<std::size_t>(ttl - hops.first())];
    if (seen.from) inferred_.push_back({.ttl = ttl, .hop = {.from = *seen.from, .verified_at = seen.verified_at}});
  }
  return Plan::check;
}

std::optional<int> PathJoin::next_to_check(const HopTable& hops) const {
  // The destination first.
  for (auto ttl = to_check_.rbegin(); ttl != to_check_.rend(); ++ttl)
    if (hops.at(*ttl).sent == 0) return *ttl;
  return std::nullopt;
}

bool PathJoin::differs(const Answer& answer) const {
  const auto row = static_cast<std::size_t>(answer.tag.ttl.value - request_.first_ttl.value);
  if (row >= known_.hops.size() || known_.hops[row].from != answer.from) return true;
  const bool is_last = row + 1 == known_.hops.size();
  if (!is_last) return answer.message != codec::IcmpMessage::time_exceeded;
  return known_.reply_ttl && answer.reply_ttl && *known_.reply_ttl != *answer.reply_ttl;
}

bool PathJoin::silence_differs(int ttl) const {
  return std::ranges::binary_search(to_check_, ttl);  // only hops that answer are checked
}

void PathJoin::trace_it_all(HopTable& hops) {
  to_check_.clear();
  inferred_.clear();
  hops.ask_all_again();
}

// ---- hops near the node

HopMemory::Place PathJoin::place(const IpAddress& hop, int ttl) const {
  const auto plane = static_cast<std::uint16_t>(static_cast<unsigned>(request_.method) << 8 | request_.dscp);
  return {.hop = hop, .ttl = to_ttl(ttl), .plane = plane};
}

bool PathJoin::is_sampled(int ttl) const {
  const auto draw = (std::hash<Uuid>{}(request_.id) ^ knowledge_.key) + static_cast<std::uint64_t>(ttl);
  return (draw * 0x9e3779b97f4a7c15 >> 40) % sample == 0;
}

// The hops of a destination's own are asked at once, as many as there usually are; when little is known, more.
bool PathJoin::may_look_ahead(const HopTable& hops, int ttl, int end) const {
  if (ttl >= end - std::max(1, static_cast<int>(knowledge_.usual_tail) - 2)) return true;
  if (knowledge_.hops.is_warm()) return false;
  int open = 0;
  for (int above = ttl + 1; above <= std::min(end, ttl + ahead_when_cold); ++above)
    open += hops.at(above).sent > 0 && !hops.at(above).is_resolved();
  return open < ahead_when_cold;
}

// A router that answered there, or was joined there.
const IpAddress* PathJoin::address_at(int ttl, const ReplyLog& log) const {
  if (const auto* inferred = inferred_at(ttl)) return &inferred->from;
  const auto* address = log.address_at(to_ttl(ttl));
  return address == nullptr || *address == request_.address ? nullptr : address;
}

void PathJoin::join(HopTable& hops, const HopMemory::Before& before) {
  for (int ttl = before.ttl.value; ttl < *lowest_; ++ttl) hops.touch(ttl).joined = true;
  inferred_.push_back({.ttl = before.ttl.value, .hop = {.from = before.from, .verified_at = before.verified_at}});
  lowest_ = before.ttl.value;
  joined_any_ = true;
}

// 1. Behind a hop that answered, or was joined: what is known to be before it is joined, but for a sample.
// 2. What others ask for at this moment is waited for.
// 3. Behind a silent hop, and behind the destination, nothing is known: the TTL is asked.
// 4. While the hop behind has not answered, the TTL waits, unless it is to be asked in any case.
PathJoin::Next PathJoin::next_towards_node(HopTable& hops, const ReplyLog& log, int end, Instant now) {
  while (lowest_ && *lowest_ > hops.first()) {
    const int ttl = *lowest_ - 1;
    const auto& behind = hops.at(*lowest_);
    if (hops.at(ttl).sent > 0) {
      lowest_ = ttl;
      continue;
    }
    if (!behind.is_resolved() && *lowest_ <= end) {
      if (may_look_ahead(hops, ttl, end)) return {.ttl = ttl};
      return {};
    }
    const auto* address = address_at(*lowest_, log);
    if (address == nullptr) return {.ttl = ttl};
    const auto counsel = knowledge_.hops.consult(place(*address, *lowest_), now);
    if (counsel.advice == HopMemory::Advice::wait) return {.wake = now + between_looks};
    const auto ready = counsel.has_before ? knowledge_.budget.ready_at(counsel.before.from, now) : now;
    if (counsel.advice == HopMemory::Advice::join && counsel.before.ttl.value >= hops.first() &&
        !(is_sampled(ttl) && ready <= now)) {
      join(hops, counsel.before);
      continue;
    }
    if (ready > now) return {.wake = ready};
    return {.ttl = ttl};
  }
  return {};
}

void PathJoin::on_sent(int ttl, const ReplyLog& log, Instant now) {
  lowest_ = std::min(lowest_.value_or(ttl), ttl);
  if (const auto* behind = address_at(ttl + 1, log))
    knowledge_.hops.claim(place(*behind, ttl + 1), now + claim_time, now);
}

void PathJoin::on_hop(int ttl, HopTable& hops, const ReplyLog& log, Instant at) {
  const auto* address = log.address_at(to_ttl(ttl));
  if (address == nullptr || *address == request_.address) return;
  const auto link = [&](int behind_ttl, const IpAddress& behind, const IpAddress& before) {
    if (behind != before) knowledge_.hops.note(place(behind, behind_ttl), {before, to_ttl(behind_ttl - 1), at});
  };
  if (const auto* before = ttl > hops.first() ? log.address_at(to_ttl(ttl - 1)) : nullptr) link(ttl, *address, *before);
  const auto* behind = address_at(ttl + 1, log);
  if (behind == nullptr) return;
  const auto expected = inferred_at(ttl + 1) != nullptr ? expected_at(ttl, log, at) : std::nullopt;
  link(ttl + 1, *behind, *address);
  if (expected && *expected != *address) unjoin_from(ttl + 1, hops);
}

void PathJoin::unjoin_from(int ttl, HopTable& hops) {
  for (; ttl < hops.last() && hops.at(ttl).joined; ++ttl) {
    hops.touch(ttl).joined = false;
    std::erase_if(inferred_, [&](const Inferred& inferred) { return inferred.ttl == ttl; });
  }
}

std::optional<IpAddress> PathJoin::expected_at(int ttl, const ReplyLog& log, Instant now) const {
  const auto* behind = address_at(ttl + 1, log);
  if (behind == nullptr) return std::nullopt;
  const auto counsel = knowledge_.hops.consult(place(*behind, ttl + 1), now);
  if (!counsel.has_before || counsel.before.ttl != to_ttl(ttl)) return std::nullopt;
  return counsel.before.from;
}

// ---- the result

const InferredHop* PathJoin::inferred_at(int ttl) const {
  for (const auto& inferred : inferred_)
    if (inferred.ttl == ttl) return &inferred.hop;
  return nullptr;
}

void PathJoin::remember(const Measurement& measurement, const HopTable& hops) {
  note_silences(measurement, hops);
  if (joined_any_) {
    const int distance = measurement.hops.back().ttl.value;
    const auto lowest = std::ranges::max_element(inferred_, {}, &Inferred::ttl)->ttl;
    knowledge_.usual_tail += (distance - lowest - 1 - knowledge_.usual_tail) / 32;
  }
  if (measurement.status != Status::reached) return;
  KnownPath path;
  path.hops.reserve(measurement.hops.size());
  for (const auto& hop : measurement.hops) {
    if (const auto* answer = hop.answer())
      path.hops.push_back({.from = answer->from, .verified_at = measurement.finished_at});
    else if (hop.inferred)
      path.hops.push_back({.from = hop.inferred->from, .verified_at = hop.inferred->verified_at});
    else
      path.hops.push_back({.from = std::nullopt, .verified_at = measurement.finished_at});
  }
  const auto* answer = measurement.hops.back().answer();
  if (answer == nullptr || answer->from != measurement.address) return;
  path.reply_ttl = answer->reply_ttl;
  knowledge_.paths.remember(path_key(request_), std::move(path));
}

void PathJoin::note_silences(const Measurement& measurement, const HopTable& hops) {
  const Reply* behind = nullptr;
  int behind_ttl = 0;
  for (auto hop = measurement.hops.rbegin(); hop != measurement.hops.rend(); ++hop) {
    const int ttl = hop->ttl.value;
    const auto* answer = hop->answer();
    if (answer != nullptr && answer->from != measurement.address) {
      if (behind != nullptr && behind_ttl > ttl + 1)
        knowledge_.hops.note(place(behind->from, behind_ttl), {answer->from, hop->ttl, measurement.finished_at});
      behind = answer;
      behind_ttl = ttl;
    } else if (!hops.at(ttl).silent || hops.at(ttl).sent < request_.attempts) {
      behind = nullptr;
    }
  }
}

}  // namespace cw::probe
