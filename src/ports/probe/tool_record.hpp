#pragma once

// From what a program said about each probe to the record that the native engine would have made of it: the same
// verdicts, the same ends of a path, whoever measured.

#include <optional>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "model/measurement.hpp"
#include "model/measurement_request.hpp"
#include "ports/probe/prober.hpp"
#include "ports/probe/tool_prober.hpp"

namespace cw::probe {

// One probe and its answer. Several with the same TTL and attempt are duplicates of each other.
struct ToolProbe {
  Ttl ttl;
  int attempt = 1;
  std::optional<Reply> reply;
};

// 1. The smallest TTL that the destination answered ends a trace. The rounds of an mtr each have their own end,
//    and the path is as long as the longest.
// 2. Without it, the first "unreachable" ends it; then an address that comes again twice with others in between
//    (a loop, as in native/trace_task.hpp); then `gap_limit` silent TTLs; then the largest TTL.
// 3. Probes behind the end are counted as sent, and are not part of the path.
// A TTL between the first and the last that the program did not mention is silent and was not probed.
Measurement record_path(const ToolReport& report, std::vector<ToolProbe> probes);

// What a ping was told besides answers: who refused, and why. Nobody knows how long that took.
struct Refusal {
  IpAddress from;
  StopReason reason = StopReason::icmp_other;  // max_ttl: "time exceeded"
};
Measurement record_ping(const ToolReport& report, int sent, std::vector<Reply> replies,
                        const std::vector<Refusal>& refusals);

// As if it had been told while it ran: replies and silences in the order of the attempts, and the rounds.
std::vector<ProbeEvent> events_of(const Measurement& measurement);

// What an answer says about the end of a path: nothing for a router that the probe passed.
std::optional<StopReason> unreachable_reason(const Reply& reply);

// The answer that is expected from the destination, or from a router on the way, where a program does not say what
// it got: echo reply, port unreachable or a TCP segment; "time exceeded".
Reply presumed_reply(const MeasurementRequest& request, const IpAddress& from, Duration rtt, int attempt);

// `unsupported` for what only the native engine can do.
Result<> check_plain(const MeasurementRequest& request, std::string_view tool);

}  // namespace cw::probe
