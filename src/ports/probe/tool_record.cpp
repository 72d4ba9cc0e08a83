#include "ports/probe/tool_record.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <ranges>
#include <utility>

#include <fmt/format.h>

#include "codec/icmp.hpp"
#include "ports/probe/native/ping_task.hpp"
#include "ports/probe/native/trace_task.hpp"

namespace cw::probe {
namespace {

using codec::IcmpMessage;

Measurement head_of(const ToolReport& report) {
  const auto& request = report.request;
  return {.id = request.id,
          .kind = request.kind,
          .target = request.target,
          .address = request.address,
          .method = request.method,
          .port = request.port,
          .flow = request.flow,
          .started_at = report.started_at,
          .finished_at = report.finished_at,
          .dscp = request.dscp};
}

// The smallest TTL that the destination answered, for each round.
std::map<int, Ttl> ends_by_attempt(const std::vector<ToolProbe>& probes, const IpAddress& destination) {
  std::map<int, Ttl> ends;
  for (const auto& probe : probes) {
    if (!probe.reply || probe.reply->from != destination) continue;
    const auto [end, is_first] = ends.emplace(probe.attempt, probe.ttl);
    if (!is_first) end->second = std::min(end->second, probe.ttl);
  }
  return ends;
}

void forget_behind_the_end(std::vector<ToolProbe>& probes, const MeasurementRequest& request) {
  const auto ends = ends_by_attempt(probes, request.address);
  if (ends.empty()) return;
  const auto shortest = std::ranges::min(ends | std::views::values);
  const auto longest = std::ranges::max(ends | std::views::values);
  std::erase_if(probes, [&](const ToolProbe& probe) {
    if (request.kind == Kind::trace) return probe.ttl > shortest;
    const auto end = ends.find(probe.attempt);
    return probe.ttl > (end == ends.end() ? longest : end->second);
  });
}

// Every TTL from the first to the last that was probed.
std::vector<Hop> hops_of(std::vector<ToolProbe> probes, const MeasurementRequest& request) {
  std::vector<Hop> hops;
  const int first = request.first_ttl.value;
  for (auto& probe : probes) {
    if (probe.ttl.value < first) continue;
    for (int ttl = first + static_cast<int>(hops.size()); ttl <= probe.ttl.value; ++ttl)
      hops.push_back(Hop{.ttl = Ttl{static_cast<std::uint8_t>(ttl)}});
    auto& hop = hops[static_cast<std::size_t>(probe.ttl.value - first)];
    const bool repeated = probe.reply && probe.reply->duplicate;
    if (!repeated) ++hop.sent;
    if (probe.reply) hop.replies.push_back(std::move(*probe.reply));
  }
  return hops;
}

std::optional<std::size_t> first_unreachable(const std::vector<Hop>& hops) {
  const auto refuses = [](const Reply& reply) { return unreachable_reason(reply).has_value(); };
  const auto found =
      std::ranges::find_if(hops, [&](const Hop& hop) { return std::ranges::any_of(hop.replies, refuses); });
  return found == hops.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - hops.begin()));
}

bool is_time_exceeded(const Reply& reply) {
  return codec::classify_icmp(reply.from.family(), reply.icmp_type, reply.icmp_code) == IcmpMessage::time_exceeded;
}

StopReason reason_at(const Hop& hop) {
  for (const auto& reply : hop.replies)
    if (const auto reason = unreachable_reason(reply)) return *reason;
  return StopReason::icmp_other;
}

// The place of the second address that comes again with another one in between.
std::optional<std::size_t> loop_end(const std::vector<Hop>& hops) {
  std::vector<IpAddress> seen;
  int repeats = 0;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    const auto* answer = hops[i].answer();
    if (answer == nullptr) continue;
    const auto before = std::ranges::find(seen, answer->from);
    const bool repeats_here = before != seen.end() && seen.back() != answer->from;
    seen.push_back(answer->from);
    if (repeats_here && ++repeats == 2) return i;
  }
  return std::nullopt;
}

std::size_t answered_part(const std::vector<Hop>& hops) {
  std::size_t end = hops.size();
  while (end > 0 && hops[end - 1].replies.empty()) --end;
  return end;
}

void end_at(Measurement& measurement, std::size_t hops, Status status, StopReason reason) {
  measurement.hops.resize(std::min(measurement.hops.size(), hops));
  measurement.status = status;
  measurement.stop_reason = reason;
}

void judge(Measurement& measurement, const MeasurementRequest& request) {
  const auto& hops = measurement.hops;
  const auto from_destination = [&](const Reply& reply) { return reply.from == request.address; };
  const bool reached =
      std::ranges::any_of(hops, [&](const Hop& hop) { return std::ranges::any_of(hop.replies, from_destination); });
  if (reached) return end_at(measurement, hops.size(), Status::reached, StopReason::destination);
  if (const auto at = first_unreachable(hops))
    return end_at(measurement, *at + 1, Status::unreachable, reason_at(hops[*at]));
  if (const auto at = loop_end(hops)) return end_at(measurement, *at + 1, Status::loop, StopReason::loop);
  const auto gap_end = answered_part(hops) + static_cast<std::size_t>(request.gap_limit);
  if (gap_end <= hops.size()) return end_at(measurement, gap_end, Status::silent, StopReason::gap_limit);
  const bool to_the_end = !hops.empty() && hops.back().ttl == request.max_ttl;
  end_at(measurement, hops.size(), Status::silent, to_the_end ? StopReason::max_ttl : StopReason::gap_limit);
}

}  // namespace

