#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/text.hpp"
#include "formats/scamper_json_parts.hpp"
#include "formats/scamper_json_words.hpp"

namespace cw::formats {
namespace {

// A reply with what places it among the others.
struct Arrival {
  Ttl ttl;
  std::size_t place = 0;  // in the text
  std::optional<Instant> at;
  Reply reply;
};

// What was sent, as far as the text says so.
struct ProbeCounts {
  int attempts = 0;                // at a TTL that stays silent
  bool unanswered_listed = false;  // with `no_hops` every probe is in the text
  std::array<int, 256> known{};    // by TTL: the highest attempt that is
};

void count_probe(JsonMembers& json, ProbeCounts& counts) {
  const auto ttl = json.integer<std::uint8_t>("probe_ttl");
  const auto attempt = json.optional_integer<std::uint8_t>("probe_id").value_or(1);
  counts.known[ttl] = std::max({counts.known[ttl], int{attempt}, 1});
}

Arrival read_hop(JsonMembers& json, std::uint8_t tos, Duration wait) {
  Arrival arrival{.ttl = {json.integer<std::uint8_t>("probe_ttl")}};
  auto& reply = arrival.reply;
  reply.from = json.address("addr");
  reply.rtt = scamper_rtt(json);
  reply.reply_ttl = json.optional_integer<std::uint8_t>("reply_ttl");
  reply.attempt = std::max<int>(1, json.optional_integer<std::uint8_t>("probe_id").value_or(1));
  reply.late = reply.rtt > wait;
  read_scamper_answer(json, tos, reply);
  if (const auto sent_at = scamper_instant(json, "tx")) arrival.at = *sent_at + reply.rtt;
  return arrival;
}

void mark_duplicates(std::vector<Arrival>& arrivals) {
  std::set<std::pair<Ttl, int>> answered;
  for (auto& arrival : arrivals) arrival.reply.duplicate = !answered.emplace(arrival.ttl, arrival.reply.attempt).second;
}

// By instant where the text has one for each; else as they stand.
void order_by_arrival(std::vector<Arrival>& arrivals) {
  if (std::ranges::all_of(arrivals, [](const Arrival& arrival) { return arrival.at.has_value(); }))
    std::ranges::sort(arrivals, {}, [](const Arrival& arrival) { return std::pair(*arrival.at, arrival.place); });
}

// Rule 1 of read_scamper_line. `unexplained` is what of probe_count was not seen in the text.
int sent_at(std::size_t ttl, const ProbeCounts& counts, int& unexplained) {
  if (counts.known[ttl] > 0 || counts.unanswered_listed) return counts.known[ttl];
  const int sent = std::clamp(unexplained, 0, counts.attempts);
  unexplained -= sent;
  return sent;
}

void place_hops(std::vector<Arrival> arrivals, const ProbeCounts& counts, int first, int last,
                Measurement& measurement) {
  int unexplained = measurement.probes_sent;
  for (const int known : counts.known) unexplained -= known;
  for (int ttl = first; ttl <= last; ++ttl)
    measurement.hops.push_back(
        {.ttl = {static_cast<std::uint8_t>(ttl)}, .sent = sent_at(static_cast<std::size_t>(ttl), counts, unexplained)});
  for (auto& arrival : arrivals) {
    const int row = int{arrival.ttl.value} - first;
    if (row < 0 || arrival.ttl.value > last) continue;
    if (arrival.at) measurement.finished_at = std::max(measurement.finished_at, *arrival.at);
    measurement.hops[static_cast<std::size_t>(row)].replies.push_back(std::move(arrival.reply));
  }
}

void read_ending(JsonMembers& json, ScamperRecord& record) {
  const auto word = json.text("stop_reason");
  if (!json.ok()) return;
  const auto ending = parse_scamper_stop_reason(word);
  if (!ending) return json.report("stop_reason", fmt::format("\"{}\" is not known", printable(word, 40)));
  auto& measurement = record.measurement;
  record.state = ending->state;
  measurement.status = ending->status;
  measurement.stop_reason = ending->reason;
  if (ending->status == Status::unreachable)
    for (const auto& hop : measurement.hops)
      for (const auto& reply : hop.replies)
        measurement.stop_reason = unreachable_reason(reply).value_or(measurement.stop_reason);
  if (ending->status == Status::failed) return;
  const auto arrived = [&](const Hop& hop) {
    return std::ranges::any_of(hop.replies, [&](const Reply& reply) { return reply.from == measurement.address; });
  };
  if (std::ranges::none_of(measurement.hops, arrived)) return;
  measurement.status = Status::reached;
  measurement.stop_reason = StopReason::destination;
}

void read_path_mtu(JsonMembers& json, Measurement& measurement) {
  auto search = json.object("pmtud");
  if (!search) return;
  PathMtu path{.mtu = search->integer<std::uint16_t>("path_mtu")};
  search->each("notes", [&](JsonMembers& note) {
    const auto distance = note.optional_integer<std::uint8_t>("dist");
    const auto mtu = note.integer<std::uint16_t>("nhmtu");
    // Nobody knows where on the path that would be.
    if (!distance) return;
    path.limits.push_back({.ttl = {*distance}, .from = note.optional_address("addr"), .mtu = mtu});
  });
  // It found out nothing.
  if (path.mtu != 0) measurement.path_mtu = std::move(path);
}

}  // namespace

void read_scamper_trace(JsonMembers& json, ScamperRecord& record) {
  auto& measurement = record.measurement;
  measurement.kind = Kind::trace;
  measurement.probes_sent = json.optional_integer<std::uint16_t>("probe_count").value_or(0);
  const auto tos = json.optional_integer<std::uint8_t>("tos").value_or(0);
  const auto wait = std::chrono::seconds(json.optional_integer<std::int64_t>("wait", 0, 86'400).value_or(86'400));
  const auto first = json.optional_integer<std::uint8_t>("firsthop", 1).value_or(1);
  const auto last = json.integer<std::uint8_t>("hop_count");

  ProbeCounts counts{.attempts = json.optional_integer<std::uint8_t>("attempts").value_or(1),
                     .unanswered_listed = json.has("no_hops") || json.has("extra_no_hops")};
  std::vector<Arrival> arrivals;
  json.each("hops", [&](JsonMembers& hop) {
    count_probe(hop, counts);
    arrivals.push_back(read_hop(hop, tos, wait));
    arrivals.back().place = arrivals.size();
  });
  json.each("no_hops", [&](JsonMembers& probe) { count_probe(probe, counts); });
  if (!json.ok()) return;
  order_by_arrival(arrivals);
  mark_duplicates(arrivals);
  place_hops(std::move(arrivals), counts, first, last, measurement);
  read_ending(json, record);
  read_path_mtu(json, measurement);
}

}  // namespace cw::formats
