#include <algorithm>
#include <set>
#include <utility>

#include "formats/scamper_json_parts.hpp"
#include "formats/scamper_json_words.hpp"

namespace cw::formats {
namespace {

struct PingAnswer {
  Reply reply;
  std::optional<Instant> received_at;
};

Duration timeout_of(JsonMembers& json) {
  return std::chrono::seconds(json.optional_integer<std::int64_t>("timeout", 0, 86'400).value_or(86'400)) +
         std::chrono::microseconds(json.optional_integer<std::int64_t>("timeout_us", 0, 999'999).value_or(0));
}

PingAnswer read_response(JsonMembers& json, std::uint8_t tos, Duration timeout) {
  PingAnswer answer;
  auto& reply = answer.reply;
  reply.from = json.address("from");
  reply.rtt = scamper_rtt(json);
  reply.reply_ttl = json.optional_integer<std::uint8_t>("reply_ttl");
  reply.attempt = json.integer<std::uint16_t>("seq") + 1;
  reply.late = reply.rtt > timeout;
  read_scamper_answer(json, tos, reply);
  answer.received_at = scamper_instant(json, "rx");
  return answer;
}

// As for every ping of ours.
// 1. Any answer of the target: reached.
// 2. The first error of a router says why not; "time exceeded" is silence with a reason.
// 3. Nothing was sent: failed.
void judge(Measurement& measurement) {
  measurement.status = Status::silent;
  measurement.stop_reason = StopReason::gap_limit;
  if (measurement.probes_sent == 0) {
    measurement.status = Status::failed;
    measurement.stop_reason = StopReason::error;
    return;
  }
  std::optional<StopReason> refusal;
  for (const auto& reply : measurement.hops.front().replies) {
    if (reply.late || reply.duplicate) continue;
    if (reply.from == measurement.address) {
      measurement.status = Status::reached;
      measurement.stop_reason = StopReason::destination;
      return;
    }
    if (!refusal) refusal = is_time_exceeded(reply) ? StopReason::max_ttl : unreachable_reason(reply);
  }
  if (!refusal) return;
  if (*refusal != StopReason::max_ttl) measurement.status = Status::unreachable;
  measurement.stop_reason = *refusal;
}

}  // namespace

void read_scamper_ping(JsonMembers& json, ScamperRecord& record) {
  auto& measurement = record.measurement;
  measurement.kind = Kind::ping;
  measurement.probes_sent = json.integer<std::uint16_t>("ping_sent");
  const auto tos = json.optional_integer<std::uint8_t>("tos").value_or(0);
  const auto timeout = timeout_of(json);
  Hop hop{.ttl = {json.optional_integer<std::uint8_t>("ttl").value_or(64)}, .sent = measurement.probes_sent};
  std::set<int> answered;
  json.each("responses", [&](JsonMembers& response) {
    // Newer versions keep replies of which they know no address.
    if (!response.has("from")) return;
    auto answer = read_response(response, tos, timeout);
    answer.reply.duplicate = !answered.insert(answer.reply.attempt).second;
    if (answer.received_at) measurement.finished_at = std::max(measurement.finished_at, *answer.received_at);
    hop.replies.push_back(std::move(answer.reply));
  });
  measurement.hops.push_back(std::move(hop));
  judge(measurement);
  // Not written before 2023; then a ping that was halted looks like one that was asked for less.
  const auto word = json.optional_text("stop_reason");
  const auto ending = word ? parse_scamper_stop_reason(*word) : std::nullopt;
  if (!ending) return;
  record.state = ending->state;
  if (*word != "ERROR") return;
  measurement.status = ending->status;
  measurement.stop_reason = ending->reason;
}

}  // namespace cw::formats