Measurement record_path(const ToolReport& report, std::vector<ToolProbe> probes) {
  auto result = head_of(report);
  result.probes_sent = static_cast<int>(
      std::ranges::count_if(probes, [](const ToolProbe& probe) { return !probe.reply || !probe.reply->duplicate; }));
  forget_behind_the_end(probes, report.request);
  result.hops = hops_of(std::move(probes), report.request);
  judge(result, report.request);
  return result;
}

Measurement record_ping(const ToolReport& report, int sent, std::vector<Reply> replies,
                        const std::vector<Refusal>& refusals) {
  auto result = head_of(report);
  const auto& destination = report.request.address;
  result.probes_sent = sent;
  const auto reaches = [&](const Reply& reply) { return reply.from == destination && !reply.late && !reply.duplicate; };
  const auto refuses = [&](const Refusal& refusal) { return refusal.from == destination; };
  const bool reached = std::ranges::any_of(replies, reaches) || std::ranges::any_of(refusals, refuses);
  std::optional<StopReason> refused;
  if (!refusals.empty()) refused = refusals.front().reason;
  for (const auto& reply : replies)
    if (!refused) refused = is_time_exceeded(reply) ? StopReason::max_ttl : unreachable_reason(reply);
  result.hops.push_back(Hop{.ttl = ping_ttl, .sent = sent, .replies = std::move(replies)});
  // "Time exceeded" is a router that goes round in circles, or too far away: silence, with a reason.
  if (reached)
    end_at(result, 1, Status::reached, StopReason::destination);
  else if (refused)
    end_at(result, 1, *refused == StopReason::max_ttl ? Status::silent : Status::unreachable, *refused);
  else
    end_at(result, 1, Status::silent, StopReason::gap_limit);
  return result;
}

std::vector<ProbeEvent> events_of(const Measurement& measurement) {
  int last_attempt = 0;
  for (const auto& hop : measurement.hops) last_attempt = std::max(last_attempt, hop.sent);
  for (const auto& hop : measurement.hops)
    for (const auto& reply : hop.replies) last_attempt = std::max(last_attempt, reply.attempt);
  std::map<int, std::vector<ProbeEvent>> by_attempt;
  for (int attempt = 1; attempt <= last_attempt; ++attempt) by_attempt[attempt];
  for (const auto& hop : measurement.hops) {
    std::vector<bool> answered(static_cast<std::size_t>(last_attempt) + 1);
    for (const auto& reply : hop.replies) {
      by_attempt[reply.attempt].emplace_back(ReplyEvent{.ttl = hop.ttl, .reply = reply});
      answered[static_cast<std::size_t>(reply.attempt)] = true;
    }
    for (int attempt = 1; attempt <= hop.sent; ++attempt)
      if (!answered[static_cast<std::size_t>(attempt)])
        by_attempt[attempt].emplace_back(SilenceEvent{.ttl = hop.ttl, .attempt = attempt});
  }
  std::vector<ProbeEvent> events;
  for (auto& [attempt, of_attempt] : by_attempt) {
    events.insert(events.end(), std::make_move_iterator(of_attempt.begin()), std::make_move_iterator(of_attempt.end()));
    if (measurement.kind == Kind::mtr) events.emplace_back(RoundEvent{.round = attempt});
  }
  return events;
}

std::optional<StopReason> unreachable_reason(const Reply& reply) {
  if (reply.tcp_flags) return std::nullopt;
  return unreachable_reason(codec::classify_icmp(reply.from.family(), reply.icmp_type, reply.icmp_code));
}

Reply presumed_reply(const MeasurementRequest& request, const IpAddress& from, Duration rtt, int attempt) {
  Reply reply{.from = from, .rtt = rtt, .attempt = attempt};
  auto message = IcmpMessage::time_exceeded;
  if (from == request.address) {
    // TCP: which segment it was is told by those programs that know it.
    if (request.method == Method::tcp || request.method == Method::tcp_ack) {
      reply.tcp_flags = std::uint8_t{0};
      return reply;
    }
    message = request.method == Method::udp ? IcmpMessage::unreachable_port : IcmpMessage::echo_reply;
  }
  const auto numbers = codec::icmp_type_code(from.family(), message);
  reply.icmp_type = numbers.type;
  reply.icmp_code = numbers.code;
  return reply;
}

Result<> check_plain(const MeasurementRequest& request, std::string_view tool) {
  if (request.multipath == Multipath::on)
    return fail(ErrorKind::unsupported, fmt::format("{} follows one path; only the native prober finds all", tool));
  if (request.mtu_search == MtuSearch::on)
    return fail(ErrorKind::unsupported,
                fmt::format("{} does not look for the path's MTU; the native prober does", tool));
  return {};
}

}  // namespace cw::probe
